import { createSecretKey } from 'node:crypto'
import {
  errors as joseErrors,
  importJWK,
  importSPKI,
  importX509,
  jwtVerify,
  type CryptoKey,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose'
import { LRUCache } from 'lru-cache'
import { HasuraError } from '../errors.ts'
import type { Authenticated } from './authenticator.ts'
import { cookieValue, type RequestHeaders } from './headers.ts'
import { JwksCache } from './jwks.ts'
import { readHasuraClaims, type HasuraClaims } from './jwt-claims.ts'
import type { JwtSettings } from './jwt-settings.ts'

export type JwtVerifier = {
  /** The token that the request carries, or undefined; a malformed header is an error. */
  tokenOf(headers: RequestHeaders): string | undefined
  verify(token: string, requestedRole: string | undefined): Promise<Authenticated>
}

type Verified = { claims: HasuraClaims; expiresAt: Date | undefined; generation: number }

/** Verifying a signature costs more than the rest of a small query: remember what was verified. */
const rememberedTokens = 2000

export function createJwtVerifier(settings: JwtSettings): JwtVerifier {
  const jwks = settings.jwk_url === undefined ? undefined : new JwksCache(settings.jwk_url)
  const getKey = jwks?.getKey ?? fixedKey(settings)
  const options = verifyOptions(settings)
  const remembered = new LRUCache<string, Verified>({ max: rememberedTokens })

  const verifyToken = async (token: string): Promise<Verified> => {
    const known = remembered.get(token)
    if (known !== undefined && isCurrent(known, settings, jwks)) return known
    const payload = await verifySignature(token, getKey, options)
    const verified = {
      claims: readHasuraClaims(payload, settings),
      expiresAt: payload.exp === undefined ? undefined : new Date(payload.exp * 1000),
      generation: jwks?.generation ?? 0,
    }
    remembered.set(token, verified)
    return verified
  }

  return {
    tokenOf: (headers) => tokenOf(headers, settings.header),
    verify: async (token, requestedRole) => {
      const { claims, expiresAt } = await verifyToken(token)
      const role = requestedRole || claims.defaultRole
      if (!claims.allowedRoles.includes(role)) {
        throw new HasuraError('access-denied', 'Your requested role is not in allowed roles')
      }
      const variables = { ...claims.variables, 'x-hasura-role': role }
      return { session: { role, variables, isAdmin: false }, expiresAt }
    },
  }
}

function isCurrent(known: Verified, settings: JwtSettings, jwks: JwksCache | undefined): boolean {
  if (jwks !== undefined && (jwks.isStale || jwks.generation !== known.generation)) return false
  if (known.expiresAt === undefined) return true
  return known.expiresAt.getTime() + settings.allowed_skew * 1000 > Date.now()
}

function tokenOf(headers: RequestHeaders, place: JwtSettings['header']): string | undefined {
  if (place.type === 'Cookie') {
    const header = headers['cookie']
    return header === undefined ? undefined : cookieValue(header, place.name)
  }
  const name = place.type === 'CustomHeader' ? place.name.toLowerCase() : 'authorization'
  const header = headers[name]
  if (header === undefined || place.type === 'CustomHeader') return header
  const [scheme, token, ...rest] = header.trim().split(/\s+/)
  if (scheme !== 'Bearer' || token === undefined || rest.length > 0) {
    throw new HasuraError('invalid-headers', 'Malformed Authorization header')
  }
  return token
}

/** Only the configured algorithm is accepted, so an RSA public key can never act as HMAC secret. */
function verifyOptions(settings: JwtSettings): JWTVerifyOptions {
  const options: JWTVerifyOptions = { clockTolerance: settings.allowed_skew }
  if (settings.issuer !== undefined) options.issuer = settings.issuer
  if (settings.audience !== undefined) options.audience = settings.audience
  const type = settings.type
  if (settings.key !== undefined && type !== undefined) {
    options.algorithms = type === 'Ed25519' || type === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [type]
  }
  return options
}

function fixedKey(settings: JwtSettings): JWTVerifyGetKey {
  let imported: Promise<CryptoKey | Uint8Array | ReturnType<typeof createSecretKey>> | undefined
  return () => {
    imported ??= importKey(settings.key ?? '', settings.type ?? 'RS256')
    return imported as ReturnType<JWTVerifyGetKey>
  }
}

async function importKey(key: string, type: string) {
  if (type.startsWith('HS')) return createSecretKey(Buffer.from(key))
  const algorithm = type === 'Ed25519' ? 'EdDSA' : type
  if (key.trimStart().startsWith('{')) return importJWK(JSON.parse(key), algorithm)
  if (key.includes('BEGIN CERTIFICATE')) return importX509(key, algorithm)
  return importSPKI(key, algorithm)
}

async function verifySignature(
  token: string,
  getKey: JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, getKey, options)).payload
  } catch (error) {
    throw new HasuraError('invalid-jwt', `Could not verify JWT: ${reason(error)}`)
  }
}

/** The reasons in the words of Hasura's JWT library, as clients may compare them. */
function reason(error: unknown): string {
  if (error instanceof joseErrors.JWTExpired) return 'JWTExpired'
  if (error instanceof joseErrors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'JWTNotInAudience'
    if (error.claim === 'iss') return 'JWTNotInIssuer'
    return error.claim === 'nbf' ? 'JWTNotYetValid' : 'JWTClaimsSetDecodeError'
  }
  if (error instanceof joseErrors.JWSSignatureVerificationFailed) {
    return 'JWSError JWSInvalidSignature'
  }
  if (error instanceof joseErrors.JWKSNoMatchingKey) return 'JWSError JWSNoValidSignatures'
  if (error instanceof joseErrors.JOSEAlgNotAllowed) return 'JWSError JWSNoSignatures'
  return 'JWSError (CompactDecodeError Invalid token)'
}
