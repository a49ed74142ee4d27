import type {
  CreditCap,
  ExtendRow,
  ReleaseRow,
  ReserveRefusal,
  ReserveRow,
  SettleRefusal,
  SettleRow,
} from '../db/ledger-rows.ts'
import { AppError, invalidInput, type ErrorDetails } from '../errors.ts'
import { toJsonNumber } from './amounts.ts'

/** What a refusal of the access rules carries, from a reservation as from an access check. */
export interface RefusalFacts {
  available_credits: string | null
  required_credits: string | null
  allowed_quality_levels: string[] | null
  unlocked_by_plan: string | null
  retry_after_seconds: number | null
  cap?: CreditCap | null
}

const DEFAULT_RETRY_AFTER_SECONDS = 60

/** The public error for an outcome of private.reserve_credits; the codes are those of the api contract. */
export function refusalOfReserve(outcome: ReserveRefusal, facts: RefusalFacts): AppError {
  switch (outcome) {
    case 'insufficient_credits':
      return new AppError(outcome, {
        required_credits: toJsonNumber(facts.required_credits ?? '0'),
        available_credits: toJsonNumber(facts.available_credits ?? '0'),
      })
    case 'capability_not_in_plan':
      return new AppError(outcome, { unlocked_by_plan: facts.unlocked_by_plan })
    case 'quality_level_not_allowed':
      return new AppError(outcome, {
        allowed_quality_levels: facts.allowed_quality_levels ?? [],
        unlocked_by_plan: facts.unlocked_by_plan,
      })
    case 'rate_limited':
      return new AppError(outcome, {
        retry_after_seconds: facts.retry_after_seconds ?? DEFAULT_RETRY_AFTER_SECONDS,
      })
    case 'member_cap_exceeded':
      return new AppError(outcome, {
        meter: 'credits',
        limit: facts.cap?.limit ?? null,
        used: facts.cap?.used ?? null,
        held: facts.cap?.held ?? null,
        remaining: facts.cap?.remaining ?? null,
        resets_at: facts.cap?.resets_at ?? null,
        source: facts.cap?.source ?? null,
      })
    case 'capability_disabled':
    case 'subscription_inactive':
    case 'idempotency_conflict':
      return new AppError(outcome)
    case 'unknown_organization':
      return new AppError('not_allowed', { rule: outcome }, { message: 'Unknown organization.' })
    case 'unknown_user':
      return invalidInput('user_id', 'unknown', 'The user is not a member of the organization.')
    case 'unknown_capability':
      return invalidInput('capability', 'unknown', 'There is no such capability.')
    case 'unknown_quality_level':
      return invalidInput('quality_level', 'unknown', 'There is no such quality level.')
    case 'invalid_amount':
      return invalidInput('amount_credits', 'invalid_amount', 'The amount is not valid.')
    case 'invalid_key':
      return invalidInput('idempotency_key', 'invalid_key')
    default:
      return unexpected('reserve_credits', outcome satisfies never)
  }
}

export function refusalOfSettle(outcome: SettleRefusal, row: SettleRow): AppError {
  switch (outcome) {
    case 'idempotency_conflict':
      return new AppError(outcome, statusOf(row), {
        message: 'The reservation was settled before with another amount.',
      })
    case 'reservation_not_found':
      return new AppError(outcome)
    case 'reservation_not_open':
      return new AppError(outcome, statusOf(row))
    case 'invalid_amount':
      return invalidInput('amount_credits', 'invalid_amount', 'The amount is not valid.')
    case 'unknown_model':
      return invalidInput('usage.model', 'unknown', 'There is no price for this model.')
    default:
      return unexpected('settle_credits', outcome satisfies never)
  }
}

export function refusalOfClosedReservation(
  outcome: 'reservation_not_found' | 'reservation_not_open',
  row: ReleaseRow | ExtendRow,
): AppError {
  return outcome === 'reservation_not_found'
    ? new AppError(outcome)
    : new AppError(outcome, statusOf(row))
}

function statusOf(row: { status: string | null }): ErrorDetails {
  return { status: row.status }
}

/** The database speaks a newer vocabulary than this build: a bug, so it is thrown as one. */
function unexpected(place: string, outcome: unknown): never {
  throw new Error(`${place} answered an unknown outcome: ${String(outcome)}`)
}

/** True for rows that carry a reservation, so that the columns that then are present can be read. */
export function hasReservation(
  row: ReserveRow,
): row is ReserveRow & Record<'reservation_id' | 'status' | 'amount_credits', string> {
  return row.reservation_id !== null && row.status !== null && row.amount_credits !== null
}
