import type { CreditAmount } from '../credits/amounts.ts'
import type { Metrics } from '../observability.ts'
import { createBatcher, type Batcher } from './batcher.ts'
import type { Database } from './client.ts'
import { createGrants } from './grants.ts'
import { batchFailureOf, describeDatabaseFailure, mayTryAgain } from './failures.ts'
import type {
  ExtendItem,
  ExtendRow,
  ReleaseItem,
  ReleaseRow,
  ReserveItem,
  ReserveRow,
  SettleItem,
  SettleRow,
} from './ledger-rows.ts'

const MAXIMUM_BATCH_ITEMS = 256
const MAXIMUM_QUEUED_CALLS = 10_000
const MAXIMUM_ATTEMPTS = 3

export type Ledger = ReturnType<typeof createLedger>

/**
 * The only place in the api that moves credits. Every function answers an outcome row; a refusal is
 * data, not an exception. All four are safe to repeat: a repeated statement answers `replayed`.
 */
export function createLedger(sql: Database, metrics: Metrics) {
  function batched<Item extends { organizationId: string }, Row extends { item: number }>(
    name: string,
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

  const reserve = batched('reserve_credits', (items: ReserveItem[]) => reserveCredits(sql, items))
  const settle = batched('settle_credits', (items: SettleItem[]) => settleCredits(sql, items))
  const release = batched('release_credits', (items: ReleaseItem[]) => releaseCredits(sql, items))
  const extend = batched('extend_reservations', (items: ExtendItem[]) =>
    extendReservations(sql, items),
  )

  const grants = createGrants(sql)

  return {
    grant: (...request: Parameters<typeof grants.grant>) => answer(grants.grant(...request)),
    refund: (...request: Parameters<typeof grants.refund>) => answer(grants.refund(...request)),
    reserve: (item: ReserveItem) => answer(reserve.call(item)),
    settle: (item: SettleItem) => answer(settle.call(item)),
    release: (item: ReleaseItem) => answer(release.call(item)),
    extend: (item: ExtendItem) => answer(extend.call(item)),
    async drain() {
      await Promise.all([reserve.drain(), settle.drain(), release.drain(), extend.drain()])
    },
  }
}

async function answer<Row>(call: Promise<Row>): Promise<Row> {
  try {
    return await call
  } catch (error) {
    throw describeDatabaseFailure(error)
  }
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
function jsonTexts(values: readonly (object | null)[]): (string | null)[] {
  return values.map((value) => (value === null ? null : JSON.stringify(value)))
}

const pluck = <Item, Key extends keyof Item>(items: Item[], key: Key): Item[Key][] =>
  items.map((item) => item[key])

function reserveCredits(sql: Database, items: ReserveItem[]): Promise<ReserveRow[]> {
  const amounts: (CreditAmount | null)[] = pluck(items, 'amountCredits')
  return sql<ReserveRow[]>`
    select * from private.reserve_credits(
      ${pluck(items, 'organizationId')}::uuid[],
      ${pluck(items, 'userId')}::uuid[],
      ${pluck(items, 'capability')}::text[],
      ${pluck(items, 'qualityLevel')}::text[],
      ${amounts}::numeric[],
      ${pluck(items, 'idempotencyKey')}::text[],
      ${pluck(items, 'expiresInSeconds')}::int[],
      ${jsonTexts(pluck(items, 'context'))}::text[]::jsonb[]
    )`
}

function settleCredits(sql: Database, items: SettleItem[]): Promise<SettleRow[]> {
  return sql<SettleRow[]>`
    select * from private.settle_credits(
      ${pluck(items, 'organizationId')}::uuid[],
      ${pluck(items, 'reservationId')}::uuid[],
      ${pluck(items, 'amountCredits')}::numeric[],
      ${jsonTexts(pluck(items, 'usage'))}::text[]::jsonb[],
      ${jsonTexts(pluck(items, 'output'))}::text[]::jsonb[]
    )`
}

function releaseCredits(sql: Database, items: ReleaseItem[]): Promise<ReleaseRow[]> {
  return sql<ReleaseRow[]>`
    select * from private.release_credits(
      ${pluck(items, 'organizationId')}::uuid[],
      ${pluck(items, 'reservationId')}::uuid[],
      ${pluck(items, 'reason')}::text[]
    )`
}

function extendReservations(sql: Database, items: ExtendItem[]): Promise<ExtendRow[]> {
  return sql<ExtendRow[]>`
    select * from private.extend_reservations(
      ${pluck(items, 'organizationId')}::uuid[],
      ${pluck(items, 'reservationId')}::uuid[],
      ${pluck(items, 'expiresInSeconds')}::int[]
    )`
}
