import { z } from 'zod'
import { creditAmount, toJsonNumber } from '../credits/amounts.ts'
import type { GrantOutcome } from '../db/grants.ts'
import { AppError, invalidInput } from '../errors.ts'
import { defineAction } from './action.ts'
import { idempotencyKey, optional, text } from './input.ts'

const MAXIMUM_REASON_CHARACTERS = 500
const MAXIMUM_PRIORITY = 1000

export const grantCredits = defineAction({
  name: 'grant_credits',
  roles: ['platform_admin'],
  input: z.strictObject({
    input: z.strictObject({
      organization_id: z.uuid({ error: 'uuid' }),
      amount_credits: creditAmount,
      source: optional(
        // What the plan or a payment gives is not given by hand.
        z.enum(['promo', 'referral', 'adjustment'], { error: 'promo_referral_or_adjustment' }),
      ),
      priority: optional(
        z
          .int({ error: 'integer' })
          .min(0, { error: 'not_negative' })
          .max(MAXIMUM_PRIORITY, { error: `at_most_${MAXIMUM_PRIORITY}` }),
      ),
      expires_at: optional(z.iso.datetime({ offset: true, error: 'timestamp' })),
      reason: text(MAXIMUM_REASON_CHARACTERS),
      idempotency_key: idempotencyKey,
    }),
  }),
  async run({ input: { input }, session, services }) {
    const row = await services.ledger.grant(
      {
        organizationId: input.organization_id,
        source: input.source ?? 'adjustment',
        amountCredits: input.amount_credits,
        priority: input.priority,
        expiresAt: input.expires_at,
        reason: input.reason,
        idempotencyKey: input.idempotency_key,
      },
      session.userId,
    )
    if (row.outcome !== 'granted' && row.outcome !== 'replayed') throw refusalOfGrant(row.outcome)
    return {
      organization_id: input.organization_id,
      grant_id: row.grant_id,
      transaction_id: row.transaction_id,
      granted_credits: toJsonNumber(input.amount_credits),
      available_credits: toJsonNumber(row.available_credits),
      replayed: row.outcome === 'replayed',
    }
  },
})

function refusalOfGrant(outcome: Exclude<GrantOutcome, 'granted' | 'replayed'>): AppError {
  switch (outcome) {
    case 'idempotency_conflict':
      return new AppError(outcome)
    case 'unknown_organization':
      return invalidInput('organization_id', 'unknown', 'There is no such organization.')
    case 'invalid_amount':
      return invalidInput('amount_credits', outcome, 'The amount is not valid.')
    case 'invalid_source':
      return invalidInput('source', outcome)
    case 'invalid_priority':
      return invalidInput('priority', outcome)
    case 'invalid_expiry':
      return invalidInput('expires_at', 'in_the_future', 'The expiry must be in the future.')
    case 'invalid_key':
      return invalidInput('idempotency_key', outcome)
    default:
      return unexpected(outcome satisfies never)
  }
}

function unexpected(outcome: unknown): never {
  throw new Error(`grant_credits answered an unknown outcome: ${String(outcome)}`)
}
