import type { Metrics } from '../observability.ts'
import { createOrderedBatcher } from './batched-statements.ts'
import type { Database } from './client.ts'
import type { Connections } from './connections.ts'
import { createGrants } from './grants.ts'
import { describeDatabaseFailure } from './failures.ts'
import {
  extendReservations,
  releaseCredits,
  reserveCredits,
  reserveCreditsWithQuotas,
  settleCredits,
  settleCreditsWithQuotas,
} from './ledger-functions.ts'
import type { QuotaReserveItem, QuotaSettleItem } from './ledger-quota-rows.ts'
import type { CreditCap, ExtendItem, ReleaseItem, ReserveItem, SettleItem } from './ledger-rows.ts'

export type Ledger = ReturnType<typeof createLedger>

/**
 * The only place in the api that moves credits. Every function answers an outcome row; a refusal is
 * data, not an exception. All four are safe to repeat: a repeated statement answers `replayed`.
 */
export function createLedger({ sql, moves }: Connections, metrics: Metrics) {
  const reserve = createOrderedBatcher(reserveCredits, moves, metrics)
  const settle = createOrderedBatcher(settleCredits, moves, metrics)
  const release = createOrderedBatcher(releaseCredits, moves, metrics)
  const extend = createOrderedBatcher(extendReservations, moves, metrics)
  const reserveTogether = createOrderedBatcher(reserveCreditsWithQuotas, moves, metrics)
  const settleTogether = createOrderedBatcher(settleCreditsWithQuotas, moves, metrics)

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
