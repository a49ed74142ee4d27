import { AppError } from '../errors.ts'
import { createFairQueue } from './fair-queue.ts'
import type { Traffic } from './traffic.ts'

/** Whose fault a failed batch is, and so what becomes of its items. */
export type BatchFailure =
  /** Perhaps one item: the batch is cut in two until that one stands alone. */
  | 'item'
  /** Perhaps one group whose rows somebody else holds: the groups go on one by one. */
  | 'group'
  /** Nobody's, such as an outage: all items fail together. */
  | 'all'

export interface BatcherOptions<Item, Row, Connection> {
  /** One statement for many items; answers one row an item, in order. */
  run(items: Item[], connection: Connection): Promise<Row[]>
  /** Items of one group keep their order; groups take turns when a batch cannot hold all. */
  groupOf(item: Item): string
  failureOf(error: unknown): BatchFailure
  /** What the callers of a failed batch hear. */
  describeFailure(error: unknown): unknown
  /** Shared by all batchers whose statements lock the same rows. */
  traffic: Traffic<Connection>
  maximumItems: number
  /** Callers beyond this are refused with `overloaded` instead of waiting ever longer. */
  maximumQueued: number
  onBatch?(items: number, seconds: number): void
}

export interface Batcher<Item, Row> {
  /** How many calls wait for the next batch. */
  readonly queued: number
  call(item: Item): Promise<Row>
  /** Refuses new calls and resolves when every accepted one has its answer. */
  drain(): Promise<void>
}

interface Waiting<Item, Row> {
  item: Item
  resolve(row: Row): void
  reject(error: unknown): void
}

const RETRY_AFTER_SECONDS = 1
/** Of fewer items, a statement's own cost weighs more than what a second processor gives. */
const MINIMUM_HALF_ITEMS = 16

/**
 * Gathers concurrent calls into one statement. There is no timer: a call that finds room leaves at
 * once (with what else this turn of the event loop brought), and whatever arrives meanwhile leaves
 * together when an answer is back. Idle costs nothing, load makes batches.
 * A batch of several groups goes as two statements beside each other where there is room: they share
 * no rows. When a statement is slow, others overtake it, without the groups that it holds.
 */
export function createBatcher<Item, Row, Connection>(
  options: BatcherOptions<Item, Row, Connection>,
): Batcher<Item, Row> {
  const { traffic } = options
  const queue = createFairQueue<Waiting<Item, Row>>(({ item }) => options.groupOf(item))
  const drained: (() => void)[] = []
  let inFlight = 0
  let closed = false

  function call(item: Item): Promise<Row> {
    if (closed || queue.size >= options.maximumQueued) {
      return Promise.reject(
        new AppError('overloaded', { retry_after_seconds: RETRY_AFTER_SECONDS }),
      )
    }
    return new Promise((resolve, reject) => {
      queue.push({ item, resolve, reject })
      traffic.ask(departures)
    })
  }

  const departures = {
    depart(statements: number, isInFlight: ((group: string) => boolean) | undefined): boolean {
      const batch = queue.take(options.maximumItems, isInFlight)
      if (batch.length > 0) {
        for (const part of statements > 1 ? halvesOf(batch) : [batch]) void sendPart(part)
      }
      return queue.size > 0
    },
  }

  async function sendPart(part: Waiting<Item, Row>[]): Promise<void> {
    inFlight += 1
    const groups = new Set(part.map(({ item }) => options.groupOf(item)))
    await traffic.fly(groups, (connection) => send(part, connection))
    inFlight -= 1
    if (queue.size === 0 && inFlight === 0) for (const resolve of drained.splice(0)) resolve()
  }

  function halvesOf(batch: Waiting<Item, Row>[]): Waiting<Item, Row>[][] {
    if (batch.length < 2 * MINIMUM_HALF_ITEMS) return [batch]
    const one: Waiting<Item, Row>[] = []
    const other: Waiting<Item, Row>[] = []
    for (const group of byGroup(batch)) (one.length <= other.length ? one : other).push(...group)
    return Math.min(one.length, other.length) < MINIMUM_HALF_ITEMS ? [batch] : [one, other]
  }

  /** Never rejects: every waiting caller is answered, with a row or an error. */
  async function send(batch: Waiting<Item, Row>[], connection: Connection): Promise<void> {
    const startedAt = performance.now()
    try {
      const rows = await options.run(
        batch.map(({ item }) => item),
        connection,
      )
      if (rows.length !== batch.length) {
        throw new Error(`a batch of ${batch.length} items was answered with ${rows.length} rows`)
      }
      batch.forEach(({ resolve }, index) => resolve(rows[index] as Row))
    } catch (error) {
      const parts = cut(batch, options.failureOf(error))
      if (parts.length > 1) for (const part of parts) await send(part, connection)
      else for (const { reject } of batch) reject(options.describeFailure(error))
    }
    options.onBatch?.(batch.length, (performance.now() - startedAt) / 1000)
  }

  function cut(batch: Waiting<Item, Row>[], failure: BatchFailure): Waiting<Item, Row>[][] {
    switch (failure) {
      case 'all':
        return [batch]
      case 'item': {
        const middle = batch.length >> 1
        return middle === 0 ? [batch] : [batch.slice(0, middle), batch.slice(middle)]
      }
      case 'group':
        return byGroup(batch)
      default:
        return failure satisfies never
    }
  }

  function byGroup(batch: Waiting<Item, Row>[]): Waiting<Item, Row>[][] {
    const parts = new Map<string, Waiting<Item, Row>[]>()
    for (const waiting of batch) {
      const group = options.groupOf(waiting.item)
      const part = parts.get(group)
      if (part) part.push(waiting)
      else parts.set(group, [waiting])
    }
    return [...parts.values()]
  }

  async function drain(): Promise<void> {
    closed = true
    if (queue.size === 0 && inFlight === 0) return
    await new Promise<void>((resolve) => drained.push(resolve))
  }

  return {
    get queued() {
      return queue.size
    },
    call,
    drain,
  }
}
