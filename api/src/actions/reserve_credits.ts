import { z } from 'zod'
import { toJsonNumber } from '../credits/amounts.ts'
import { hasReservation, refusalOfReserve } from '../credits/refusals.ts'
import type { QuotaReserveRow } from '../db/ledger-quota-rows.ts'
import type { ReserveRow } from '../db/ledger-rows.ts'
import { refusalOfLine } from '../quotas/refusals.ts'
import { defineAction } from './action.ts'
import {
  context,
  holdSeconds,
  idempotencyKey,
  identifier,
  optional,
  optionalAmount,
  quotaLines,
} from './input.ts'
import { requireOrganization } from './session.ts'

export const reserveCredits = defineAction({
  name: 'reserve_credits',
  roles: ['service'],
  input: z.strictObject({
    input: z.strictObject({
      capability: identifier,
      quality_level: optional(identifier),
      amount_credits: optionalAmount,
      idempotency_key: idempotencyKey,
      expires_in_seconds: optional(holdSeconds),
      user_id: optional(z.uuid({ error: 'uuid' })),
      context: optional(context),
      quotas: quotaLines,
    }),
  }),
  async run({ input: { input }, session, services }) {
    const item = {
      organizationId: requireOrganization(session),
      userId: input.user_id,
      capability: input.capability,
      qualityLevel: input.quality_level,
      amountCredits: input.amount_credits,
      idempotencyKey: input.idempotency_key,
      expiresInSeconds: input.expires_in_seconds,
      context: input.context,
    }
    const row =
      input.quotas.length > 0
        ? refuseLine(await services.ledger.reserveWithQuotas({ ...item, quotas: input.quotas }))
        : await services.ledger.reserve(item)
    if (row.outcome !== 'reserved' && row.outcome !== 'replayed') {
      throw refusalOfReserve(row.outcome, row)
    }
    if (!hasReservation(row)) throw new Error('a reservation without its columns')
    return {
      reservation_id: row.reservation_id,
      status: row.status,
      quality_level: row.quality_level_id,
      amount_credits: toJsonNumber(row.amount_credits),
      available_credits: toJsonNumber(row.available_credits ?? '0'),
      expires_at: row.expires_at,
      model: row.model_id,
      replayed: row.outcome === 'replayed',
    }
  },
})

/** Throws when a meter stood in the way; what is left are the outcomes of a hold of credits alone. */
function refuseLine(row: QuotaReserveRow): ReserveRow {
  const { outcome } = row
  switch (outcome) {
    case 'member_cap_exceeded':
      // Of a meter; without a decision it is a cap on credits.
      if (row.decision === null) return { ...row, outcome }
      throw refusalOfLine(outcome, row.decision)
    case 'quota_exceeded':
    case 'user_required':
    case 'invalid_quotas':
      throw refusalOfLine(outcome, row.decision)
    default:
      return { ...row, outcome }
  }
}
