import type { ArrayParameter } from './array-parameters.ts'
import type { ArrayFunction } from './batched-statements.ts'
import {
  extendAnswer,
  releaseAnswer,
  reserveAnswer,
  reserveWithQuotasAnswer,
  settleAnswer,
  settleWithQuotasAnswer,
} from './ledger-answers.ts'
import type {
  QuotaReserveItem,
  QuotaReserveRow,
  QuotaSettleItem,
  QuotaSettleRow,
} from './ledger-quota-rows.ts'
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

/** The functions that move credits, with their parameters in order. */

const RESERVE: readonly ArrayParameter<ReserveItem>[] = [
  ['uuid[]', ({ organizationId }) => organizationId],
  ['uuid[]', ({ userId }) => userId],
  ['text[]', ({ capability }) => capability],
  ['text[]', ({ qualityLevel }) => qualityLevel],
  ['numeric[]', ({ amountCredits }) => amountCredits],
  ['text[]', ({ idempotencyKey }) => idempotencyKey],
  ['int[]', ({ expiresInSeconds }) => expiresInSeconds],
  ['jsonb[]', ({ context }) => context],
]

/** The report of usage is null in all its arrays where an amount is told instead. */
const SETTLE: readonly ArrayParameter<SettleItem>[] = [
  ['uuid[]', ({ organizationId }) => organizationId],
  ['uuid[]', ({ reservationId }) => reservationId],
  ['numeric[]', ({ amountCredits }) => amountCredits],
  ['text[]', ({ usage }) => usage?.model ?? null],
  ['bigint[]', ({ usage }) => tokens(usage?.input_tokens)],
  ['bigint[]', ({ usage }) => tokens(usage?.cached_input_tokens)],
  ['bigint[]', ({ usage }) => tokens(usage?.output_tokens)],
  ['bigint[]', ({ usage }) => tokens(usage?.reasoning_tokens)],
  ['text[]', ({ usage }) => usage?.request_id ?? null],
  ['text[]', ({ usage }) => usage?.source ?? null],
  ['jsonb[]', ({ output }) => output],
]

/** What a provider reports may be no whole number: -1 is none either, and refused as invalid_amount. */
function tokens(count: number | null | undefined): number | null {
  if (count === null || count === undefined) return null
  return Number.isSafeInteger(count) ? count : -1
}

export const reserveCredits: ArrayFunction<ReserveItem, Omit<ReserveRow, 'cap'>> = {
  name: 'reserve_credits',
  parameters: RESERVE,
  answer: reserveAnswer,
}

export const settleCredits: ArrayFunction<SettleItem, SettleRow> = {
  name: 'settle_credits',
  parameters: SETTLE,
  answer: settleAnswer,
}

export const releaseCredits: ArrayFunction<ReleaseItem, ReleaseRow> = {
  name: 'release_credits',
  parameters: [
    ['uuid[]', ({ organizationId }) => organizationId],
    ['uuid[]', ({ reservationId }) => reservationId],
    ['text[]', ({ reason }) => reason],
  ],
  answer: releaseAnswer,
}

export const extendReservations: ArrayFunction<ExtendItem, ExtendRow> = {
  name: 'extend_reservations',
  parameters: [
    ['uuid[]', ({ organizationId }) => organizationId],
    ['uuid[]', ({ reservationId }) => reservationId],
    ['int[]', ({ expiresInSeconds }) => expiresInSeconds],
  ],
  answer: extendAnswer,
}

export const reserveCreditsWithQuotas: ArrayFunction<
  QuotaReserveItem,
  Omit<QuotaReserveRow, 'cap'>
> = {
  name: 'reserve_credits_with_quotas',
  parameters: [...RESERVE, ['jsonb[]', ({ quotas }) => quotas]],
  answer: reserveWithQuotasAnswer,
}

export const settleCreditsWithQuotas: ArrayFunction<QuotaSettleItem, QuotaSettleRow> = {
  name: 'settle_credits_with_quotas',
  parameters: [...SETTLE, ['jsonb[]', ({ quotas }) => quotas]],
  answer: settleWithQuotasAnswer,
}
