import { timingSafeEqual } from 'node:crypto'
import { countAttempt, type AttemptRule } from '../db/attempts.ts'
import type { Database } from '../db/client.ts'
import { createServiceApiKeys } from '../db/service-api-keys.ts'
import { AppError } from '../errors.ts'
import type { Auth } from './auth.ts'
import { CLAIMS_NAMESPACE, claimsOfService, TOKEN_LIFETIME_SECONDS } from './claims.ts'
import { hashOfKey, keyInHeader } from './service-api-key.ts'

/** Wrong keys from one address. A right key is answered all the same, so nobody can lock it out. */
const FAILURES_BY_ADDRESS: AttemptRule = { maximum: 20, windowSeconds: 60 }

export interface ServiceToken {
  token: string
  expires_in_seconds: number
}

/** Exchanges an API key for a Hasura token of its organization, signed by the keys of all tokens. */
export function createServiceTokens(auth: Pick<Auth, 'api'>, sql: Database) {
  const keys = createServiceApiKeys(sql)

  async function refuse(address: string): Promise<never> {
    const attempt = await countAttempt(sql, `service-token address ${address}`, FAILURES_BY_ADDRESS)
    if (attempt.allowed) {
      throw new AppError('unauthenticated', {}, { message: 'The API key is not valid.' })
    }
    throw new AppError(
      'rate_limited',
      { retry_after_seconds: attempt.retryAfterSeconds },
      { message: 'Too many wrong API keys. Wait a moment.' },
    )
  }

  return async function exchange(
    authorization: string | undefined,
    address: string,
  ): Promise<ServiceToken> {
    const key = keyInHeader(authorization)
    if (key === null) return refuse(address)
    const hash = hashOfKey(key)
    const found = await keys.use(hash)
    // The index compared digests, of which a caller cannot choose a prefix; this says it in constant time.
    if (!found || !timingSafeEqual(found.hash, hash)) return refuse(address)
    const { token } = await auth.api.signJWT({
      body: {
        payload: {
          iat: Math.floor(Date.now() / 1000),
          sub: found.id,
          [CLAIMS_NAMESPACE]: claimsOfService(found.organization_id),
        },
      },
    })
    return { token, expires_in_seconds: TOKEN_LIFETIME_SECONDS }
  }
}
