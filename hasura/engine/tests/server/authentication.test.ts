import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createAuthenticator } from '../../src/auth/authenticator.ts'
import { readSettings } from '../../src/settings.ts'

const secret = 'a-secret-of-at-least-thirty-two-bytes!'
const namespace = 'https://hasura.io/jwt/claims'

function authenticator(environment: Record<string, string>) {
  const commandLine = { databaseUrl: 'postgres://x@localhost/x', adminSecret: 'admin-secret' }
  return createAuthenticator(readSettings(commandLine, environment))
}

const claims = (more: Record<string, unknown> = {}) => ({
  [namespace]: {
    'x-hasura-allowed-roles': ['owner', 'member'],
    'x-hasura-default-role': 'member',
    'X-Hasura-Org-Id': 'org-1',
    ...more,
  },
})

const signed = (payload: Record<string, unknown>, expires = '5m') =>
  new SignJWT(payload)
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret))

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const hs256 = { HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type: 'HS256', key: secret }) }

describe('admin secret', () => {
  it('makes an admin, with the role and session variables of the headers', async () => {
    const authenticate = authenticator({})
    const { session } = await authenticate({
      'x-hasura-admin-secret': 'admin-secret',
      'x-hasura-role': 'service',
      'x-hasura-org-id': 'org-7',
      accept: '*/*',
    })
    expect(session).toEqual({
      role: 'service',
      variables: { 'x-hasura-role': 'service', 'x-hasura-org-id': 'org-7' },
      isAdmin: true,
    })
  })

  it('a wrong or missing secret is access-denied, also beside an unauthorized role', async () => {
    const strict = authenticator({})
    await expect(strict({})).rejects.toMatchObject({ code: 'access-denied' })
    const open = authenticator({ HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' })
    await expect(open({ 'x-hasura-admin-secret': 'admin-secreT' })).rejects.toMatchObject({
      code: 'access-denied',
      message: 'invalid x-hasura-admin-secret/x-hasura-access-key',
    })
    expect((await open({ 'x-hasura-role': 'owner' })).session.role).toBe('anonymous')
  })
})

describe('JWT with a key', () => {
  it('gives the default role, or an allowed one that is asked for', async () => {
    const authenticate = authenticator(hs256)
    const token = await signed(claims())
    const { session, expiresAt } = await authenticate(bearer(token))
    expect(session).toEqual({
      role: 'member',
      variables: { 'x-hasura-role': 'member', 'x-hasura-org-id': 'org-1' },
      isAdmin: false,
    })
    expect(expiresAt?.getTime()).toBeGreaterThan(Date.now())
    const asOwner = await authenticate({ ...bearer(token), 'x-hasura-role': 'owner' })
    expect(asOwner.session.role).toBe('owner')
    await expect(
      authenticate({ ...bearer(token), 'x-hasura-role': 'admin' }),
    ).rejects.toMatchObject({
      code: 'access-denied',
      message: 'Your requested role is not in allowed roles',
    })
  })

  it('session variables of headers do not count beside a token', async () => {
    const token = await signed(claims())
    const headers = { ...bearer(token), 'x-hasura-org-id': 'org-of-others' }
    const { session } = await authenticator(hs256)(headers)
    expect(session.variables['x-hasura-org-id']).toBe('org-1')
  })

  it('refuses what does not hold, with the codes of Hasura', async () => {
    const authenticate = authenticator({ ...hs256, HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' })
    const refusals: [Record<string, string>, string, RegExp][] = [
      [bearer(await signed(claims(), '-1m')), 'invalid-jwt', /JWTExpired/],
      [bearer('nonsense'), 'invalid-jwt', /Could not verify JWT/],
      [bearer(`${await signed(claims())}x`), 'invalid-jwt', /Could not verify JWT/],
      [{ authorization: 'Basic abc' }, 'invalid-headers', /Malformed Authorization header/],
      [bearer(await signed({})), 'jwt-invalid-claims', /claims key/],
      [
        bearer(await signed({ [namespace]: { 'x-hasura-default-role': 'member' } })),
        'jwt-missing-role-claims',
        /x-hasura-allowed-roles/,
      ],
      [bearer(await signed(claims({ 'x-hasura-user-id': 7 }))), 'jwt-invalid-claims', /x-hasura/],
    ]
    for (const [headers, code, message] of refusals) {
      await expect(authenticate(headers)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message) as string,
      })
    }
    await expect(authenticator(hs256)({})).rejects.toMatchObject({ code: 'invalid-headers' })
  })

  it('checks issuer and audience where they are configured', async () => {
    const settings = { type: 'HS256', key: secret, issuer: 'purser', audience: ['hasura'] }
    const authenticate = authenticator({ HASURA_GRAPHQL_JWT_SECRET: JSON.stringify(settings) })
    const good = await signed({ ...claims(), iss: 'purser', aud: 'hasura' })
    expect((await authenticate(bearer(good))).session.role).toBe('member')
    const other = await signed({ ...claims(), iss: 'purser', aud: 'other' })
    await expect(authenticate(bearer(other))).rejects.toMatchObject({
      message: 'Could not verify JWT: JWTNotInAudience',
    })
  })

  it('reads claims_map, claims_namespace_path and stringified claims', async () => {
    const variants: [Record<string, unknown>, Record<string, unknown>][] = [
      [
        {
          claims_map: {
            'x-hasura-allowed-roles': ['owner'],
            'x-hasura-default-role': { path: '$.app.role' },
            'x-hasura-org-id': { path: '$.app.orgs[0]', default: 'none' },
          },
        },
        { app: { role: 'owner', orgs: ['org-9'] } },
      ],
      [
        { claims_namespace_path: "$.app['hasura claims']" },
        {
          app: {
            'hasura claims': {
              'x-hasura-allowed-roles': ['owner'],
              'x-hasura-default-role': 'owner',
              'x-hasura-org-id': 'org-9',
            },
          },
        },
      ],
      [
        { claims_format: 'stringified_json', claims_namespace: 'h' },
        {
          h: JSON.stringify({
            'x-hasura-allowed-roles': ['owner'],
            'x-hasura-default-role': 'owner',
            'x-hasura-org-id': 'org-9',
          }),
        },
      ],
    ]
    for (const [settings, payload] of variants) {
      const jwtSecret = JSON.stringify({ type: 'HS256', key: secret, ...settings })
      const authenticate = authenticator({ HASURA_GRAPHQL_JWT_SECRET: jwtSecret })
      const { session } = await authenticate(bearer(await signed(payload)))
      expect(session.variables).toEqual({ 'x-hasura-role': 'owner', 'x-hasura-org-id': 'org-9' })
    }
  })

  it('an RSA public key cannot be used as an HMAC secret', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true })
    const pem = await exportSPKI(publicKey)
    const authenticate = authenticator({
      HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type: 'RS256', key: pem }),
    })
    const forged = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(pem))
    await expect(authenticate(bearer(forged))).rejects.toMatchObject({ code: 'invalid-jwt' })
  })
})

