import { HasuraError } from '../errors.ts'

/**
 * Tells an outage of the database as Hasura does. Everything else is passed on: errors of statements
 * have been translated where they were run.
 */
export function asConnectionError(error: unknown): unknown {
  const reason = error instanceof HasuraError ? error.cause : error
  if (!isConnectionError(reason)) return error
  return new HasuraError('postgres-error', 'connection error', {
    status: 500,
    cause: error,
    internal: { message: reason.message },
  })
}

/** SQLSTATEs and codes of postgres.js that mean: the server is away or starting, try again. */
export function isConnectionError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const code: unknown = Reflect.get(error, 'code')
  if (typeof code !== 'string') return false
  return /^(08...|57P0[1-5]|CONNECT_|CONNECTION_|ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_)/.test(code)
}
