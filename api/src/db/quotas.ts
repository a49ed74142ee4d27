import type { Metrics } from '../observability.ts'
import { actorOf } from './actors.ts'
import type { ArrayParameter } from './array-parameters.ts'
import { createOrderedBatcher, type ArrayFunction } from './batched-statements.ts'
import type { Connections } from './connections.ts'
import { describeDatabaseFailure } from './failures.ts'
import type {
  ConsumeItem,
  OverrideRemovalRow,
  OverrideRequest,
  OverrideRow,
  QuotaCheckRow,
  QuotaExplanation,
  RecordItem,
  UsageRow,
} from './quota-rows.ts'
import { joinedAnswer } from './joined-answers.ts'

export type Quotas = ReturnType<typeof createQuotas>

const usageAnswer = joinedAnswer<UsageRow>({
  outcome: 'text',
  usage_id: 'text',
  amount: 'text',
  decision: (text) => JSON.parse(text) as NonNullable<UsageRow['decision']>,
})

const USAGE: readonly ArrayParameter<ConsumeItem>[] = [
  ['uuid[]', ({ organizationId }) => organizationId],
  ['uuid[]', ({ userId }) => userId],
  ['text[]', ({ meter }) => meter],
  ['numeric[]', ({ amount }) => amount],
  ['text[]', ({ idempotencyKey }) => idempotencyKey],
]

const consumeQuota: ArrayFunction<ConsumeItem, UsageRow> = {
  name: 'consume_quota',
  parameters: [...USAGE, ['jsonb[]', ({ metadata }) => metadata]],
  answer: usageAnswer,
}

const recordUsage: ArrayFunction<RecordItem, UsageRow> = {
  name: 'record_usage',
  parameters: [
    ...USAGE,
    ['text[]::timestamptz[]', ({ eventAt }) => eventAt],
    ['jsonb[]', ({ metadata }) => metadata],
  ],
  answer: usageAnswer,
}

/**
 * Meters: what is counted and is no credit. Like the ledger, consuming and recording answer an outcome
 * row, are safe to repeat, and leave together with what came meanwhile.
 */
export function createQuotas({ sql, moves }: Connections, metrics: Metrics) {
  const consume = createOrderedBatcher(consumeQuota, moves, metrics)
  const record = createOrderedBatcher(recordUsage, moves, metrics)
  return {
    consume: (item: ConsumeItem) => consume.call(item),
    record: (item: RecordItem) => record.call(item),

    async check(item: Omit<ConsumeItem, 'idempotencyKey' | 'metadata'>): Promise<QuotaCheckRow> {
      const rows = await answer(sql<QuotaCheckRow[]>`
        select outcome, decision
        from private.check_quota(
          ${item.organizationId}::uuid, ${item.userId}::uuid, ${item.meter}::text,
          ${item.amount}::text::numeric
        )`)
      return only(rows, 'check_quota')
    },

    /** null: there is no such meter or organization. */
    async explain(
      organizationId: string,
      userId: string | null,
      meter: string,
    ): Promise<QuotaExplanation | null> {
      const rows = await answer(sql<{ explanation: QuotaExplanation | null }[]>`
        select private.explain_quota(
          ${organizationId}::uuid, ${userId}::uuid, ${meter}::text
        ) as explanation`)
      return only(rows, 'explain_quota').explanation
    },

    async setOverride(request: OverrideRequest, byUserId: string | null): Promise<OverrideRow> {
      const actor = await actorOf(sql, byUserId)
      const rows = await answer(sql<OverrideRow[]>`
        select outcome, override_id, period
        from private.set_quota_override(
          ${request.organizationId}::uuid, ${request.userId}::uuid, ${request.meter}::text,
          ${request.period}::text, ${request.limitAmount}::text::numeric,
          ${request.expiresAt}::text::timestamptz, ${request.reason}::text, ${actor}::text::jsonb
        )`)
      return only(rows, 'set_quota_override')
    },

    async removeOverride(id: string, byUserId: string | null): Promise<OverrideRemovalRow> {
      const actor = await actorOf(sql, byUserId)
      const rows = await answer(sql<OverrideRemovalRow[]>`
        select outcome, organization_id, meter_id, removed_at
        from private.remove_quota_override(${id}::uuid, ${actor}::text::jsonb)`)
      return only(rows, 'remove_quota_override')
    },

    async drain() {
      await Promise.all([consume.drain(), record.drain()])
    },
  }
}

async function answer<Rows>(call: PromiseLike<Rows>): Promise<Rows> {
  try {
    return await call
  } catch (error) {
    throw describeDatabaseFailure(error)
  }
}

function only<Row>(rows: readonly Row[], place: string): Row {
  if (!rows[0]) throw new Error(`private.${place} answered no row`)
  return rows[0]
}
