import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { codeOf } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import {
  balanceOf,
  brokenInvariants,
  createOrganization,
  footprint,
  type TestOrganization,
} from '../support/organizations.ts'
import { suggestCalls } from '../support/suggest-questions.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi({
    operations: {
      // Short, so that a stalled model is given up and a hold is extended while a test looks on.
      modelTimeoutMilliseconds: 1_500,
      extendEveryMilliseconds: 40,
    },
  })
})

beforeEach(() => api.double.reset())

afterEach(async () => {
  expect(await brokenInvariants(api.sql)).toEqual([])
})

afterAll(() => api.stop())

const suggest = suggestCalls(() => api)

const lastReservation = async ({ id }: TestOrganization) => {
  const [row] = await api.sql`
    select status, release_reason, expires_at, context, user_id
    from public.credit_reservations
    where organization_id = ${id} order by created_at desc limit 1`
  return row ?? {}
}

/** Models of question_generation at this level, in order of preference. */
const modelsOf = async (plan: string, level: string) =>
  (
    await api.sql<{ model: string; provider_model: string }[]>`
      select models.id as model, models.provider_model_id as provider_model
      from public.plan_quality_level_models as choice
      join public.llm_models as models on models.id = choice.model_id
      where choice.plan_id = ${plan} and choice.capability_id = 'question_generation'
        and choice.quality_level_id = ${level} and choice.effective_to is null
      order by choice.preference`
  ).map((row) => row)

describe('a good answer', () => {
  test('is charged by its tokens and shown with what is left', async () => {
    const organization = await createOrganization(api.sql)
    const answer = await suggest(organization)
    expect(answer).toEqual({
      status: 200,
      body: {
        questions: Array.from({ length: 3 }, () => ({
          text: expect.stringMatching(/\?$/),
          reason: expect.stringMatching(/\.$/),
        })),
        quality_level: 'fast',
        model: expect.any(String),
        provider: 'offline_sample',
        offline: true,
        charged_credits: 0.25,
        available_credits: 1999.75,
        reservation_id: expect.any(String),
        transaction_id: expect.any(String),
        replayed: false,
      },
    })
    expect(JSON.stringify(answer.body['questions'])).toContain('Loom \\"Pro\\"')
    expect(await balanceOf(api.sql, organization.id)).toEqual({
      posted: 1999.75,
      reserved: 0,
      available: 1999.75,
    })
    const [row] = await api.sql`
      select public.credit_transactions_provider_metadata(written) as provider_metadata
      from public.credit_transactions as written
      where id = ${String(answer.body['transaction_id'])}`
    expect(row?.['provider_metadata']).toMatchObject({
      model: answer.body['model'],
      input_tokens: expect.any(Number),
      output_tokens: expect.any(Number),
      request_id: expect.stringMatching(/^chatcmpl-double-/),
    })
  })

  test('has five questions and the default level unless told', async () => {
    const answer = await suggest(await createOrganization(api.sql), {
      count: null,
      quality_level: null,
    })
    expect(answer.body).toMatchObject({ quality_level: 'fast' })
    expect(answer.body['questions']).toHaveLength(5)
  })

  test('is remembered without the texts of the customer in the ledger', async () => {
    const organization = await createOrganization(api.sql)
    await suggest(organization, { product_description: 'a secret plan' })
    const reservation = await lastReservation(organization)
    expect(reservation).toMatchObject({
      status: 'settled',
      user_id: organization.ownerId,
      context: { prompt_version: 'suggest_questions.v1' },
    })
    expect(JSON.stringify(reservation)).not.toContain('secret plan')
  })
})

describe('the same key', () => {
  test('answers what was stored, and the model is called once', async () => {
    const organization = await createOrganization(api.sql)
    const idempotency_key = randomUUID()
    const first = await suggest(organization, { idempotency_key })
    const second = await suggest(organization, { idempotency_key })
    expect(second.body).toEqual({ ...first.body, replayed: true })
    expect(api.double.requests).toHaveLength(1)
  })

  test('sent many times at once waits for the first answer, and the model is called once', async () => {
    const organization = await createOrganization(api.sql)
    const idempotency_key = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => suggest(organization, { idempotency_key })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(new Set(answers.map(({ body }) => body['transaction_id'])).size).toBe(1)
    expect(api.double.requests).toHaveLength(1)
  })

  test('with another product is refused (idempotency_conflict)', async () => {
    const organization = await createOrganization(api.sql)
    const idempotency_key = randomUUID()
    await suggest(organization, { idempotency_key })
    const answer = await suggest(organization, { idempotency_key, product_name: 'Other' })
    expect(codeOf(answer)).toBe('idempotency_conflict')
    expect(api.double.requests).toHaveLength(1)
  })

  test('after a failure answers the failure, and the model is not called again', async () => {
    const organization = await createOrganization(api.sql)
    const idempotency_key = randomUUID()
    api.double.failWith({ kind: 'fail' })
    await suggest(organization, { idempotency_key })
    api.double.reset()
    const answer = await suggest(organization, { idempotency_key })
    expect(answer.body.extensions).toMatchObject({ code: 'provider_failed', charged_credits: 0 })
    expect(api.double.requests).toHaveLength(0)
  })
})

