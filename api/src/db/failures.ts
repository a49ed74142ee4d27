import { AppError } from '../errors.ts'
import type { BatchFailure } from './batcher.ts'

const RETRY_AFTER_SECONDS = 2

/** Codes of the driver and of the socket when no server answers. */
const UNREACHABLE = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
])

/**
 * SQLSTATEs with which the server says "not now": connection classes, shutdown and start-up (57P0x),
 * too many connections, statement and lock timeouts.
 */
const BUSY = /^(08...|57P0[1-5]|57014|53300|53400|55P03)$/

const LOCK_NOT_AVAILABLE = '55P03'

/** Class "data exception": text that is no uuid, NUL in a text. The value is the caller's mistake. */
const BAD_VALUE = /^22/

/** Deadlock or serialization failure: the same statement may simply be sent again. */
const TRY_AGAIN = new Set(['40001', '40P01'])

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error)
  return UNREACHABLE.has(code) || BUSY.test(code)
}

/** A lock that did not come in time is about one organization; an outage is about all of them. */
export function batchFailureOf(error: unknown): BatchFailure {
  if (codeOf(error) === LOCK_NOT_AVAILABLE) return 'group'
  return isUnavailable(error) ? 'all' : 'item'
}

export function isBadValue(error: unknown): boolean {
  return BAD_VALUE.test(codeOf(error))
}

export function mayTryAgain(error: unknown): boolean {
  return TRY_AGAIN.has(codeOf(error))
}

/** An outage becomes an error that callers can act on; anything else stays what it was. */
export function describeDatabaseFailure(error: unknown): unknown {
  if (!isUnavailable(error)) return error
  return new AppError('overloaded', { retry_after_seconds: RETRY_AFTER_SECONDS }, { cause: error })
}
