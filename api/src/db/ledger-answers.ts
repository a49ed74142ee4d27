import { joinedAnswer, listOf, timeOf } from './joined-answers.ts'
import type { QuotaReserveRow, QuotaSettleRow } from './ledger-quota-rows.ts'
import type { ExtendRow, ReleaseRow, ReserveRow, SettleRow } from './ledger-rows.ts'

/** How the answers of the ledger's functions are read, by the columns that they have. */

const RESERVE_COLUMNS = {
  reservation_id: 'text',
  status: 'text',
  quality_level_id: 'text',
  model_id: 'text',
  amount_credits: 'text',
  available_credits: 'text',
  required_credits: 'text',
  expires_at: timeOf,
  allowed_quality_levels: listOf,
  unlocked_by_plan: 'text',
  retry_after_seconds: Number,
} as const

const SETTLE_COLUMNS = {
  status: 'text',
  charged_credits: 'text',
  released_credits: 'text',
  shortfall_credits: 'text',
  available_credits: 'text',
  transaction_ids: listOf,
} as const

export const reserveAnswer = joinedAnswer<Omit<ReserveRow, 'cap'>>({
  outcome: 'text',
  ...RESERVE_COLUMNS,
})

export const reserveWithQuotasAnswer = joinedAnswer<Omit<QuotaReserveRow, 'cap'>>({
  outcome: 'text',
  ...RESERVE_COLUMNS,
  decision: (text) => JSON.parse(text) as NonNullable<QuotaReserveRow['decision']>,
})

export const settleAnswer = joinedAnswer<SettleRow>({ outcome: 'text', ...SETTLE_COLUMNS })

export const settleWithQuotasAnswer = joinedAnswer<QuotaSettleRow>({
  outcome: 'text',
  ...SETTLE_COLUMNS,
})

export const releaseAnswer = joinedAnswer<ReleaseRow>({
  outcome: 'text',
  status: 'text',
  released_credits: 'text',
  available_credits: 'text',
})

export const extendAnswer = joinedAnswer<ExtendRow>({
  outcome: 'text',
  status: 'text',
  amount_credits: 'text',
  available_credits: 'text',
  expires_at: timeOf,
  model_id: 'text',
})
