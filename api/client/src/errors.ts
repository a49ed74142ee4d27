/** What a refusal carries, by its code. The codes are those of the public contract. */
export interface PurserErrorDetails {
  insufficient_credits: { required_credits: number; available_credits: number }
  capability_not_in_plan: { unlocked_by_plan: string | null }
  capability_disabled: object
  quality_level_not_allowed: { allowed_quality_levels: string[]; unlocked_by_plan: string | null }
  rate_limited: { retry_after_seconds: number | null }
  quota_exceeded: { meter: string; limit: number; used: number; resets_at: string }
  subscription_inactive: object
  idempotency_conflict: object
  reservation_not_found: object
  reservation_not_open: { status: string }
  session_not_found: object
  invalid_input: { field: string; rule: string }
  not_allowed: { rule?: string }
  unauthenticated: object
  overloaded: { retry_after_seconds: number }
  internal_error: { request_id?: string }
  /** No answer could be had from Purser, however often it was asked. */
  unreachable: { attempts: number }
  /** The key was used before, and what became of that work is not known here. */
  already_executed: { reservation_id: string; status: string }
  /** An answer that this version does not know. */
  unexpected: { original_code: string | null }
}

export type PurserErrorCode = keyof PurserErrorDetails

/** Every failure that comes from Purser. What the work itself throws stays what it is. */
export class PurserError<Code extends PurserErrorCode = PurserErrorCode> extends Error {
  override readonly name = 'PurserError'
  readonly code: Code
  readonly details: PurserErrorDetails[Code]

  constructor(
    code: Code,
    details: PurserErrorDetails[Code],
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options)
    this.code = code
    this.details = details
  }
}

/** Narrows an error to one code, and with it the type of its details. */
export function isPurserError<Code extends PurserErrorCode>(
  error: unknown,
  code: Code,
): error is PurserError<Code> {
  return error instanceof PurserError && error.code === code
}

const CODES: Record<PurserErrorCode, true> = {
  insufficient_credits: true,
  capability_not_in_plan: true,
  capability_disabled: true,
  quality_level_not_allowed: true,
  rate_limited: true,
  quota_exceeded: true,
  subscription_inactive: true,
  idempotency_conflict: true,
  reservation_not_found: true,
  reservation_not_open: true,
  session_not_found: true,
  invalid_input: true,
  not_allowed: true,
  unauthenticated: true,
  overloaded: true,
  internal_error: true,
  unreachable: true,
  already_executed: true,
  unexpected: true,
}

/** An error as Purser sends it: a message, and a code with its numbers. */
export function errorFromAnswer(message: string, extensions: Record<string, unknown>): PurserError {
  const { code, ...details } = extensions
  if (typeof code === 'string' && Object.hasOwn(CODES, code)) {
    const known = code as PurserErrorCode
    return new PurserError(known, details as PurserErrorDetails[typeof known], message)
  }
  const original_code = typeof code === 'string' ? code : null
  return new PurserError('unexpected', { original_code }, message)
}
