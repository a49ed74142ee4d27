import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createPurserClient, isPurserError, PurserError, type PurserClient } from '../src/index.ts'
import {
  balanceOf,
  createKey,
  createOrganization,
  runExample,
  startDesk,
  type Desk,
} from './support/desk.ts'

let desk: Desk
let organization: string
let apiKey: string
let purser: PurserClient

const clientFor = (key: string, options: { fetch?: typeof fetch } = {}) =>
  createPurserClient({ url: desk.graphqlUrl, authUrl: desk.authUrl, apiKey: key, ...options })

beforeAll(async () => {
  desk = await startDesk()
  organization = await createOrganization(desk.sql)
  apiKey = await createKey(desk.sql, organization)
  purser = clientFor(apiKey)
})
afterAll(() => desk.stop())

const CAPABILITY = 'question_generation'
const usage = { model: 'openai/gpt-5-mini', inputTokens: 1_000, outputTokens: 500 }

async function reservation(id: string) {
  const [row] = await desk.sql`
    select status, charged_credits::float8 as charged, release_reason as reason, context, expires_at
    from public.credit_reservations where id = ${id}`
  return row!
}

/** Fails the first attempt of every request, before or after it has reached Purser. */
function unreliable(after: boolean): { fetch: typeof fetch; attempts: () => number } {
  const seen = new Set<string>()
  let attempts = 0
  const flaky: typeof fetch = async (input, init) => {
    attempts += 1
    const body = String(init?.body ?? '')
    const isFirst = !seen.has(body)
    seen.add(body)
    if (isFirst && !after) throw new TypeError('fetch failed')
    const response = await fetch(input, init)
    if (isFirst) {
      await response.text()
      throw new TypeError('fetch failed')
    }
    return response
  }
  return { fetch: flaky, attempts: () => attempts }
}

describe('executeWithAIAccess', () => {
  test('checks, holds, runs, and charges what the tokens cost', async () => {
    const before = await balanceOf(desk.sql, organization)
    const {
      result,
      settlement,
      reservation: held,
    } = await purser.executeWithAIAccess({
      capability: CAPABILITY,
      qualityLevel: 'enhanced',
      context: { feature: 'test' },
      async run({ reservationId, qualityLevel, model, amountCredits }) {
        expect([qualityLevel, model, amountCredits]).toEqual(['enhanced', 'openai/gpt-5-mini', 2])
        expect(await balanceOf(desk.sql, organization)).toMatchObject({ reserved: 2 })
        return { result: reservationId, usage }
      },
    })
    expect(result).toBe(held.reservationId)
    // 1,000 × $0.25 + 500 × $2 per million = $0.00125, which is 1.25 credits.
    expect(settlement).toMatchObject({
      status: 'settled',
      chargedCredits: 1.25,
      releasedCredits: 0.75,
      availableCredits: before.posted - 1.25,
      transactionIds: [expect.any(String)],
    })
    expect((await reservation(result))['context']).toEqual({ feature: 'test' })
  })

  test('charges an amount where the work says one', async () => {
    const { settlement } = await purser.executeWithAIAccess({
      capability: CAPABILITY,
      amount: 5,
      run: async () => ({ result: null, amountCredits: 3.5 }),
    })
    expect(settlement).toMatchObject({ chargedCredits: 3.5, releasedCredits: 1.5 })
  })

  test('releases when the work throws, and throws what it threw', async () => {
    const before = await balanceOf(desk.sql, organization)
    let id = ''
    const failing = purser.executeWithAIAccess({
      capability: CAPABILITY,
      async run({ reservationId }) {
        id = reservationId
        throw new RangeError('the model\u0000said no')
      },
    })
    await expect(failing).rejects.toThrow(RangeError)
    expect(await reservation(id)).toMatchObject({
      status: 'released',
      reason: 'RangeError: the model said no',
    })
    expect(await balanceOf(desk.sql, organization)).toEqual(before)
  })

  test('extends the hold while the work runs', async () => {
    await purser.executeWithAIAccess({
      capability: CAPABILITY,
      holdSeconds: 2,
      async run({ reservationId }) {
        const first = (await reservation(reservationId))['expires_at'] as Date
        await vi.waitFor(
          async () => {
            const { expires_at } = await reservation(reservationId)
            expect((expires_at as Date).getTime()).toBeGreaterThan(first.getTime())
          },
          { timeout: 5_000 },
        )
        return { result: null, amountCredits: 0.5 }
      },
    })
  })

  test('runs nothing when it is denied, with the code and its numbers', async () => {
    const run = vi.fn()
    const denied = (options: object) =>
      purser
        .executeWithAIAccess({ capability: CAPABILITY, run, ...options })
        .catch((error) => error)
    const poor = await denied({ amount: 100_000 })
    if (!isPurserError(poor, 'insufficient_credits')) throw poor
    expect(poor.details.required_credits).toBe(100_000)
    expect(poor.details.available_credits).toBeGreaterThan(1_000)

    const free = clientFor(await createKey(desk.sql, await createOrganization(desk.sql, 'free')))
    const level = await free
      .executeWithAIAccess({ capability: CAPABILITY, qualityLevel: 'premium', run })
      .catch((error) => error)
    if (!isPurserError(level, 'quality_level_not_allowed')) throw level
    expect(level.details.unlocked_by_plan).toBe('team')
    expect(run).not.toHaveBeenCalled()
  })

  test('stops before anything is held when the signal is aborted already', async () => {
    const before = await balanceOf(desk.sql, organization)
    const aborted = purser.executeWithAIAccess({
      capability: CAPABILITY,
      signal: AbortSignal.abort(new Error('enough')),
      run: vi.fn(),
    })
    await expect(aborted).rejects.toThrow('enough')
    expect(await balanceOf(desk.sql, organization)).toEqual(before)
  })
})

