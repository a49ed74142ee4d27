import type { CreditAmount } from '../credits/amounts.ts'

/** What the money functions take and answer; columns as hasura/functions/private declares them. */
export type ReservationStatus = 'reserved' | 'settled' | 'released' | 'expired'

export interface ReserveItem {
  organizationId: string
  userId: string | null
  capability: string
  /** null: the organization's default, else the lowest level that the plan allows. */
  qualityLevel: string | null
  /** null: the estimate for capability and level. */
  amountCredits: CreditAmount | null
  idempotencyKey: string
  expiresInSeconds: number | null
  context: object | null
}

export type ReserveRefusal =
  | 'member_cap_exceeded'
  | 'idempotency_conflict'
  | 'insufficient_credits'
  | 'capability_not_in_plan'
  | 'capability_disabled'
  | 'quality_level_not_allowed'
  | 'rate_limited'
  | 'subscription_inactive'
  | 'unknown_organization'
  | 'unknown_user'
  | 'unknown_capability'
  | 'unknown_quality_level'
  | 'invalid_amount'
  | 'invalid_key'

export interface ReserveRow {
  outcome: 'reserved' | 'replayed' | ReserveRefusal
  reservation_id: string | null
  status: ReservationStatus | null
  quality_level_id: string | null
  model_id: string | null
  amount_credits: string | null
  available_credits: string | null
  required_credits: string | null
  expires_at: Date | null
  allowed_quality_levels: string[] | null
  unlocked_by_plan: string | null
  retry_after_seconds: number | null
  /** The cap that refused; added to the rows of member_cap_exceeded. */
  cap?: CreditCap | null
}

/** A cap on the credits of a member, with what counts against it. */
export interface CreditCap {
  period: 'day' | 'month'
  limit: number
  used: number
  held: number
  remaining: number
  resets_at: string
  source: object
}

/** What a model used, as the provider said it; priced in SQL. */
export interface TokenUsage {
  model: string
  /** Including cached tokens. */
  input_tokens: number
  /** Including reasoning tokens. */
  output_tokens: number
  cached_input_tokens: number | null
  reasoning_tokens: number | null
  request_id: string | null
  /** Set when the provider did not report these numbers; absent when it did. */
  source?: 'counted'
}

export interface SettleItem {
  organizationId: string
  reservationId: string
  /** One of amountCredits and usage. */
  amountCredits: CreditAmount | null
  usage: TokenUsage | null
  /** Kept for a replay of the operation. */
  output: object | null
}

export type SettleRefusal =
  | 'idempotency_conflict'
  | 'reservation_not_found'
  | 'reservation_not_open'
  | 'invalid_amount'
  | 'unknown_model'

export interface SettleRow {
  outcome: 'settled' | 'replayed' | SettleRefusal
  status: ReservationStatus | null
  charged_credits: string | null
  released_credits: string | null
  shortfall_credits: string | null
  available_credits: string | null
  transaction_ids: string[] | null
}

export interface ReleaseItem {
  organizationId: string
  reservationId: string
  reason: string
}

export interface ReleaseRow {
  outcome: 'released' | 'replayed' | 'reservation_not_found' | 'reservation_not_open'
  status: ReservationStatus | null
  released_credits: string | null
  available_credits: string | null
}

export interface ExtendItem {
  organizationId: string
  reservationId: string
  expiresInSeconds: number
}

export interface ExtendRow {
  outcome: 'extended' | 'reservation_not_found' | 'reservation_not_open'
  status: ReservationStatus | null
  amount_credits: string | null
  available_credits: string | null
  expires_at: Date | null
  model_id: string | null
}
