import { toJsonNumber } from '../credits/amounts.ts'
import type { SessionRefusal, SessionRow } from '../db/sessions.ts'
import { AppError, invalidInput } from '../errors.ts'

/** How often a client should give a sign of life; the lease of the database lasts three times as long. */
const HEARTBEAT_INTERVAL_SECONDS = 30
const WARNING_SECONDS = 300
const METER = 'session_minutes'

/** Begun hundredths of a minute count as whole ones. */
export function usedMinutes(seconds: number): number {
  return Math.ceil((seconds * 5) / 3) / 100
}

/** Rounded down, so that used and remaining together never are more than the limit. null: unlimited. */
export function remainingMinutes(seconds: number | null): number | null {
  return seconds === null ? null : Math.floor((seconds * 5) / 3) / 100
}

export function isWarning(remainingSeconds: number | null): boolean {
  return remainingSeconds !== null && remainingSeconds <= WARNING_SECONDS
}

const optionalNumber = (numeric: string | null) => (numeric === null ? null : toJsonNumber(numeric))

/** The output of every action that answers a session. */
export function meteredSession(row: SessionRow, { replayed = false } = {}) {
  return {
    session_id: row.session_id,
    user_id: row.user_id,
    topic: row.topic,
    difficulty: row.difficulty,
    status: row.status,
    end_reason: row.end_reason,
    started_at: row.started_at,
    last_heartbeat_at: row.last_heartbeat_at,
    ended_at: row.ended_at,
    used_minutes: usedMinutes(row.used_seconds),
    used_seconds: row.used_seconds,
    remaining_minutes: remainingMinutes(row.remaining_seconds),
    remaining_seconds: row.remaining_seconds,
    warning: isWarning(row.remaining_seconds),
    lease_expires_at: row.lease_expires_at,
    limit_at: row.limit_at,
    heartbeat_interval_seconds: HEARTBEAT_INTERVAL_SECONDS,
    bought_minutes: usedMinutes(row.bought_seconds),
    charged_credits: toJsonNumber(row.charged_credits),
    minute_price_credits: optionalNumber(row.minute_price_credits),
    period_used_minutes: usedMinutes(row.period_used_seconds),
    period_limit_minutes: optionalNumber(row.limit_minutes),
    period_end: row.period_end,
    replayed,
  }
}

/** What is left before a session is started. `reason` is null when one can be. */
export function sessionAllowance(row: SessionRow, reason: string | null, message: string) {
  return {
    can_start: reason === null,
    reason,
    message,
    active_session_id: reason === 'session_active' ? row.session_id : null,
    used_minutes: usedMinutes(row.period_used_seconds),
    limit_minutes: optionalNumber(row.limit_minutes),
    remaining_minutes: remainingMinutes(row.remaining_seconds),
    warning: isWarning(row.remaining_seconds),
    minute_price_credits: optionalNumber(row.minute_price_credits),
    period_start: row.period_start,
    period_end: row.period_end,
  }
}

/** The public error for a refusal. */
export function refusalOfSession(outcome: SessionRefusal, row: SessionRow): AppError {
  switch (outcome) {
    case 'session_active':
      return new AppError(outcome, { session_id: row.session_id })
    case 'quota_exceeded':
    case 'member_cap_exceeded':
      return new AppError(outcome, {
        meter: METER,
        limit: optionalNumber(row.limit_minutes),
        used: optionalNumber(row.limit_used_minutes),
        resets_at: row.resets_at,
      })
    case 'rate_limited':
      return new AppError(outcome, { retry_after_seconds: row.retry_after_seconds })
    case 'session_not_found':
    case 'subscription_inactive':
    case 'idempotency_conflict':
      return new AppError(outcome)
    case 'unknown_organization':
    case 'unknown_user':
      return new AppError(
        'not_allowed',
        { rule: outcome },
        { message: 'You are not a member of this organization.' },
      )
    case 'invalid_key':
      return invalidInput('idempotency_key', outcome)
    case 'invalid_reason':
      return invalidInput('reason', outcome)
    default:
      throw new Error(`a session answered an unknown outcome: ${String(outcome satisfies never)}`)
  }
}
