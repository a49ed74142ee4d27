import type { CombinedError } from '@urql/core'

/** What went wrong, without words: `app/error-texts.ts` turns it into a sentence. */
export interface Failure {
  code: string
  /** The server's own sentence, shown only where this app has none for the code. */
  message: string
  /** The numbers that come with the code: required_credits, retry_after_seconds, unlocked_by_plan … */
  details: Readonly<Record<string, unknown>>
}

/** Codes of answers that mean "not now": the same request may succeed once a part of the system is back. */
const OUTAGE_CODES = new Set([
  'backend_unavailable',
  'unexpected',
  'internal-error',
  'postgres-error',
  'postgres-max-connections-error',
  'action-webhook-error',
])

export const UNREACHABLE: Failure = { code: 'unreachable', message: '', details: {} }

export function failure(code: string, details: Failure['details'] = {}, message = ''): Failure {
  return { code, message, details }
}

export function failureFromGraphql(error: CombinedError): Failure {
  const first = error.graphQLErrors[0]
  if (!first) {
    const status = (error.response as Response | undefined)?.status
    return status === 429 ? failure('overloaded') : UNREACHABLE
  }
  return failureFromExtensions(first.extensions, first.message)
}

/** The shape in which both GraphQL and the api's own routes tell their errors. */
export function failureFromExtensions(
  extensions: Readonly<Record<string, unknown>>,
  message: string,
): Failure {
  const { code, ...details } = extensions
  return { code: typeof code === 'string' ? code : 'unknown', message, details }
}

/** True when a part of the system did not answer, as opposed to an answer that we do not like. */
export function isOutage(problem: Failure): boolean {
  return problem.code === UNREACHABLE.code || OUTAGE_CODES.has(problem.code)
}

/**
 * True when the server has decided about this very request, so that its idempotency key is used up. Without such an
 * answer nobody knows whether the run was made, and only the same key can find out without a second charge.
 */
export function isDecided(problem: Failure): boolean {
  return !isOutage(problem) && problem.code !== 'internal_error' && problem.code !== 'overloaded'
}

export function detailNumber(problem: Failure, name: string): number | null {
  const value = problem.details[name]
  return typeof value === 'number' ? value : null
}

export function detailText(problem: Failure, name: string): string | null {
  const value = problem.details[name]
  return typeof value === 'string' ? value : null
}
