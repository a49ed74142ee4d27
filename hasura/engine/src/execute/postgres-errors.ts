import type { ErrorCode } from '../errors.ts'
import { HasuraError } from '../errors.ts'

interface PostgresError extends Error {
  readonly code: string
  readonly severity?: string
  readonly detail?: string
  readonly hint?: string
}

const CONSTRAINTS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  '23001': ['constraint-violation', 'Can not delete or update due to data being referred. '],
  '23502': ['constraint-violation', 'Not-NULL violation. '],
  '23503': ['constraint-violation', 'Foreign key violation. '],
  '23505': ['constraint-violation', 'Uniqueness violation. '],
  '23514': ['permission-error', 'Check constraint violation. '],
  '23P01': ['constraint-violation', 'Exclusion violation. '],
}

const isPostgresError = (error: unknown): error is PostgresError =>
  error instanceof Error && error.name === 'PostgresError' && 'code' in error

/**
 * An error of PostgreSQL as Hasura tells it: violated constraints and bad values by name, all else without
 * its text, which may show what the caller must not see. Errors that are not PostgreSQL's pass through.
 */
export function translatePostgresError(error: unknown, path = '$'): unknown {
  if (error instanceof HasuraError) return error
  if (!isPostgresError(error)) return error
  const translated = (code: ErrorCode, message: string) =>
    new HasuraError(code, message, { path, cause: error })
  const constraint = CONSTRAINTS[error.code]
  if (constraint) return translated(constraint[0], `${constraint[1]}${error.message}`)
  // A LIKE pattern or similar that ends in its escape character.
  if (error.code === '22025') return translated('bad-request', error.message)
  if (error.code.startsWith('22')) return translated('data-exception', error.message)
  if (error.code.startsWith('23')) return translated('constraint-violation', error.message)
  if (error.code === '42P10')
    return translated(
      'constraint-error',
      'there is no unique or exclusion constraint on target column(s)',
    )
  if (error.code === '42704') return translated('constraint-error', error.message)
  if (error.code === '40001')
    return translated('concurrent-update', 'serialization failure due to concurrent update')
  if (error.code.startsWith('40')) return translated('concurrent-update', error.message)
  const internal = {
    error: {
      exec_status: 'FatalError',
      hint: error.hint ?? null,
      message: error.message,
      status_code: error.code,
      description: error.detail ?? null,
    },
  }
  return new HasuraError('unexpected', 'database query error', { path, internal, cause: error })
}
