import { HTTPException } from 'hono/http-exception'
import { describeDatabaseFailure } from '../db/failures.ts'
import { AppError } from '../errors.ts'
import type { Logger } from '../observability.ts'

const PAYLOAD_TOO_LARGE = 413

/**
 * Every failure as one of the table. What nobody expected is logged with its stack and answered as
 * `internal_error` with the request id, by which the log line can be found; the stack stays inside.
 */
export function toAppError(thrown: unknown, log: Logger, requestId: string): AppError {
  const error = describeDatabaseFailure(thrown)
  if (error instanceof AppError) {
    if (error.code === 'overloaded') log.warn({ err: error.cause ?? error }, 'overloaded')
    return error
  }
  if (error instanceof HTTPException && error.status === PAYLOAD_TOO_LARGE) {
    return new AppError('invalid_input', { field: 'body', rule: 'too_large' })
  }
  log.error({ err: error }, 'unexpected failure')
  return new AppError('internal_error', { request_id: requestId })
}