describe('a key of the caller', () => {
  test('runs the work once: the second time replays, or says that it was executed', async () => {
    const run = vi.fn(async () => ({ result: 'first', amountCredits: 0.5 }))
    const options = { capability: CAPABILITY, idempotencyKey: randomUUID(), run }
    await purser.executeWithAIAccess(options)
    const again = await purser.executeWithAIAccess(options).catch((error) => error)
    if (!isPurserError(again, 'already_executed')) throw again
    expect(again.details.status).toBe('settled')
    const replayed = await purser.executeWithAIAccess({
      ...options,
      replay: async ({ status }) => `stored, ${status}`,
    })
    expect(replayed).toMatchObject({ result: 'stored, settled', settlement: null })
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('with other parameters is a conflict (idempotency_conflict)', async () => {
    const idempotencyKey = randomUUID()
    const run = async () => ({ result: null, amountCredits: 0.5 })
    await purser.executeWithAIAccess({ capability: CAPABILITY, idempotencyKey, run })
    const other = purser.executeWithAIAccess({
      capability: CAPABILITY,
      idempotencyKey,
      amount: 7,
      run,
    })
    await expect(other).rejects.toMatchObject({ code: 'idempotency_conflict' })
  })
})

describe('when the network fails', () => {
  test.each([
    ['before', false],
    ['after', true],
  ])(
    '%s every first request arrives, the work runs once and is charged once',
    async (_when, after) => {
      for (const idempotencyKey of [undefined, randomUUID()]) {
        const before = await balanceOf(desk.sql, organization)
        const network = unreliable(after)
        const run = vi.fn(async () => ({ result: 'done', usage }))
        const flaky = clientFor(apiKey, { fetch: network.fetch })
        const { settlement } = await flaky.executeWithAIAccess({
          capability: CAPABILITY,
          qualityLevel: 'enhanced',
          ...(idempotencyKey && { idempotencyKey }),
          run,
        })
        expect(run).toHaveBeenCalledTimes(1)
        expect(settlement).toMatchObject({ chargedCredits: 1.25 })
        expect(await balanceOf(desk.sql, organization)).toEqual({
          posted: before.posted - 1.25,
          reserved: before.reserved,
        })
        expect(network.attempts()).toBeGreaterThan(4)
      }
    },
  )

  test('for good, it says so (unreachable)', async () => {
    const nowhere = createPurserClient({
      url: 'http://127.0.0.1:1/v1/graphql',
      serviceToken: 'x',
      maximumAttempts: 2,
    })
    await expect(nowhere.checkAccess({ capability: CAPABILITY })).rejects.toMatchObject({
      code: 'unreachable',
      details: { attempts: 2 },
    })
  })

  test('while settling, the result is not lost, and can be settled later', async () => {
    let isOut = false
    const client = clientFor(apiKey, {
      fetch: (input, init) => {
        if (isOut) throw new TypeError('fetch failed')
        return fetch(input, init)
      },
    })
    const {
      result,
      settlement,
      settlementError,
      cost,
      reservation: held,
    } = await client.executeWithAIAccess({
      capability: CAPABILITY,
      async run() {
        isOut = true
        return { result: 'precious', amountCredits: 0.5 }
      },
    })
    expect([result, settlement]).toEqual(['precious', null])
    expect(settlementError).toBeInstanceOf(PurserError)
    expect(settlementError?.code).toBe('unreachable')
    isOut = false
    const later = await client.settle(held.reservationId, cost!)
    expect(later).toMatchObject({ status: 'settled', chargedCredits: 0.5 })
  })
})

describe('tokens', () => {
  test('a wrong key is refused (unauthenticated)', async () => {
    const stranger = clientFor(`purser_sk_${'A'.repeat(43)}`)
    await expect(stranger.checkAccess({ capability: CAPABILITY })).rejects.toMatchObject({
      code: 'unauthenticated',
    })
  })

  test('are asked for once, however many calls need one at the same time', async () => {
    let exchanges = 0
    const counting = clientFor(apiKey, {
      fetch: (input, init) => {
        if (String(input).endsWith('/service-token')) exchanges += 1
        return fetch(input, init)
      },
    })
    const checks = Array.from({ length: 5 }, () => counting.checkAccess({ capability: CAPABILITY }))
    expect((await Promise.all(checks)).every(({ allowed }) => allowed)).toBe(true)
    expect(exchanges).toBe(1)
  })

  test('that are refused are renewed once', async () => {
    const tokens = ['not.a.token', (await exchange(apiKey)).token]
    const client = createPurserClient({
      url: desk.graphqlUrl,
      serviceToken: async () => tokens.shift() ?? '',
    })
    expect((await client.checkAccess({ capability: CAPABILITY })).allowed).toBe(true)
    expect(tokens).toEqual([])
  })

  test('of one organization never reach another: it has no such reservation', async () => {
    const other = clientFor(await createKey(desk.sql, await createOrganization(desk.sql)))
    const { reservationId } = await purser.reserve({
      capability: CAPABILITY,
      idempotencyKey: randomUUID(),
    })
    await expect(other.settle(reservationId, { amountCredits: 1 })).rejects.toMatchObject({
      code: 'reservation_not_found',
    })
    await purser.release(reservationId, 'test')
  })
})

async function exchange(key: string): Promise<{ token: string }> {
  const response = await fetch(`${desk.authUrl}/service-token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  })
  return (await response.json()) as { token: string }
}

describe('a live session', () => {
  async function startSession(): Promise<string> {
    const [row] = await desk.sql<{ user_id: string }[]>`
      with person as (
        insert into auth.users (name, email, email_verified)
        values ('Ada', ${`${randomUUID()}@example.test`}, true) returning id
      ),
      member as (
        insert into auth.members (organization_id, user_id, role)
        select ${organization}, id, 'member' from person returning user_id
      )
      select user_id from member`
    const [started] = await desk.sql<{ session_id: string }[]>`
      select session_id from private.start_session(
        ${organization}, ${row!.user_id}, 'Travel', null, ${randomUUID()}
      )`
    return started!.session_id
  }

  test('is kept alive, read and ended by the service', async () => {
    const session = await startSession()
    const kept = await purser.keepSession(session)
    expect(kept).toMatchObject({ status: 'active', heartbeatIntervalSeconds: 30, warning: false })
    expect(kept.leaseExpiresAt.getTime()).toBeGreaterThan(Date.now())
    expect(await purser.readSession(session)).toMatchObject({
      sessionId: session,
      status: 'active',
    })
    const ended = await purser.endSession(session, 'timeout')
    expect(ended).toMatchObject({ status: 'ended', endReason: 'timeout' })
    expect(await purser.keepSession(session)).toMatchObject({ status: 'ended' })
  })

  test('of another organization is not there (session_not_found)', async () => {
    const other = clientFor(await createKey(desk.sql, await createOrganization(desk.sql)))
    await expect(other.keepSession(await startSession())).rejects.toMatchObject({
      code: 'session_not_found',
    })
  })
})

describe('the examples of the README', () => {
  test('wrapper: summarizes and is charged', async () => {
    const before = await balanceOf(desk.sql, organization)
    const { code, output } = await runExample('summarize', ['Looma is a loom.'], {
      PURSER_GRAPHQL_URL: desk.graphqlUrl,
      PURSER_AUTH_URL: desk.authUrl,
      PURSER_API_KEY: apiKey,
      MODEL_URL: desk.modelUrl,
    })
    expect(output).toContain('This is the offline sample model.')
    expect(output).toContain(`charged 0.25, left ${before.posted - 0.25}`)
    expect(code).toBe(0)
  })

  test('separate steps: reserves, extends, settles', async () => {
    const { token } = await exchange(apiKey)
    const { code, output } = await runExample('reserve-and-settle', [randomUUID()], {
      PURSER_GRAPHQL_URL: desk.graphqlUrl,
      PURSER_SERVICE_TOKEN: token,
    })
    expect(output).toBe('charged 1.25, gave back 1.75\n')
    expect(code).toBe(0)
  })

  test.each(['summarize', 'reserve-and-settle'])('%s stands there as it runs', (name) => {
    const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
    expect(read('README.md')).toContain(read(`examples/${name}.ts`))
  })
})
