import type { Metrics } from '../observability.ts'
import { arrayBy, arrayOf, jsonArrayOf } from './array-parameters.ts'
import { createOrderedBatcher } from './batched-statements.ts'
import type { Database } from './client.ts'
import { createGrants } from './grants.ts'
import { describeDatabaseFailure } from './failures.ts'
import type { JoinedAnswer, JoinedRow } from './joined-answers.ts'
import {
  extendAnswer,
  releaseAnswer,
  reserveAnswer,
  reserveWithQuotasAnswer,
  settleAnswer,
  settleWithQuotasAnswer,
} from './ledger-answers.ts'
import type { QuotaReserveItem, QuotaSettleItem } from './ledger-quota-rows.ts'
import type { CreditCap, ExtendItem, ReleaseItem, ReserveItem, SettleItem } from './ledger-rows.ts'
import { createTraffic } from './traffic.ts'

export type Ledger = ReturnType<typeof createLedger>

/**
 * The only place in the api that moves credits. Every function answers an outcome row; a refusal is
 * data, not an exception. All four are safe to repeat: a repeated statement answers `replayed`.
 */
export function createLedger(sql: Database, metrics: Metrics) {
  const traffic = createTraffic()
  const batched = <Item extends { organizationId: string }, Row>(
    name: string,
    answer: JoinedAnswer<Row>,
    statement: (items: Item[]) => Promise<JoinedRow[]>,
  ) => createOrderedBatcher(name, metrics, traffic, answer, statement)
  const reserve = batched('reserve_credits', reserveAnswer, (items: ReserveItem[]) =>
    reserveCredits(sql, items),
  )
  const settle = batched('settle_credits', settleAnswer, (items: SettleItem[]) =>
    settleCredits(sql, items),
  )
  const release = batched('release_credits', releaseAnswer, (items: ReleaseItem[]) =>
    releaseCredits(sql, items),
  )
  const extend = batched('extend_reservations', extendAnswer, (items: ExtendItem[]) =>
    extendReservations(sql, items),
  )

  const reserveTogether = batched(
    'reserve_credits_with_quotas',
    reserveWithQuotasAnswer,
    (items: QuotaReserveItem[]) => reserveCreditsWithQuotas(sql, items),
  )
  const settleTogether = batched(
    'settle_credits_with_quotas',
    settleWithQuotasAnswer,
    (items: QuotaSettleItem[]) => settleCreditsWithQuotas(sql, items),
  )

  const grants = createGrants(sql)

  return {
    grant: (...request: Parameters<typeof grants.grant>) => answer(grants.grant(...request)),
    refund: (...request: Parameters<typeof grants.refund>) => answer(grants.refund(...request)),
    reserve: (item: ReserveItem) => reserve.call(item).then((row) => withCap(sql, item, row)),
    /** Credits and meters, all of it or nothing. */
    reserveWithQuotas: (item: QuotaReserveItem) =>
      reserveTogether.call(item).then((row) => withCap(sql, item, row)),
    settle: (item: SettleItem) => settle.call(item),
    settleWithQuotas: (item: QuotaSettleItem) => settleTogether.call(item),
    release: (item: ReleaseItem) => release.call(item),
    extend: (item: ExtendItem) => extend.call(item),
    async drain() {
      const batchers = [reserve, reserveTogether, settle, settleTogether, release, extend]
      await Promise.all(batchers.map((batcher) => batcher.drain()))
    },
  }
}

/** A refusal by a cap tells which one: rare, so it is read then instead of with every hold. */
function withCap<Row extends { outcome: string; decision?: unknown }>(
  sql: Database,
  item: ReserveItem,
  row: Row,
): Row | Promise<Row & { cap: CreditCap | null }> {
  return row.outcome !== 'member_cap_exceeded' || row.decision ? row : addCap(sql, item, row)
}

async function addCap<Row>(
  sql: Database,
  { organizationId, userId }: ReserveItem,
  row: Row,
): Promise<Row & { cap: CreditCap | null }> {
  const rows = await answer(
    Promise.resolve(sql<{ cap: CreditCap | null }[]>`
      select private.explain_quota(
        ${organizationId}::uuid, ${userId}::uuid, 'credits'
      ) #> '{rules,0}' as cap`),
  )
  return { ...row, cap: rows[0]?.cap ?? null }
}

async function answer<Row>(call: Promise<Row>): Promise<Row> {
  try {
    return await call
  } catch (error) {
    throw describeDatabaseFailure(error)
  }
}

