import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { callAction, codeOf } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import { balanceOf, brokenInvariants } from '../support/organizations.ts'
import {
  allEvents,
  eventsOf,
  openStream,
  ownerOn,
  sessionOf,
  type Member,
} from '../support/streams.ts'

let api: TestApi
let owner: Member

beforeAll(async () => {
  api = await startTestApi({
    operations: { extendEveryMilliseconds: 40, duplicateWaitMilliseconds: 2_000 },
  })
  owner = await ownerOn(api, 'team')
})
afterEach(() => api.double.reset())
afterAll(async () => {
  expect(await brokenInvariants(api.sql)).toEqual([])
  await api.stop()
})

const questions = (overrides: object = {}) => ({
  product_name: 'Looma',
  product_description: 'A loom',
  count: 2,
  quality_level: 'fast',
  idempotency_key: randomUUID(),
  ...overrides,
})
const answers = [{ question: 'What changed?', answer: 'nothing gets lost any more' }]
const inputs: Record<string, () => object> = {
  suggest_questions: questions,
  assemble_testimonial: () => ({
    product_name: 'Looma',
    answers,
    quality_level: 'fast',
    idempotency_key: randomUUID(),
  }),
  polish_testimonial: () => ({
    testimonial: 'it saves me hours',
    quality_level: 'fast',
    idempotency_key: randomUUID(),
  }),
}

const names = (events: { event: string }[]) => events.map(({ event }) => event)

describe.each(Object.keys(inputs))('%s as a stream', (operation) => {
  test('tells the hold, the answer as it grows, and the result with its charge', async () => {
    const before = await balanceOf(api.sql, owner.organizationId)
    const response = await openStream(api, operation, inputs[operation]!(), owner.token)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const events = await allEvents(response)
    const deltas = events.filter(({ event }) => event === 'delta')
    expect(names(events)).toEqual(['reservation', ...deltas.map(() => 'delta'), 'result'])
    expect(deltas.length).toBeGreaterThan(0)
    const result = events.at(-1)!.data
    expect(events[0]!.data).toMatchObject({ reservation_id: result['reservation_id'] })
    expect(result).toMatchObject(deltas.at(-1)!.data['partial'] as object)
    expect(result).toMatchObject({
      charged_credits: 0.25,
      available_credits: before.available - 0.25,
      replayed: false,
    })
    const rows = await api.sql`
      select public.credit_transactions_provider_metadata(written) ->> 'usage_source' as source
      from public.credit_transactions as written
      where id = ${result['transaction_id'] as string}`
    expect(rows[0]).toEqual({ source: 'reported' })
  })

  test('under the same key answers the stored result, as does the action', async () => {
    const input = inputs[operation]!()
    const first = await allEvents(await openStream(api, operation, input, owner.token))
    const second = await allEvents(await openStream(api, operation, input, owner.token))
    const action = await callAction(api, operation, { input }, sessionOf(owner))
    expect(names(second)).toEqual(['reservation', 'result'])
    expect(second[0]!.data['replayed']).toBe(true)
    expect(second[1]!.data).toEqual({ ...first.at(-1)!.data, replayed: true })
    expect(action.body).toEqual(second[1]!.data)
    expect(api.double.requests).toHaveLength(1)
  })
})

test('a repeated key waits for the stream that still runs', async () => {
  api.double.failWith({ kind: 'stall', at_chunk: 3, times: 1 })
  const input = questions()
  const first = openStream(api, 'suggest_questions', input, owner.token).then(allEvents)
  await vi.waitFor(() => expect(api.double.requests).toHaveLength(1))
  const second = openStream(api, 'suggest_questions', input, owner.token).then(allEvents)
  await vi.waitFor(async () => {
    const rows = await api.sql`select from public.credit_reservations where status = 'reserved'`
    expect(rows.count).toBe(1)
  })
  api.double.release()
  expect((await second).at(-1)!.data).toEqual({ ...(await first).at(-1)!.data, replayed: true })
  expect(api.double.requests).toHaveLength(1)
})

