import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, WEB_URL, type TestApi } from '../support/api.ts'
import {
  bearer,
  claimsOf,
  joinAs,
  PASSWORD,
  post,
  signIn,
  signUp,
  tokenOf,
  type Person,
} from '../support/people.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

const organizationOf = async (person: Person) =>
  (await claimsOf(api, person))['x-hasura-org-id'] ?? ''

describe('sign-up', () => {
  test('creates an organization that the new user owns', async () => {
    const owner = await signUp(api, 'Ada Lovelace')
    const claims = await claimsOf(api, owner)
    expect(claims).toEqual({
      'x-hasura-default-role': 'owner',
      'x-hasura-allowed-roles': ['owner', 'org_admin', 'member'],
      'x-hasura-user-id': owner.userId,
      'x-hasura-org-id': expect.any(String),
    })
    const [organization] = await api.sql`
      select name, plan_id from auth.organizations
      join public.org_plans on org_plans.organization_id = organizations.id
      where organizations.id = ${claims['x-hasura-org-id'] ?? ''}`
    expect(organization).toEqual({ name: "Ada Lovelace's organization", plan_id: 'free' })
  })

  test('of an invited person creates no organization: they are anonymous until they accept', async () => {
    const owner = await signUp(api)
    const organizationId = await organizationOf(owner)
    const email = 'invited@example.test'
    const invited = await post(
      api,
      '/auth/organization/invite-member',
      { email, role: 'member', organizationId },
      bearer(owner),
    )
    const { id } = (await invited.json()) as { id: string }
    const answer = await post(api, '/auth/sign-up/email', {
      name: 'Ina',
      email,
      password: PASSWORD,
    })
    const body = (await answer.json()) as { token: string; user: { id: string } }
    const newcomer = { email, userId: body.user.id, sessionToken: body.token }

    expect(await claimsOf(api, newcomer)).toEqual({
      'x-hasura-default-role': 'anonymous',
      'x-hasura-allowed-roles': ['anonymous'],
      'x-hasura-user-id': newcomer.userId,
    })
    await post(api, '/auth/organization/accept-invitation', { invitationId: id }, bearer(newcomer))
    expect(await claimsOf(api, newcomer)).toMatchObject({
      'x-hasura-default-role': 'member',
      'x-hasura-org-id': organizationId,
    })
  })

  test('cannot make a platform admin (unknown fields of a user are refused)', async () => {
    const email = 'sly@example.test'
    const body = { name: 'Sly', email, password: PASSWORD, platformAdmin: true }
    const response = await post(api, '/auth/sign-up/email', body)
    const [user] = await api.sql`select platform_admin from auth.users where email = ${email}`
    expect(response.ok ? user?.['platform_admin'] : false).toBe(false)
  })
})

describe('claims', () => {
  test('of an admin and of a member, who may act as less but never as more', async () => {
    const owner = await signUp(api)
    const organizationId = await organizationOf(owner)
    const admin = await joinAs(api, owner, organizationId, 'admin')
    const member = await joinAs(api, owner, organizationId, 'member')
    expect(await claimsOf(api, admin)).toMatchObject({
      'x-hasura-default-role': 'org_admin',
      'x-hasura-allowed-roles': ['org_admin', 'member'],
      'x-hasura-org-id': organizationId,
    })
    expect(await claimsOf(api, member)).toMatchObject({
      'x-hasura-default-role': 'member',
      'x-hasura-allowed-roles': ['member'],
      'x-hasura-org-id': organizationId,
    })
  })

  test('lose the organization with the membership, in a session that goes on', async () => {
    const owner = await signUp(api)
    const organizationId = await organizationOf(owner)
    const member = await joinAs(api, owner, organizationId, 'member')
    const removed = await post(
      api,
      '/auth/organization/remove-member',
      { memberIdOrEmail: member.email, organizationId },
      bearer(owner),
    )
    expect(removed.status).toBe(200)
    expect(await claimsOf(api, member)).toEqual({
      'x-hasura-default-role': 'anonymous',
      'x-hasura-allowed-roles': ['anonymous'],
      'x-hasura-user-id': member.userId,
    })
  })

  test('of a platform admin add that role', async () => {
    const operator = await signUp(api)
    await api.sql`update auth.users set platform_admin = true where id = ${operator.userId}`
    expect(await claimsOf(api, operator)).toMatchObject({
      'x-hasura-default-role': 'platform_admin',
      'x-hasura-allowed-roles': ['platform_admin', 'owner', 'org_admin', 'member'],
    })
  })
})

