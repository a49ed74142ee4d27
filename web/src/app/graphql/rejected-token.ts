import type { CombinedError } from '@urql/core'

const REJECTED_TOKEN_CODES = new Set(['invalid-jwt', 'access-denied', 'unauthenticated'])

/** Hasura says 200 with `invalid-jwt`; proxies in front of it may say 401. */
export function isTokenRejected(error: CombinedError): boolean {
  return (
    (error.response as Response | undefined)?.status === 401 ||
    error.graphQLErrors.some((item) => REJECTED_TOKEN_CODES.has(String(item.extensions.code)))
  )
}