describe('a failing provider', () => {
  test('gives way to the next model within the same reservation', async () => {
    const organization = await createOrganization(api.sql)
    const [first, second] = await modelsOf('team', 'fast')
    if (!first || !second) throw new Error('the seeds have one model only')
    api.double.failWith({ kind: 'fail', model: first.provider_model, status: 503 })
    const answer = await suggest(organization)
    expect(answer.body).toMatchObject({ model: second.model, charged_credits: expect.any(Number) })
    expect(api.double.requests.map((request) => request.model)).toEqual([
      first.provider_model,
      second.provider_model,
    ])
    expect(await footprint(api.sql, organization.id)).toMatchObject({ reservations: 1 })
  })

  test.each([
    ['an error status', { kind: 'fail' }],
    ['a refusal of the rate', { kind: 'fail', status: 429 }],
    ['a connection that breaks in the middle', { kind: 'drop' }],
    ['silence beyond the time limit', { kind: 'stall' }],
  ] as const)('%s by every model charges nothing (provider_failed)', async (_case, fault) => {
    const organization = await createOrganization(api.sql)
    api.double.failWith(fault)
    const answer = await suggest(organization)
    expect(answer.status).toBe(424)
    expect(answer.body.extensions).toEqual({ code: 'provider_failed', charged_credits: 0 })
    expect(answer.body.message).toContain('not charged')
    expect(await lastReservation(organization)).toMatchObject({
      status: 'released',
      release_reason: expect.stringContaining('provider_failed'),
    })
    expect(await balanceOf(api.sql, organization.id)).toMatchObject({ posted: 2000, reserved: 0 })
  })
})

describe('an unusable answer', () => {
  test.each(['nonsense', 'wrong_shape'] as const)(
    '(%s) is repaired once, and both calls are charged',
    async (kind) => {
      const organization = await createOrganization(api.sql)
      api.double.failWith({ kind, times: 1 })
      const answer = await suggest(organization)
      expect(answer.status).toBe(200)
      expect(api.double.requests).toHaveLength(2)
      const repair = api.double.requests[1]?.messages.at(-1)
      expect(JSON.stringify(repair)).toContain('cannot be used')
    },
  )

  test('(too few questions) is repaired too', async () => {
    const organization = await createOrganization(api.sql)
    // The double reads the number out of the prompt, so this product name misleads it.
    const answer = await suggest(organization, { product_name: 'Exactly 2 mills' })
    expect([200, 424]).toContain(answer.status)
    if (answer.status === 200) expect(answer.body['questions']).toHaveLength(3)
  })

  test('twice charges nothing (provider_failed)', async () => {
    const organization = await createOrganization(api.sql)
    api.double.failWith({ kind: 'nonsense' })
    const answer = await suggest(organization)
    expect(answer.body.extensions).toEqual({ code: 'provider_failed', charged_credits: 0 })
    expect(api.double.requests).toHaveLength(2)
    expect(await balanceOf(api.sql, organization.id)).toMatchObject({ posted: 2000, reserved: 0 })
  })
})

test('an answer without token counts is charged by counted tokens, and marked so', async () => {
  const organization = await createOrganization(api.sql)
  api.double.failWith({ kind: 'omit_usage' })
  const answer = await suggest(organization)
  expect(answer.body).toMatchObject({ charged_credits: 0.25 })
  const rows = await api.sql<{ metadata: Record<string, unknown> }[]>`
    select public.credit_transactions_provider_metadata(written) as metadata
    from public.credit_transactions as written
    where id = ${answer.body['transaction_id'] as string}`
  expect(rows[0]?.metadata).toMatchObject({
    usage_source: 'counted',
    input_tokens: expect.any(Number),
    output_tokens: expect.any(Number),
  })
  expect(rows[0]?.metadata['output_tokens']).toBeGreaterThan(0)
  expect(await api.deps.metrics.registry.metrics()).toMatch(
    /purser_model_usage_missing_total\{.*\} [1-9]/,
  )
})

test('a long run keeps its hold: the expiry moves while the model thinks', async () => {
  const organization = await createOrganization(api.sql)
  api.double.failWith({ kind: 'stall', times: 1 })
  const running = suggest(organization)
  const firstExpiry = await vi.waitFor(async () => {
    const { expires_at } = await lastReservation(organization)
    expect(expires_at).toBeDefined()
    return Number(expires_at)
  })
  await vi.waitFor(async () => {
    expect(Number((await lastReservation(organization))['expires_at'])).toBeGreaterThan(firstExpiry)
  })
  api.double.release()
  expect((await running).status).toBe(200)
})