describe('JWT with a key set', () => {
  let keys: { kid: string; privateKey: CryptoKey; jwk: JWK }[]
  let issuer: Server | undefined

  beforeAll(async () => {
    keys = await Promise.all(
      ['first', 'second'].map(async (kid) => {
        const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
        return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256' } }
      }),
    )
  })
  afterEach(() => issuer?.close())

  const tokenOf = (key: (typeof keys)[number] | undefined) => {
    if (key === undefined) throw new Error('no key')
    return new SignJWT(claims())
      .setProtectedHeader({ alg: 'RS256', kid: key.kid })
      .setExpirationTime('5m')
      .sign(key.privateKey)
  }

  async function serve(answer: () => { keys: JWK[]; cacheControl: string }) {
    let fetches = 0
    const server = createServer((_request, response) => {
      fetches += 1
      const { keys: served, cacheControl } = answer()
      response.setHeader('cache-control', cacheControl)
      response.end(JSON.stringify({ keys: served }))
    })
    issuer = server
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const jwtSecret = JSON.stringify({ jwk_url: `http://127.0.0.1:${port}/jwks.json` })
    return {
      authenticate: authenticator({ HASURA_GRAPHQL_JWT_SECRET: jwtSecret }),
      fetches: () => fetches,
    }
  }

  it('is fetched once while Cache-Control allows, also by requests at the same time', async () => {
    const { authenticate, fetches } = await serve(() => ({
      keys: keys.map(({ jwk }) => jwk),
      cacheControl: 'max-age=600',
    }))
    const tokens = await Promise.all(keys.map(tokenOf))
    await Promise.all(tokens.map((token) => authenticate(bearer(token))))
    await Promise.all(tokens.map((token) => authenticate(bearer(token))))
    expect(fetches()).toBe(1)
  })

  it('an unknown key id makes it fetch again, but not more often than the cooldown allows', async () => {
    const served = [keys[0]?.jwk].filter((jwk) => jwk !== undefined)
    const { authenticate, fetches } = await serve(() => ({
      keys: served,
      cacheControl: 'max-age=600',
    }))
    await authenticate(bearer(await tokenOf(keys[0])))
    const unknown = bearer(await tokenOf(keys[1]))
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expect(authenticate(unknown)).rejects.toMatchObject({ code: 'invalid-jwt' })
    }
    expect(fetches()).toBe(1)
  })

  it('is fetched again when it has run out, so a rotated key is found', async () => {
    let current = keys[0]
    const { authenticate } = await serve(() => ({
      keys: current === undefined ? [] : [current.jwk],
      cacheControl: 'max-age=0',
    }))
    await authenticate(bearer(await tokenOf(keys[0])))
    current = keys[1]
    expect((await authenticate(bearer(await tokenOf(keys[1])))).session.role).toBe('member')
  })
})
