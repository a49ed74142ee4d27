import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { asOwner, asService, callAction, codeOf } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import {
  balanceOf,
  brokenInvariants,
  createOrganization,
  footprint,
  type TestOrganization,
} from '../support/organizations.ts'

let api: TestApi
let team: TestOrganization

beforeAll(async () => {
  api = await startTestApi()
  team = await createOrganization(api.sql, 'team')
})
afterEach(() => api.double.reset())
afterAll(async () => {
  expect(await brokenInvariants(api.sql)).toEqual([])
  await api.stop()
})

const assembly = (overrides: Record<string, unknown> = {}) => ({
  input: {
    product_name: 'Looma',
    customer_name: 'Ada',
    answers: [
      { question: 'What was hard before?', answer: 'we lost every second order' },
      { question: 'And now?', answer: 'Nothing gets lost.' },
    ],
    quality_level: 'fast',
    idempotency_key: randomUUID(),
    ...overrides,
  },
})
const polish = (overrides: Record<string, unknown> = {}) => ({
  input: {
    testimonial: 'it saves  me hours',
    quality_level: 'fast',
    idempotency_key: randomUUID(),
    ...overrides,
  },
})

const operations = [
  { name: 'assemble_testimonial', input: assembly, capability: 'testimonial_assembly' },
  { name: 'polish_testimonial', input: polish, capability: 'testimonial_polish' },
] as const

test('assemble_testimonial writes with the answers and says what it cost', async () => {
  const before = await balanceOf(api.sql, team.id)
  const { status, body } = await callAction(api, 'assemble_testimonial', assembly(), asOwner(team))
  expect(status).toBe(200)
  expect(body).toMatchObject({
    text: 'We lost every second order. Nothing gets lost.',
    headline: 'We lost every second order.',
    quality_level: 'fast',
    model: 'google/gemini-2.5-flash-lite',
    provider: 'offline_sample',
    offline: true,
    charged_credits: 0.25,
    available_credits: before.available - 0.25,
    replayed: false,
  })
  const rows = await api.sql`
    select capability_id, amount_credits::float8 as amount, context ->> 'prompt_version' as prompt
    from public.credit_transactions where id = ${body['transaction_id'] as string}`
  expect(rows[0]).toEqual({
    capability_id: 'testimonial_assembly',
    amount: -0.25,
    prompt: 'assemble_testimonial.v1',
  })
})

test('polish_testimonial keeps to the text and has no headline', async () => {
  const { body } = await callAction(api, 'polish_testimonial', polish(), asOwner(team))
  expect(body).toMatchObject({ text: 'It saves me hours.', headline: null, charged_credits: 0.25 })
})

describe.each(operations)('$name', ({ name, input, capability }) => {
  test('answers a repeated key from what was stored, with one model call and one charge', async () => {
    const request = input()
    const first = await callAction(api, name, request, asOwner(team))
    const second = await callAction(api, name, request, asOwner(team))
    expect(second.body).toEqual({ ...first.body, replayed: true })
    expect(api.double.requests).toHaveLength(1)
  })

  test('refuses another input under the same key (idempotency_conflict)', async () => {
    const request = input()
    await callAction(api, name, request, asOwner(team))
    const other =
      name === 'polish_testimonial' ? { testimonial: 'Other' } : { product_name: 'Other' }
    const answer = await callAction(
      api,
      name,
      { input: { ...request.input, ...other } },
      asOwner(team),
    )
    expect(codeOf(answer)).toBe('idempotency_conflict')
  })

  test('repairs one unusable answer and charges both calls', async () => {
    api.double.failWith({ kind: 'wrong_shape', times: 1 })
    const { status, body } = await callAction(api, name, input(), asOwner(team))
    expect(status).toBe(200)
    expect(api.double.requests).toHaveLength(2)
    const rows = await api.sql<{ input_tokens: number }[]>`
      select input_tokens::int
      from public.credit_transactions where id = ${body['transaction_id'] as string}`
    const lastMessages = JSON.stringify(api.double.requests[1]?.messages)
    expect(lastMessages).toContain('cannot be used')
    expect(rows[0]?.input_tokens).toBeGreaterThan(0)
  })

  test('releases the hold when the repair is unusable too (provider_failed)', async () => {
    const before = await balanceOf(api.sql, team.id)
    api.double.failWith({ kind: 'nonsense', times: 2 })
    const answer = await callAction(api, name, input(), asOwner(team))
    expect(codeOf(answer)).toBe('provider_failed')
    expect(answer.body.extensions).toMatchObject({ charged_credits: 0 })
    expect(api.double.requests).toHaveLength(2)
    expect(await balanceOf(api.sql, team.id)).toEqual(before)
  })

  test('is denied by the plan without a trace (capability_not_in_plan)', async () => {
    const free = await createOrganization(api.sql, 'free')
    const before = await footprint(api.sql, free.id)
    const answer = await callAction(api, name, input(), asOwner(free))
    expect(codeOf(answer)).toBe('capability_not_in_plan')
    expect(answer.body.extensions).toMatchObject({ unlocked_by_plan: 'pro' })
    expect(await footprint(api.sql, free.id)).toEqual(before)
    const rows = await api.sql`
      select from public.credit_reservations where capability_id = ${capability}
        and organization_id = ${free.id}`
    expect(rows.count).toBe(0)
  })

  test('is not for the service role (not_allowed)', async () => {
    expect(codeOf(await callAction(api, name, input(), asService(team)))).toBe('not_allowed')
  })
})

const longInterview = Array.from({ length: 6 }, () => ({
  question: 'Why?',
  answer: 'a'.repeat(3_500),
}))

test.each([
  ['assemble_testimonial', assembly({ answers: [] }), 'answers', 'not_empty'],
  [
    'assemble_testimonial',
    assembly({ answers: [{ question: 'Why?', answer: ' ' }] }),
    'answers.0.answer',
    'not_empty',
  ],
  [
    'assemble_testimonial',
    assembly({ answers: [{ question: 'Why?', answer: 'a\u0000b' }] }),
    'answers.0.answer',
    'no_control_characters',
  ],
  [
    'assemble_testimonial',
    assembly({ answers: Array.from({ length: 21 }, () => ({ question: 'Q', answer: 'A' })) }),
    'answers',
    'at_most_20',
  ],
  [
    'assemble_testimonial',
    assembly({ answers: longInterview }),
    'answers',
    'at_most_20000_characters',
  ],
  ['assemble_testimonial', assembly({ customer_name: '\u001b[2J' }), 'customer_name', /./],
  ['polish_testimonial', polish({ testimonial: '' }), 'testimonial', 'not_empty'],
  ['polish_testimonial', polish({ testimonial: 'a\ud800b' }), 'testimonial', /./],
  [
    'polish_testimonial',
    polish({ testimonial: 'a'.repeat(5_001) }),
    'testimonial',
    'at_most_5000_characters',
  ],
  ['polish_testimonial', polish({ instructions: 'a'.repeat(501) }), 'instructions', /500/],
])('%s refuses input %#: %o (invalid_input)', async (name, input, field, rule) => {
  const before = await footprint(api.sql, team.id)
  const answer = await callAction(api, name, input, asOwner(team))
  expect(codeOf(answer)).toBe('invalid_input')
  expect(answer.body.extensions?.['field']).toBe(field)
  expect(answer.body.extensions?.['rule']).toMatch(rule)
  expect(api.double.requests).toHaveLength(0)
  expect(await footprint(api.sql, team.id)).toEqual(before)
})
