import { z } from 'zod'
import { toJsonNumber } from '../credits/amounts.ts'
import type { RefundOutcome, RefundRow } from '../db/grants.ts'
import { AppError, invalidInput } from '../errors.ts'
import { defineAction } from './action.ts'
import { idempotencyKey, optionalAmount, text } from './input.ts'

const MAXIMUM_REASON_CHARACTERS = 500

export const refundTransaction = defineAction({
  name: 'refund_transaction',
  roles: ['platform_admin'],
  input: z.strictObject({
    input: z.strictObject({
      transaction_id: z.uuid({ error: 'uuid' }),
      amount_credits: optionalAmount,
      reason: text(MAXIMUM_REASON_CHARACTERS),
      idempotency_key: idempotencyKey,
    }),
  }),
  async run({ input: { input }, session, services }) {
    const row = await services.ledger.refund(
      {
        transactionId: input.transaction_id,
        amountCredits: input.amount_credits,
        reason: input.reason,
        idempotencyKey: input.idempotency_key,
      },
      session.userId,
    )
    if (row.outcome !== 'refunded' && row.outcome !== 'replayed') {
      throw refusalOfRefund(row.outcome, row)
    }
    return {
      organization_id: row.organization_id,
      transaction_id: row.transaction_id,
      grant_id: row.grant_id,
      refunded_credits: toJsonNumber(row.refunded_credits),
      refundable_credits: toJsonNumber(row.refundable_credits),
      available_credits: toJsonNumber(row.available_credits),
      replayed: row.outcome === 'replayed',
    }
  },
})

function refusalOfRefund(
  outcome: Exclude<RefundOutcome, 'refunded' | 'replayed'>,
  row: RefundRow,
): AppError {
  switch (outcome) {
    case 'idempotency_conflict':
      return new AppError(outcome)
    case 'transaction_not_found':
      return new AppError(
        'not_found',
        { field: 'transaction_id' },
        { message: 'There is no such transaction.' },
      )
    case 'not_refundable':
      return invalidInput(
        'transaction_id',
        'a_charge',
        'Only a charge for AI work can be refunded.',
      )
    case 'invalid_amount':
      return invalidInput('amount_credits', outcome, 'The amount is not valid.')
    case 'exceeds_charge':
      return new AppError(
        'invalid_input',
        {
          field: 'amount_credits',
          rule: 'at_most_what_is_left_of_the_charge',
          refundable_credits: toJsonNumber(row.refundable_credits),
        },
        { message: 'That is more than is left of the charge.' },
      )
    case 'invalid_key':
      return invalidInput('idempotency_key', outcome)
    default:
      return unexpected(outcome satisfies never)
  }
}

function unexpected(outcome: unknown): never {
  throw new Error(`refund_transaction answered an unknown outcome: ${String(outcome)}`)
}
