import type { Metrics } from '../observability.ts'
import { createBatcher, type Batcher } from './batcher.ts'
import { batchFailureOf, mayTryAgain } from './failures.ts'

const MAXIMUM_BATCH_ITEMS = 256
const MAXIMUM_QUEUED_CALLS = 10_000
const MAXIMUM_ATTEMPTS = 3

/** A batcher for a function of the database that takes arrays and answers one row an item. */
export function createOrderedBatcher<
  Item extends { organizationId: string },
  Row extends { item: number },
>(
  name: string,
  metrics: Metrics,
  statement: (items: Item[]) => Promise<Row[]>,
): Batcher<Item, Row> {
  return createBatcher<Item, Row>({
    run: (items) => inOrder(() => statement(items)),
    groupOf: (item) => item.organizationId,
    failureOf: batchFailureOf,
    maximumItems: MAXIMUM_BATCH_ITEMS,
    maximumQueued: MAXIMUM_QUEUED_CALLS,
    onBatch(items, seconds) {
      metrics.batchItems.observe({ function: name }, items)
      metrics.batchSeconds.observe({ function: name }, seconds)
    },
    onQueue: (queued) => metrics.queuedItems.set({ function: name }, queued),
  })
}

async function inOrder<Row extends { item: number }>(send: () => Promise<Row[]>): Promise<Row[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      const rows = await send()
      return rows.toSorted((left, right) => left.item - right.item)
    } catch (error) {
      if (attempt >= MAXIMUM_ATTEMPTS || !mayTryAgain(error)) throw error
    }
  }
}

/**
 * JSON travels as text[] cast to jsonb[]: the driver's own array serializer takes an element with a
 * property named `type` for one of its parameter objects.
 */
export function jsonTexts(values: readonly (object | null)[]): (string | null)[] {
  return values.map((value) => (value === null ? null : JSON.stringify(value)))
}

export const pluck = <Item, Key extends keyof Item>(items: Item[], key: Key): Item[Key][] =>
  items.map((item) => item[key])