describe('organizations', () => {
  test('a user creates a second one, lists both, and switches', async () => {
    const owner = await signUp(api)
    const first = await organizationOf(owner)
    const slug = `second-${owner.userId}`
    const created = await post(
      api,
      '/auth/organization/create',
      { name: 'Second', slug },
      bearer(owner),
    )
    const { id: second } = (await created.json()) as { id: string }
    expect(await organizationOf(owner)).toBe(second)

    const listed = await fetch(`${api.url}/auth/organization/list`, { headers: bearer(owner) })
    const ids = ((await listed.json()) as { id: string }[]).map((organization) => organization.id)
    expect(ids.toSorted()).toEqual([first, second].toSorted())

    await post(api, '/auth/organization/set-active', { organizationId: first }, bearer(owner))
    expect(await organizationOf(owner)).toBe(first)
    // The next session continues there.
    expect(await organizationOf(await signIn(api, owner.email))).toBe(first)
  })

  test('a stranger cannot make another organization the active one', async () => {
    const organizationId = await organizationOf(await signUp(api))
    const stranger = await signUp(api)
    const own = await organizationOf(stranger)
    const response = await post(
      api,
      '/auth/organization/set-active',
      { organizationId },
      bearer(stranger),
    )
    expect(response.status).toBe(403)
    expect([own, '']).toContain(await organizationOf(stranger))
  })

  test('cannot be deleted by their owner, because they own a ledger', async () => {
    const owner = await signUp(api)
    const organizationId = await organizationOf(owner)
    const response = await post(api, '/auth/organization/delete', { organizationId }, bearer(owner))
    expect(response.status).toBeGreaterThanOrEqual(400)
    const rows = await api.sql`select from auth.organizations where id = ${organizationId}`
    expect(rows.count).toBe(1)
  })
})

describe('tokens', () => {
  test('are RS256, for fifteen minutes, and verify against the published keys', async () => {
    const token = await tokenOf(api, await signUp(api))
    const keys = createRemoteJWKSet(new URL(`${api.url}/auth/jwks`))
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: api.url,
      audience: 'hasura',
    })
    expect(protectedHeader.alg).toBe('RS256')
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(15 * 60)
  })

  test('keys are published without private parts and may be cached for five minutes', async () => {
    for (const path of ['/auth/jwks', '/auth/.well-known/jwks.json']) {
      const response = await fetch(`${api.url}${path}`)
      expect(response.headers.get('cache-control')).toBe('public, max-age=300')
      const { keys } = (await response.json()) as { keys: Record<string, string>[] }
      expect(keys.length).toBeGreaterThan(0)
      expect(keys[0]).toMatchObject({ kty: 'RSA', alg: 'RS256', kid: expect.any(String) })
      expect(keys[0]).not.toHaveProperty('d')
    }
  })

  test('are refused without a session, with 401 and no stack', async () => {
    const response = await fetch(`${api.url}/auth/token`)
    expect(response.status).toBe(401)
    expect(await response.text()).not.toMatch(/\bat .*\.m?[jt]s/)
  })
})

describe('Origin', () => {
  const signInWith = (email: string, headers: Record<string, string>) =>
    post(api, '/auth/sign-in/email', { email, password: PASSWORD }, headers)

  test('may be missing when there is no cookie either: a program', async () => {
    const { email } = await signUp(api)
    expect((await signInWith(email, {})).status).toBe(200)
  })

  test('of the web app is trusted, and the session arrives as a cookie', async () => {
    const { email } = await signUp(api)
    const response = await signInWith(email, { origin: WEB_URL })
    expect(response.status).toBe(200)
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/HttpOnly/i)
    const session = cookie.split(';')[0] ?? ''
    const token = await fetch(`${api.url}/auth/token`, { headers: { cookie: session } })
    expect(token.status).toBe(200)
  })

  test('of another site is refused', async () => {
    const { email } = await signUp(api)
    const response = await signInWith(email, { origin: 'https://evil.example' })
    expect(response.status).toBe(403)
  })

  test('must be there when there is a cookie', async () => {
    const { email } = await signUp(api)
    const first = await signInWith(email, { origin: WEB_URL })
    const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const path = '/auth/organization/create'
    const response = await post(api, path, { name: 'X', slug: 'x' }, { cookie })
    expect(response.status).toBe(403)
  })
})
