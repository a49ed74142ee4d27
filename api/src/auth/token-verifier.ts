import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from 'jose'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import type { Auth } from './auth.ts'
import { CLAIMS_NAMESPACE, TOKEN_AUDIENCE } from './claims.ts'

/** Keys change rarely; an unknown one is looked for again, but not for every forged token. */
const LOOK_AGAIN_AFTER_MILLISECONDS = 10_000

const claimsSchema = z.looseObject({
  'x-hasura-default-role': z.string(),
  'x-hasura-allowed-roles': z.array(z.string()),
})

/** As Hasura would send them with an action. */
export type SessionVariables = Record<string, unknown> & { 'x-hasura-role': string }

export type VerifyToken = (
  authorization: string | undefined,
  wantedRole: string | undefined,
) => Promise<SessionVariables>

/** For routes that Hasura is not in front of: checks a Hasura token against our own keys, as Hasura does. */
export function createTokenVerifier(
  auth: Pick<Auth, 'api'>,
  config: Pick<Config, 'publicUrl'>,
): VerifyToken {
  let keys = createLocalJWKSet({ keys: [] })
  let readAt = Number.NEGATIVE_INFINITY

  async function readKeys(): Promise<void> {
    readAt = performance.now()
    keys = createLocalJWKSet((await auth.api.getJwks()) as JSONWebKeySet)
  }

  async function verify(token: string) {
    const options = { issuer: config.publicUrl, audience: TOKEN_AUDIENCE, algorithms: ['RS256'] }
    try {
      return await jwtVerify(token, keys, options)
    } catch (error) {
      const isUnknownKey = error instanceof errors.JWKSNoMatchingKey
      if (!isUnknownKey || performance.now() - readAt < LOOK_AGAIN_AFTER_MILLISECONDS) throw error
      await readKeys()
      return jwtVerify(token, keys, options)
    }
  }

  return async (authorization, wantedRole) => {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    if (!token) throw new AppError('unauthenticated')
    try {
      const { payload } = await verify(token)
      const claims = claimsSchema.parse(payload[CLAIMS_NAMESPACE])
      const role = wantedRole ?? claims['x-hasura-default-role']
      if (!claims['x-hasura-allowed-roles'].includes(role)) {
        throw new AppError('not_allowed', { rule: 'role' })
      }
      return { ...claims, 'x-hasura-role': role }
    } catch (error) {
      if (!(error instanceof errors.JOSEError) && !(error instanceof z.ZodError)) throw error
      throw new AppError('unauthenticated', {}, { message: 'The token is not valid (any more).' })
    }
  }
}
