import { z } from 'zod'
import { toJsonNumber } from '../credits/amounts.ts'
import { refusalOfSettle } from '../credits/refusals.ts'
import { invalidInput } from '../errors.ts'
import { defineAction } from './action.ts'
import { identifier, optional, optionalAmount, quotaLines, reservationId, text } from './input.ts'
import { requireOrganization } from './session.ts'

const MAXIMUM_TOKENS = 2_147_483_647

const tokens = z
  .int({ error: 'integer' })
  .min(0, { error: 'not_negative' })
  .max(MAXIMUM_TOKENS, { error: 'too_large' })

const usage = z
  .strictObject({
    model: identifier,
    input_tokens: tokens,
    output_tokens: tokens,
    cached_input_tokens: optional(tokens),
    reasoning_tokens: optional(tokens),
    request_id: optional(text(200)),
  })
  .refine((value) => (value.cached_input_tokens ?? 0) <= value.input_tokens, {
    path: ['cached_input_tokens'],
    error: 'at_most_input_tokens',
  })
  .refine((value) => (value.reasoning_tokens ?? 0) <= value.output_tokens, {
    path: ['reasoning_tokens'],
    error: 'at_most_output_tokens',
  })

export const settleCredits = defineAction({
  name: 'settle_credits',
  roles: ['service'],
  input: z.strictObject({
    input: z
      .strictObject({
        reservation_id: reservationId,
        amount_credits: optionalAmount,
        usage: optional(usage),
        quotas: quotaLines,
      })
      .refine((value) => (value.amount_credits === null) !== (value.usage === null), {
        path: ['amount_credits'],
        error: 'either_amount_or_usage',
      }),
  }),
  async run({ input: { input }, session, services }) {
    const item = {
      organizationId: requireOrganization(session),
      reservationId: input.reservation_id,
      amountCredits: input.amount_credits,
      usage: input.usage,
      output: null,
    }
    const row =
      input.quotas.length > 0
        ? await services.ledger.settleWithQuotas({ ...item, quotas: input.quotas })
        : await services.ledger.settle(item)
    if (row.outcome === 'invalid_quotas') {
      throw invalidInput('quotas', row.outcome, 'Each meter that was held once, 0 or more.')
    }
    const { outcome } = row
    if (outcome !== 'settled' && outcome !== 'replayed') {
      throw refusalOfSettle(outcome, { ...row, outcome })
    }
    return {
      reservation_id: input.reservation_id,
      status: row.status,
      charged_credits: toJsonNumber(row.charged_credits ?? '0'),
      released_credits: toJsonNumber(row.released_credits ?? '0'),
      shortfall_credits: toJsonNumber(row.shortfall_credits ?? '0'),
      available_credits: toJsonNumber(row.available_credits ?? '0'),
      transaction_ids: row.transaction_ids ?? [],
      replayed: row.outcome === 'replayed',
    }
  },
})
