import { HasuraError } from '../errors.ts'
import { isConnectionError } from '../execute/transaction.ts'

/**
 * Tells an outage of the database as Hasura does. Everything else is passed on: errors of statements
 * have been translated where they were run.
 */
export function asConnectionError(error: unknown): unknown {
  if (!isConnectionError(error)) return error
  return new HasuraError('postgres-error', 'connection error', {
    status: 500,
    cause: error,
    internal: { message: error.cause instanceof Error ? error.cause.message : error.message },
  })
}
