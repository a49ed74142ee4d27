import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watch } from 'vue'
import { redirectFor } from '@/app/redirects.ts'
import { AuthError } from '@/features/identity/auth-client.ts'
import { slugFrom } from '@/features/identity/slug.ts'
import { useSession } from '@/features/identity/store.ts'
import { tokenFor } from '../support/tokens.ts'

interface Answer {
  status?: number
  body?: unknown
  headers?: Record<string, string>
}

const user = { id: 'u1', name: 'Ada', email: 'ada@example.com' }
let answers: Record<string, Answer | Error>
let asked: string[]

beforeEach(() => {
  setActivePinia(createPinia())
  asked = []
  answers = {
    'get-session': { body: { user, session: { activeOrganizationId: 'o1' } } },
    'organization/list': { body: [{ id: 'o1', name: 'One', slug: 'one' }] },
    'organization/set-active': { body: {} },
    'sign-out': { body: {} },
    'sign-up/email': { body: {} },
    token: { body: { token: token('o1', 'owner') } },
  }
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
    const path = url.replace('/auth/', '')
    asked.push(init?.body && init.body !== '{}' ? `${path} ${String(init.body)}` : path)
    const answer = answers[path]
    if (!answer || answer instanceof Error) throw answer ?? new TypeError('no such route')
    return new Response(JSON.stringify(answer.body), {
      status: answer.status ?? 200,
      headers: answer.headers ?? {},
    })
  })
})
afterEach(() => vi.unstubAllGlobals())

function token(organizationId: string | undefined, role: string) {
  return tokenFor({
    userId: 'u1',
    ...(organizationId ? { organizationId } : {}),
    role,
    expiresAt: Date.now() + 900_000,
  })
}

test('a session is restored on reload, with organization and role', async () => {
  const session = useSession()
  await session.restore()
  expect(session.status).toBe('signed-in')
  expect(session.organization?.name).toBe('One')
  expect(session.canManage).toBe(true)
})

test('whoever has organizations but none active gets the first', async () => {
  answers['get-session'] = { body: { user, session: { activeOrganizationId: null } } }
  const session = useSession()
  await session.restore()
  expect(asked).toContain('organization/set-active {"organizationId":"o1"}')
})

test('no cookie: signed out, and not called expired', async () => {
  answers['get-session'] = { body: null }
  const session = useSession()
  await session.restore()
  expect(session.status).toBe('signed-out')
  expect(session.hasExpired).toBe(false)
})

test('a session that ends under an open page is called expired (401)', async () => {
  const session = useSession()
  await session.restore()
  answers.token = { status: 401, body: { code: 'UNAUTHORIZED' } }
  await expect(session.tokens.refresh()).rejects.toBeInstanceOf(AuthError)
  expect(session.status).toBe('signed-out')
  expect(session.hasExpired).toBe(true)
})

test('an api that is away does not sign anybody out (502)', async () => {
  const session = useSession()
  answers['get-session'] = { status: 502, body: { code: 'backend_unavailable' } }
  await session.restore()
  expect(session.status).toBe('unreachable')
  answers['get-session'] = { body: { user, session: { activeOrganizationId: 'o1' } } }
  await session.restore()
  answers.token = new TypeError('network')
  await expect(session.tokens.refresh()).rejects.toBeInstanceOf(AuthError)
  expect(session.status).toBe('signed-in')
})

test('too many attempts say how long to wait (429)', async () => {
  answers['sign-in/email'] = { status: 429, body: {}, headers: { 'x-retry-after': '42' } }
  const session = useSession()
  const error = await session.signIn({ email: 'a@b.c', password: 'x' }).catch((e: unknown) => e)
  expect((error as AuthError).failure).toMatchObject({
    code: 'rate_limited',
    details: { retry_after_seconds: 42 },
  })
})

test('switching the organization changes the identity, so that nothing cached is shared', async () => {
  const session = useSession()
  await session.restore()
  const before = session.identityKey
  answers['organization/list'] = { body: [{ id: 'o1' }, { id: 'o2', name: 'Two' }] }
  answers['get-session'] = { body: { user, session: { activeOrganizationId: 'o2' } } }
  answers.token = { body: { token: token('o2', 'member') } }
  const redirects = new Set<unknown>()
  const page = { meta: {}, fullPath: '/history', query: {} }
  const stop = watch(
    () => redirectFor(page, session),
    (to) => redirects.add(to),
    { flush: 'sync' },
  )
  await session.switchOrganization('o2')
  stop()
  // Not for a moment does the page seem to belong to nobody.
  expect([...redirects]).toEqual([])
  expect(session.identityKey).not.toBe(before)
  expect(session.canManage).toBe(false)
})

test('a sign-up whose organization could not be made still signs in, and is asked again', async () => {
  answers['organization/create'] = { status: 400, body: { code: 'ORGANIZATION_ALREADY_EXISTS' } }
  answers['get-session'] = { body: { user, session: { activeOrganizationId: null } } }
  answers['organization/list'] = { body: [] }
  answers.token = { body: { token: token(undefined, 'anonymous') } }
  const session = useSession()
  const input = { name: 'A', email: 'a@b.c', password: 'long enough', organizationName: 'One' }
  await expect(session.signUp(input)).rejects.toBeInstanceOf(AuthError)
  expect(session.status).toBe('signed-in')
  const page = { meta: {}, fullPath: '/', query: {} }
  expect(redirectFor(page, session)).toEqual({ path: '/organizations' })
})

test.each([
  ['/history?type=refund', '/history?type=refund'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  [undefined, '/'],
])('after sign-in, next=%s leads to %s', (next, path) => {
  const page = { meta: { access: 'visitor' as const }, fullPath: '/sign-in', query: { next } }
  const session = { status: 'signed-in' as const, organization: null }
  expect(redirectFor(page as never, session)).toBe(path)
})

test('slugs are plain and never clash', () => {
  expect(slugFrom('Été & Söhne GmbH', 'abc123')).toBe('ete-sohne-gmbh-abc123')
  expect(slugFrom('株式会社', 'abc123')).toBe('abc123')
})
