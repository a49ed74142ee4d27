import { randomUUID } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asOwner, asService, callAction, codeOf } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import { createOrganization, type TestOrganization } from '../support/organizations.ts'

let api: TestApi
let organization: TestOrganization

beforeAll(async () => {
  api = await startTestApi()
  organization = await createOrganization(api.sql)
})
afterAll(() => api.stop())

interface CreatedKey extends Record<string, unknown> {
  id: string
  key: string
  prefix: string
}

async function createKey(owner = organization, name = 'Backend'): Promise<CreatedKey> {
  const { status, body } = await callAction(
    api,
    'create_service_api_key',
    { input: { name } },
    asOwner(owner),
  )
  expect(status).toBe(200)
  return body as unknown as CreatedKey
}

function exchange(key: string | null, address = '198.51.100.1'): Promise<Response> {
  return fetch(`${api.url}/auth/service-token`, {
    method: 'POST',
    // The loopback address is a trusted proxy, so each test can come from an address of its own.
    headers: {
      'x-forwarded-for': address,
      ...(key !== null && { authorization: `Bearer ${key}` }),
    },
  })
}

const lastUse = async (id: string) => {
  const rows = await api.sql<{ last_used_at: Date | null }[]>`
    select last_used_at from public.service_api_keys where id = ${id}`
  return rows[0]?.last_used_at
}

describe('create_service_api_key', () => {
  test('answers the key once and keeps only its hash', async () => {
    const { id, key, prefix } = await createKey()
    expect(key).toMatch(/^purser_sk_[\w-]{43}$/)
    expect(key.startsWith(prefix)).toBe(true)
    const rows = await api.sql`select * from public.service_api_keys where id = ${id}`
    expect(rows[0]).toMatchObject({ name: 'Backend', prefix, created_by: organization.ownerId })
    expect(JSON.stringify(rows[0])).not.toContain(key.slice(prefix.length))
    expect(JSON.stringify(api.logLines)).not.toContain(key.slice(prefix.length))
  })

  test('is for owners and admins only (not_allowed)', async () => {
    const input = { input: { name: 'Backend' } }
    const member = { ...asOwner(organization), 'x-hasura-role': 'member' }
    for (const session of [member, asService(organization)]) {
      expect(codeOf(await callAction(api, 'create_service_api_key', input, session))).toBe(
        'not_allowed',
      )
    }
  })

  test('stops at fifty keys that are not revoked (invalid_input)', async () => {
    const crowded = await createOrganization(api.sql)
    await api.sql`
      insert into public.service_api_keys (organization_id, name, prefix)
      select ${crowded.id}, 'Key', 'purser_sk_x'
      from generate_series(1, 50)`
    const answer = await callAction(
      api,
      'create_service_api_key',
      { input: { name: 'One more' } },
      asOwner(crowded),
    )
    expect(answer.body.extensions).toMatchObject({ code: 'invalid_input', rule: 'at_most_50_keys' })
  })

  test('the role of Hasura can read keys but not their hashes', async () => {
    const hasura = api.database.sql({ as: 'hasura', max: 1 })
    await expect(hasura`select from auth.service_api_key_hashes`).rejects.toThrow(/permission/)
    await expect(hasura`delete from public.service_api_keys`).rejects.toThrow(/permission/)
    const rows = await hasura`select * from public.service_api_keys`
    expect(rows.count).toBeGreaterThan(0)
    expect(Object.keys(rows[0]!)).not.toContain('hash')
  })
})

describe('POST /auth/service-token', () => {
  test('answers a token of role service, signed by the published keys', async () => {
    const { id, key } = await createKey()
    const response = await exchange(key)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const { token, expires_in_seconds } = (await response.json()) as {
      token: string
      expires_in_seconds: number
    }
    const keys = createRemoteJWKSet(new URL(`${api.url}/auth/jwks`))
    const { payload } = await jwtVerify(token, keys, { issuer: api.url, audience: 'hasura' })
    expect(payload).toMatchObject({
      sub: id,
      'https://hasura.io/jwt/claims': {
        'x-hasura-default-role': 'service',
        'x-hasura-allowed-roles': ['service'],
        'x-hasura-org-id': organization.id,
      },
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(expires_in_seconds)
  })

  test('records the last use, but not with every token', async () => {
    const { id, key } = await createKey()
    expect(await lastUse(id)).toBeNull()
    await exchange(key)
    const first = await lastUse(id)
    expect(first).toBeInstanceOf(Date)
    await exchange(key)
    expect(await lastUse(id)).toEqual(first)
    await api.sql`update public.service_api_keys set last_used_at = now() - interval '6 minutes' where id = ${id}`
    await exchange(key)
    expect((await lastUse(id))?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? 0)
  })

  test('refuses a revoked key; revoking again keeps the first time', async () => {
    const { id, key } = await createKey()
    const revoke = () =>
      callAction(api, 'revoke_service_api_key', { input: { id } }, asOwner(organization))
    const first = await revoke()
    expect(first.body['revoked_at']).toEqual(expect.any(String))
    expect((await revoke()).body).toEqual(first.body)
    expect((await exchange(key)).status).toBe(401)
  })

  test('a key of another organization cannot be revoked (not_found)', async () => {
    const stranger = await createOrganization(api.sql)
    const { id, key } = await createKey()
    const answer = await callAction(
      api,
      'revoke_service_api_key',
      { input: { id } },
      asOwner(stranger),
    )
    expect(codeOf(answer)).toBe('not_found')
    expect((await exchange(key)).status).toBe(200)
  })

  test.each([
    ['no key', null],
    ['something else', 'eyJhbGciOiJub25lIn0.e30.'],
    ['a key that never was', `purser_sk_${'A'.repeat(43)}`],
  ])('refuses %s (unauthenticated)', async (_name, key) => {
    const response = await exchange(key, '198.51.100.2')
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ extensions: { code: 'unauthenticated' } })
  })

  test('wrong keys from one address are limited, a right one is still answered (rate_limited)', async () => {
    const address = '198.51.100.3'
    const wrong = () =>
      exchange(`purser_sk_${randomUUID().replaceAll('-', '').padEnd(43, 'x')}`, address)
    const answers = await Promise.all(Array.from({ length: 25 }, wrong))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(20)
    const limited = answers.filter(({ status }) => status === 429)
    expect(limited).toHaveLength(5)
    expect(Number(limited[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
    const { key } = await createKey()
    expect((await exchange(key, address)).status).toBe(200)
  })
})
