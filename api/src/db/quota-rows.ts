import type { UsageAmount } from '../quotas/amounts.ts'

/** What the functions of meters take and answer; columns as hasura/functions/private declares them. */
export interface ConsumeItem {
  organizationId: string
  userId: string | null
  meter: string
  amount: UsageAmount
  idempotencyKey: string
  metadata: object | null
}

export interface RecordItem extends ConsumeItem {
  /** null: now. */
  eventAt: string | null
}

/** The limit that was closest; the numbers are JSON numbers of a jsonb. */
export interface QuotaDecision {
  level: 'plan' | 'override' | 'member_cap'
  period: 'day' | 'month' | 'none'
  limit: number | null
  used: number
  held: number
  remaining: number | null
  over_limit: boolean
  resets_at: string | null
  warning: number | null
  source: object
}

export type UsageRefusal =
  | 'idempotency_conflict'
  | 'quota_exceeded'
  | 'member_cap_exceeded'
  | 'below_zero'
  | 'subscription_inactive'
  | 'user_required'
  | 'unknown_organization'
  | 'unknown_meter'
  | 'unknown_user'
  | 'invalid_amount'
  | 'invalid_event_at'
  | 'invalid_key'

export interface UsageRow {
  outcome: 'recorded' | 'replayed' | UsageRefusal
  usage_id: string | null
  amount: string
  decision: QuotaDecision | null
}

export interface QuotaCheckRow {
  outcome: 'allowed' | UsageRefusal
  decision: QuotaDecision | null
}

/** The document of private.explain_quota. */
export interface QuotaExplanation {
  meter: string
  rules: object[]
  [detail: string]: unknown
}

/** A meter to hold with credits, or what was used of it. */
export interface QuotaLine {
  meter: string
  amount: UsageAmount
}

export interface OverrideRequest {
  organizationId: string
  userId: string | null
  meter: string
  period: string | null
  /** null: unlimited. */
  limitAmount: UsageAmount | null
  expiresAt: string | null
  reason: string
}

export type OverrideRefusal =
  | 'unknown_organization'
  | 'unknown_meter'
  | 'unknown_user'
  | 'invalid_period'
  | 'invalid_limit'
  | 'invalid_expiry'
  | 'invalid_reason'

export interface OverrideRow {
  outcome: 'set' | OverrideRefusal
  override_id: string | null
  period: string
}

export interface OverrideRemovalRow {
  outcome: 'removed' | 'replayed' | 'override_not_found'
  organization_id: string | null
  meter_id: string | null
  removed_at: Date | null
}
