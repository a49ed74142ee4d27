import type { LineRefusal } from '../db/ledger-quota-rows.ts'
import type { OverrideRefusal, QuotaDecision, UsageRefusal } from '../db/quota-rows.ts'
import { AppError, errorTable, invalidInput, isErrorCode } from '../errors.ts'

/** The public error for an outcome of consume_quota, record_usage or check_quota. */
export function refusalOfUsage(
  outcome: UsageRefusal,
  meter: string,
  decision: Partial<QuotaDecision> | null,
): AppError {
  switch (outcome) {
    case 'quota_exceeded':
    case 'member_cap_exceeded':
      return new AppError(outcome, limitDetails(meter, decision))
    case 'idempotency_conflict':
    case 'subscription_inactive':
      return new AppError(outcome)
    case 'below_zero':
      return invalidInput('amount', outcome, 'So much is not there to be given back.')
    case 'user_required':
      return invalidInput('user_id', 'required', 'This limit is one for each user: say which.')
    case 'unknown_organization':
      return new AppError('not_allowed', { rule: outcome }, { message: 'Unknown organization.' })
    case 'unknown_meter':
      return invalidInput('meter', 'unknown', 'There is no such meter.')
    case 'unknown_user':
      return invalidInput('user_id', 'unknown', 'The user is not a member of the organization.')
    case 'invalid_amount':
      return invalidInput('amount', outcome, 'The amount is not valid for this meter.')
    case 'invalid_event_at':
      return invalidInput('event_at', 'in_the_last_35_days')
    case 'invalid_key':
      return invalidInput('idempotency_key', outcome)
    default:
      return unexpected(outcome satisfies never)
  }
}

/** Of a line that was to be held together with credits. */
export function refusalOfLine(
  outcome: LineRefusal,
  decision: (Partial<QuotaDecision> & { meter: string }) | null,
): AppError {
  if (outcome === 'invalid_quotas') {
    const line = decision ? ` (${decision.meter})` : ''
    return invalidInput('quotas', outcome, `A line is not valid${line}: each meter once, above 0.`)
  }
  return refusalOfUsage(outcome, decision?.meter ?? '', decision)
}

export function refusalOfOverride(outcome: OverrideRefusal): AppError {
  switch (outcome) {
    case 'unknown_organization':
      return invalidInput('organization_id', 'unknown', 'There is no such organization.')
    case 'unknown_meter':
      return invalidInput('meter', 'unknown', 'There is no such meter.')
    case 'unknown_user':
      return invalidInput('user_id', 'unknown', 'The user is not a member of the organization.')
    case 'invalid_period':
      return invalidInput('period', outcome, 'This period does not fit the meter.')
    case 'invalid_limit':
      return invalidInput('limit_amount', outcome)
    case 'invalid_expiry':
      return invalidInput('expires_at', 'in_the_future', 'The expiry must be in the future.')
    case 'invalid_reason':
      return invalidInput('reason', outcome)
    default:
      return unexpected(outcome satisfies never)
  }
}

function limitDetails(meter: string, decision: Partial<QuotaDecision> | null) {
  return {
    meter,
    limit: decision?.limit ?? null,
    used: decision?.used ?? 0,
    held: decision?.held ?? 0,
    remaining: decision?.remaining ?? null,
    resets_at: decision?.resets_at ?? null,
    level: decision?.level ?? null,
    source: decision?.source ?? null,
  }
}

/** The action's answer: the decision in the words of the contract. */
export function describeDecision(
  asked: { meter: string; amount: string },
  answer: { reason: string | null; usageId: string | null; replayed: boolean },
  decision: QuotaDecision | null,
): object {
  if (decision === null) throw new Error('a decision about a quota without its limit')
  return {
    allowed: answer.reason === null,
    reason: answer.reason,
    message: messageFor(answer.reason),
    meter: asked.meter,
    amount: Number(asked.amount),
    limit: decision.limit,
    used: decision.used,
    held: decision.held,
    remaining: decision.remaining,
    period: decision.period,
    resets_at: decision.resets_at,
    level: decision.level,
    source: decision.source,
    warning: decision.warning,
    over_limit: decision.over_limit,
    usage_id: answer.usageId,
    replayed: answer.replayed,
  }
}

function messageFor(reason: string | null): string {
  if (reason === null) return 'Allowed.'
  return isErrorCode(reason) ? errorTable[reason].message : reason
}

function unexpected(outcome: unknown): never {
  throw new Error(`a quota function answered an unknown outcome: ${String(outcome)}`)
}