function reserveCredits(sql: Database, items: ReserveItem[]): Promise<JoinedRow[]> {
  return sql<JoinedRow[]>`
    select ${reserveAnswer.columns(sql)} from private.reserve_credits(
      ${arrayOf(items, 'organizationId')}::uuid[],
      ${arrayOf(items, 'userId')}::uuid[],
      ${arrayOf(items, 'capability')}::text[],
      ${arrayOf(items, 'qualityLevel')}::text[],
      ${arrayOf(items, 'amountCredits')}::numeric[],
      ${arrayOf(items, 'idempotencyKey')}::text[],
      ${arrayOf(items, 'expiresInSeconds')}::int[],
      ${jsonArrayOf(items, 'context')}::jsonb[]
    )`
}

function settleCredits(sql: Database, items: SettleItem[]): Promise<JoinedRow[]> {
  return sql<JoinedRow[]>`
    select ${settleAnswer.columns(sql)} from private.settle_credits(
      ${arrayOf(items, 'organizationId')}::uuid[],
      ${arrayOf(items, 'reservationId')}::uuid[],
      ${arrayOf(items, 'amountCredits')}::numeric[],
      ${usageReports(sql, items)},
      ${jsonArrayOf(items, 'output')}::jsonb[]
    )`
}

/** Seven parameters, all null where an amount is told instead. */
function usageReports(sql: Database, items: SettleItem[]) {
  return sql`
      ${arrayBy(items, ({ usage }) => usage?.model ?? null)}::text[],
      ${arrayBy(items, ({ usage }) => tokens(usage?.input_tokens))}::bigint[],
      ${arrayBy(items, ({ usage }) => tokens(usage?.cached_input_tokens))}::bigint[],
      ${arrayBy(items, ({ usage }) => tokens(usage?.output_tokens))}::bigint[],
      ${arrayBy(items, ({ usage }) => tokens(usage?.reasoning_tokens))}::bigint[],
      ${arrayBy(items, ({ usage }) => usage?.request_id ?? null)}::text[],
      ${arrayBy(items, ({ usage }) => usage?.source ?? null)}::text[]`
}

/** What a provider reports may be no whole number: -1 is none either, and refused as invalid_amount. */
function tokens(count: number | null | undefined): number | null {
  if (count === null || count === undefined) return null
  return Number.isSafeInteger(count) ? count : -1
}

function releaseCredits(sql: Database, items: ReleaseItem[]): Promise<JoinedRow[]> {
  return sql<JoinedRow[]>`
    select ${releaseAnswer.columns(sql)} from private.release_credits(
      ${arrayOf(items, 'organizationId')}::uuid[],
      ${arrayOf(items, 'reservationId')}::uuid[],
      ${arrayOf(items, 'reason')}::text[]
    )`
}

function extendReservations(sql: Database, items: ExtendItem[]): Promise<JoinedRow[]> {
  return sql<JoinedRow[]>`
    select ${extendAnswer.columns(sql)} from private.extend_reservations(
      ${arrayOf(items, 'organizationId')}::uuid[],
      ${arrayOf(items, 'reservationId')}::uuid[],
      ${arrayOf(items, 'expiresInSeconds')}::int[]
    )`
}

function reserveCreditsWithQuotas(sql: Database, items: QuotaReserveItem[]): Promise<JoinedRow[]> {
  return sql<JoinedRow[]>`
    select ${reserveWithQuotasAnswer.columns(sql)} from private.reserve_credits_with_quotas(
      ${arrayOf(items, 'organizationId')}::uuid[],
      ${arrayOf(items, 'userId')}::uuid[],
      ${arrayOf(items, 'capability')}::text[],
      ${arrayOf(items, 'qualityLevel')}::text[],
      ${arrayOf(items, 'amountCredits')}::numeric[],
      ${arrayOf(items, 'idempotencyKey')}::text[],
      ${arrayOf(items, 'expiresInSeconds')}::int[],
      ${jsonArrayOf(items, 'context')}::jsonb[],
      ${jsonArrayOf(items, 'quotas')}::jsonb[]
    )`
}

function settleCreditsWithQuotas(sql: Database, items: QuotaSettleItem[]): Promise<JoinedRow[]> {
  return sql<JoinedRow[]>`
    select ${settleWithQuotasAnswer.columns(sql)} from private.settle_credits_with_quotas(
      ${arrayOf(items, 'organizationId')}::uuid[],
      ${arrayOf(items, 'reservationId')}::uuid[],
      ${arrayOf(items, 'amountCredits')}::numeric[],
      ${usageReports(sql, items)},
      ${jsonArrayOf(items, 'output')}::jsonb[],
      ${jsonArrayOf(items, 'quotas')}::jsonb[]
    )`
}
