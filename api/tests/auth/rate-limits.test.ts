import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAddressReader } from '../../src/auth/client-address.ts'
import { createRateWindows } from '../../src/auth/rate-windows.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import { PASSWORD, post, signUp } from '../support/people.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

/** Each test speaks for an address of its own; the test's socket is a trusted proxy (loopback). */
const attempt = (email: string, password: string, address: string) =>
  post(api, '/auth/sign-in/email', { email, password }, { 'x-forwarded-for': address })

const statuses = async (attempts: Promise<Response>[]) =>
  (await Promise.all(attempts)).map((response) => response.status)

describe('sign-in', () => {
  test('stops guessing one account, also when all guesses come at once (rate_limited)', async () => {
    const { email } = await signUp(api)
    const guesses = Array.from({ length: 25 }, (_, index) =>
      attempt(email, `wrong password ${index}`, `10.1.0.${index}`),
    )
    const results = await statuses(guesses)
    expect(results.filter((status) => status === 401)).toHaveLength(10)
    expect(results.filter((status) => status === 429)).toHaveLength(15)

    const blocked = await attempt(email, PASSWORD, '10.1.1.1')
    expect(blocked.status).toBe(429)
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await blocked.json()).toMatchObject({
      extensions: { code: 'rate_limited', retry_after_seconds: expect.any(Number) },
    })
  })

  test('stops guessing many accounts from one address (rate_limited)', async () => {
    const guesses = Array.from({ length: 70 }, (_, index) =>
      attempt(`nobody-${index}@example.test`, 'some password', '10.2.0.1'),
    )
    const results = await statuses(guesses)
    expect(results.filter((status) => status === 429)).toHaveLength(10)
    expect(await statuses([attempt('other@example.test', 'some password', '10.2.0.2')])).toEqual([
      401,
    ])
  })

  test('lets several people in one office sign in at once, again and again', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => signUp(api)))
    for (let round = 0; round < 4; round++) {
      const results = await statuses(
        people.map(({ email }) => attempt(email, PASSWORD, '10.3.0.1')),
      )
      expect(results).toEqual(people.map(() => 200))
    }
  })

  test('forgets the wrong attempts of who knows the password', async () => {
    const { email } = await signUp(api)
    const wrong = () => attempt(email, 'wrong password', '10.4.0.1')
    for (let round = 0; round < 3; round++) {
      expect(await statuses(Array.from({ length: 6 }, wrong))).not.toContain(429)
      expect(await statuses([attempt(email, PASSWORD, '10.4.0.1')])).toEqual([200])
    }
  })

  test.each(['/auth/sign-in/email/', '/auth//sign-in/email', '/auth/sign-in/%65mail'])(
    'cannot be reached around the counters (%s)',
    async (path) => {
      const { email } = await signUp(api)
      const guesses = Array.from({ length: 12 }, () =>
        post(api, path, { email, password: 'wrong password' }, { 'x-forwarded-for': '10.6.0.1' }),
      )
      const results = await statuses(guesses)
      expect(results.filter((status) => status === 401).length).toBeLessThanOrEqual(10)
    },
  )

  test('keeps neither addresses of people nor passwords in the counters or the log', async () => {
    const { email } = await signUp(api)
    await attempt(email, 'a very secret password', '10.5.0.1')
    const rows = await api.sql`select key from auth.rate_limits`
    expect(JSON.stringify(rows)).not.toContain(email)
    expect(JSON.stringify(api.logLines)).not.toContain('a very secret password')
  })
})

describe('windows in memory', () => {
  test('refuse beyond the maximum and start again when the window is over', async () => {
    let now = 1_000_000
    const windows = createRateWindows(() => now)
    const rule = { window: 10, max: 2 }
    expect((await windows.consume('a', rule)).allowed).toBe(true)
    now += 9_000
    expect((await windows.consume('a', rule)).allowed).toBe(true)
    expect(await windows.consume('a', rule)).toEqual({ allowed: false, retryAfter: 1 })
    expect((await windows.consume('b', rule)).allowed).toBe(true)
    now += 1_000
    expect((await windows.consume('a', rule)).allowed).toBe(true)
  })
})

describe('the address of a client', () => {
  const read = createAddressReader(['127.0.0.1', '::1', '10.0.0.0/8'])

  test.each([
    ['a direct client', '203.0.113.9', undefined, '203.0.113.9'],
    ['a direct client who claims another', '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['a client behind a trusted proxy', '::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['a client behind two', '127.0.0.1', '203.0.113.9, 10.0.0.7', '203.0.113.9'],
    ['a client who forges the first hop', '127.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['a proxy that says nothing', '127.0.0.1', undefined, '127.0.0.1'],
    ['a proxy that says nonsense', '127.0.0.1', 'unknown', '127.0.0.1'],
  ])('of %s', (_case, socket, forwarded, expected) => {
    expect(read(socket, forwarded)).toBe(expected)
  })
})