describe('before credits are held, a refusal is a plain answer:', () => {
  const refused = async (response: Response, status: number) => {
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toContain('application/json')
    return ((await response.json()) as { extensions: Record<string, unknown> }).extensions
  }
  const open = (token: string | null, input: object = questions(), headers = {}) =>
    openStream(api, 'suggest_questions', input, token, { headers })

  test('no token, a forged one, one of another service (unauthenticated)', async () => {
    const [header, payload] = owner.token.split('.')
    const forged = [header, payload, 'AAAA'].join('.')
    const unsigned = [Buffer.from('{"alg":"none"}').toString('base64url'), payload, ''].join('.')
    for (const token of [null, 'x', forged, unsigned]) {
      expect(await refused(await open(token), 401)).toMatchObject({ code: 'unauthenticated' })
    }
    const { token: foreign } = await api.deps.auth.api.signJWT({
      body: { payload: { iss: 'https://elsewhere.test', 'https://hasura.io/jwt/claims': {} } },
    })
    expect(await refused(await open(foreign), 401)).toMatchObject({ code: 'unauthenticated' })
  })

  test('an expired token (unauthenticated)', async () => {
    const past = Math.floor(Date.now() / 1000) - 1000
    const { token } = await api.deps.auth.api.signJWT({
      body: { payload: { iat: past, exp: past + 900 } },
    })
    expect(await refused(await open(token), 401)).toMatchObject({ code: 'unauthenticated' })
  })

  test('a role that the token does not allow, or that may not run operations (not_allowed)', async () => {
    const answer = await refused(
      await open(owner.token, questions(), { 'x-hasura-role': 'platform_admin' }),
      403,
    )
    expect(answer).toMatchObject({ code: 'not_allowed' })
    const { token } = await api.deps.auth.api.signJWT({
      body: {
        payload: {
          'https://hasura.io/jwt/claims': {
            'x-hasura-default-role': 'service',
            'x-hasura-allowed-roles': ['service'],
            'x-hasura-org-id': owner.organizationId,
          },
        },
      },
    })
    expect(await refused(await open(token), 403)).toMatchObject({ code: 'not_allowed' })
  })

  test('a role among those of the token is taken', async () => {
    const response = await open(owner.token, questions(), { 'x-hasura-role': 'member' })
    expect((await allEvents(response)).at(-1)!.event).toBe('result')
  })

  test('input that is wrong (invalid_input), an operation that is not (not_found)', async () => {
    const wrong = await open(owner.token, questions({ product_name: '\u0007' }))
    expect(await refused(wrong, 400)).toMatchObject({
      code: 'invalid_input',
      field: 'product_name',
    })
    const unknown = await openStream(api, 'settle_credits', {}, owner.token)
    expect(await refused(unknown, 404)).toMatchObject({ code: 'not_found' })
  })

  test('what the plan does not have (quality_level_not_allowed)', async () => {
    const free = await ownerOn(api, 'free')
    const response = await open(free.token, questions({ quality_level: 'premium' }))
    expect(await refused(response, 403)).toMatchObject({ code: 'quality_level_not_allowed' })
  })

  test('another request under the key (idempotency_conflict)', async () => {
    const input = questions()
    await allEvents(await open(owner.token, input))
    const response = await open(owner.token, { ...input, count: 3 })
    expect(await refused(response, 409)).toMatchObject({ code: 'idempotency_conflict' })
  })
})

describe('when a model fails in mid-stream', () => {
  test('the next one writes the answer anew, at whatever chunk it broke off', async () => {
    for (let chunk = 0; ; chunk++) {
      api.double.reset()
      api.double.failWith({
        kind: 'drop',
        model: 'gemini-2.5-flash-lite',
        at_chunk: chunk,
        times: 1,
      })
      const events = await allEvents(
        await openStream(api, 'suggest_questions', questions({ count: 1 }), owner.token),
      )
      const result = events.at(-1)!
      expect(result.event).toBe('result')
      // A chunk beyond the last one: the first model came to its end.
      if (api.double.requests.length === 1) break
      expect(result.data).toMatchObject({ model: 'openai/gpt-5-nano', charged_credits: 0.25 })
      expect(events.at(-2)!.data).toMatchObject({ attempt: 2 })
      const rows = await api.sql`
        select model_id, public.credit_transactions_provider_metadata(written) ->> 'model' as priced
        from public.credit_transactions as written where id = ${result.data['transaction_id'] as string}`
      expect(rows[0]).toEqual({ model_id: 'openai/gpt-5-nano', priced: 'openai/gpt-5-nano' })
      expect(chunk).toBeLessThan(100)
    }
    expect(api.double.requests).toHaveLength(1)
  })

  test('and none is left, the error event says that nothing was charged (provider_failed)', async () => {
    const before = await balanceOf(api.sql, owner.organizationId)
    api.double.failWith({ kind: 'drop', at_chunk: 2 })
    const events = await allEvents(
      await openStream(api, 'suggest_questions', questions(), owner.token),
    )
    expect(events.at(-1)).toMatchObject({
      event: 'error',
      data: { extensions: { code: 'provider_failed', charged_credits: 0 } },
    })
    expect(await balanceOf(api.sql, owner.organizationId)).toEqual(before)
  })

  test('an unusable answer is repaired once, as attempt 2', async () => {
    api.double.failWith({ kind: 'wrong_shape', times: 1 })
    const events = await allEvents(
      await openStream(api, 'suggest_questions', questions(), owner.token),
    )
    expect(events.at(-2)!.data).toMatchObject({ attempt: 2 })
    expect(events.at(-1)!.event).toBe('result')
  })

  test('a stream without usage is charged by counted tokens, and marked so', async () => {
    api.double.failWith({ kind: 'omit_usage', times: 1 })
    const events = await allEvents(
      await openStream(api, 'suggest_questions', questions(), owner.token),
    )
    const rows = await api.sql`
      select usage_source as source, output_tokens > 10 as has_output
      from public.credit_transactions where id = ${events.at(-1)!.data['transaction_id'] as string}`
    expect(rows[0]).toEqual({ source: 'counted', has_output: true })
  })
})

test('the hold is extended while the stream runs', async () => {
  api.double.failWith({ kind: 'stall', at_chunk: 2, times: 1 })
  const response = await openStream(api, 'suggest_questions', questions(), owner.token)
  const events = eventsOf(response)
  const { data } = (await events.next()).value!
  const firstExpiry = new Date(data['expires_at'] as string)
  await vi.waitFor(async () => {
    const rows = await api.sql<{ expires_at: Date }[]>`
      select expires_at from public.credit_reservations where id = ${data['reservation_id'] as string}`
    expect(rows[0]!.expires_at.getTime()).toBeGreaterThan(firstExpiry.getTime())
  })
  api.double.release()
  for await (const { event } of events) if (event === 'error') throw new Error('failed')
})

test('an answer to a key whose stream failed is that failure, without a model call', async () => {
  api.double.failWith({ kind: 'fail' })
  const input = questions()
  await allEvents(await openStream(api, 'suggest_questions', input, owner.token))
  api.double.reset()
  const answer = await callAction(api, 'suggest_questions', { input }, sessionOf(owner))
  expect(codeOf(answer)).toBe('provider_failed')
  expect(api.double.requests).toHaveLength(0)
})
