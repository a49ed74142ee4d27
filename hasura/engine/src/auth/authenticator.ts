import { createHash, timingSafeEqual } from 'node:crypto'
import { HasuraError } from '../errors.ts'
import type { Session } from '../execute/types.ts'
import type { Settings } from '../settings.ts'
import { sessionVariablesOf, type RequestHeaders } from './headers.ts'
import { createJwtVerifier, type JwtVerifier } from './jwt.ts'

export type Authenticated = {
  session: Session
  /** When the token ends; a websocket is closed then. Undefined for the admin secret. */
  expiresAt: Date | undefined
}

export type Authenticator = (headers: RequestHeaders) => Promise<Authenticated>

/**
 * Who is asking, as Hasura decides it: the admin secret if one is sent (a wrong one is an error,
 * never a fallback), else a JWT, else the unauthorized role, which only a request without any
 * token gets.
 */
export function createAuthenticator(settings: Settings): Authenticator {
  const verifier = settings.jwt === undefined ? undefined : createJwtVerifier(settings.jwt)
  const matchesSecret = secretMatcher(settings.adminSecret)
  return async (headers) => {
    if (matchesSecret === undefined) return adminSession(headers)
    const secret = headers['x-hasura-admin-secret'] ?? headers['x-hasura-access-key']
    if (secret !== undefined) {
      if (!matchesSecret(secret)) {
        throw accessDenied('invalid x-hasura-admin-secret/x-hasura-access-key')
      }
      return adminSession(headers)
    }
    return withoutSecret(headers, verifier, settings.unauthorizedRole)
  }
}

/** Compares digests, so that neither the length nor the position of a difference shows in time. */
function secretMatcher(secret: string | undefined): ((given: string) => boolean) | undefined {
  if (secret === undefined) return undefined
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const expected = digest(secret)
  return (given) => timingSafeEqual(digest(given), expected)
}

function adminSession(headers: RequestHeaders): Authenticated {
  const variables = sessionVariablesOf(headers)
  const role = variables['x-hasura-role'] || 'admin'
  variables['x-hasura-role'] = role
  return { session: { role, variables, isAdmin: true }, expiresAt: undefined }
}

async function withoutSecret(
  headers: RequestHeaders,
  verifier: JwtVerifier | undefined,
  unauthorizedRole: string | undefined,
): Promise<Authenticated> {
  const token = verifier?.tokenOf(headers)
  if (verifier !== undefined && token !== undefined) {
    return verifier.verify(token, headers['x-hasura-role'])
  }
  if (unauthorizedRole !== undefined) {
    const variables = { ...sessionVariablesOf(headers), 'x-hasura-role': unauthorizedRole }
    const session = { role: unauthorizedRole, variables, isAdmin: false }
    return { session, expiresAt: undefined }
  }
  if (verifier === undefined) {
    throw accessDenied('x-hasura-admin-secret/x-hasura-access-key required, but not found')
  }
  throw new HasuraError(
    'invalid-headers',
    "Missing 'Authorization' or 'Cookie' header in JWT authentication mode",
  )
}

function accessDenied(message: string): HasuraError {
  return new HasuraError('access-denied', message, { status: 401 })
}
