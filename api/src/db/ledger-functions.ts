import { arrayBy, arrayOf, jsonArrayOf } from './array-parameters.ts'
import type { ArrayFunction, ArrayParameter } from './batched-statements.ts'
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
  ['uuid[]', (items) => arrayOf(items, 'organizationId')],
  ['uuid[]', (items) => arrayOf(items, 'userId')],
  ['text[]', (items) => arrayOf(items, 'capability')],
  ['text[]', (items) => arrayOf(items, 'qualityLevel')],
  ['numeric[]', (items) => arrayOf(items, 'amountCredits')],
  ['text[]', (items) => arrayOf(items, 'idempotencyKey')],
  ['int[]', (items) => arrayOf(items, 'expiresInSeconds')],
  ['jsonb[]', (items) => jsonArrayOf(items, 'context')],
]

/** The report of usage is null in all its arrays where an amount is told instead. */
const SETTLE: readonly ArrayParameter<SettleItem>[] = [
  ['uuid[]', (items) => arrayOf(items, 'organizationId')],
  ['uuid[]', (items) => arrayOf(items, 'reservationId')],
  ['numeric[]', (items) => arrayOf(items, 'amountCredits')],
  ['text[]', (items) => arrayBy(items, ({ usage }) => usage?.model ?? null)],
  ['bigint[]', (items) => arrayBy(items, ({ usage }) => tokens(usage?.input_tokens))],
  ['bigint[]', (items) => arrayBy(items, ({ usage }) => tokens(usage?.cached_input_tokens))],
  ['bigint[]', (items) => arrayBy(items, ({ usage }) => tokens(usage?.output_tokens))],
  ['bigint[]', (items) => arrayBy(items, ({ usage }) => tokens(usage?.reasoning_tokens))],
  ['text[]', (items) => arrayBy(items, ({ usage }) => usage?.request_id ?? null)],
  ['text[]', (items) => arrayBy(items, ({ usage }) => usage?.source ?? null)],
  ['jsonb[]', (items) => jsonArrayOf(items, 'output')],
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
    ['uuid[]', (items) => arrayOf(items, 'organizationId')],
    ['uuid[]', (items) => arrayOf(items, 'reservationId')],
    ['text[]', (items) => arrayOf(items, 'reason')],
  ],
  answer: releaseAnswer,
}

export const extendReservations: ArrayFunction<ExtendItem, ExtendRow> = {
  name: 'extend_reservations',
  parameters: [
    ['uuid[]', (items) => arrayOf(items, 'organizationId')],
    ['uuid[]', (items) => arrayOf(items, 'reservationId')],
    ['int[]', (items) => arrayOf(items, 'expiresInSeconds')],
  ],
  answer: extendAnswer,
}

export const reserveCreditsWithQuotas: ArrayFunction<
  QuotaReserveItem,
  Omit<QuotaReserveRow, 'cap'>
> = {
  name: 'reserve_credits_with_quotas',
  parameters: [...RESERVE, ['jsonb[]', (items) => jsonArrayOf(items, 'quotas')]],
  answer: reserveWithQuotasAnswer,
}

export const settleCreditsWithQuotas: ArrayFunction<QuotaSettleItem, QuotaSettleRow> = {
  name: 'settle_credits_with_quotas',
  parameters: [...SETTLE, ['jsonb[]', (items) => jsonArrayOf(items, 'quotas')]],
  answer: settleWithQuotasAnswer,
}
