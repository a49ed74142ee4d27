import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createOrganization, grant, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { release, reserve, setClock } from '../support/operations.ts'

const START = Date.parse('2026-03-01T22:30:00Z')
const at = (seconds: number): Date => new Date(START + seconds * 1000)

interface RateLimit {
  window: string
  limit: number
  used: number
  remaining: number
  resets_at: string | null
}

interface Explanation {
  allowed: boolean
  reason: string | null
  quality_level_from: string
  models: Record<string, unknown>[]
  rate_limits: RateLimit[]
  rules: { rule: string; passed: boolean }[]
  [detail: string]: unknown
}

let desk: Desk
let clocked: Sql
let organization: string

beforeEach(async () => {
  desk = await openDesk({ at: at(0) })
  clocked = desk.database.sql({ as: 'api', max: 1 })
  organization = await createOrganization(desk, { plan: 'free' })
  await grant(desk, organization, { amount: '1000' })
})
afterEach(() => desk.close())

async function explain(
  question: { capability?: string; level?: string | null; amount?: string | null } = {},
): Promise<Explanation> {
  const { capability = 'question_generation', level = null, amount = null } = question
  const [row] = await clocked<{ explanation: Explanation }[]>`
    select private.explain_ai_access(${organization}, null, ${capability}, ${level}, ${amount})
      as explanation`
  return row!.explanation
}

async function request(seconds: number) {
  await setClock(clocked, at(seconds))
  const [row] = await reserve(clocked, { organization, amount: '1', seconds: 86_400 })
  return row!
}

const failed = ({ rules }: Explanation) =>
  rules.filter(({ passed }) => !passed).map(({ rule }) => rule)
const limitsAt = async (seconds: number) => {
  await setClock(clocked, at(seconds))
  return (await explain()).rate_limits.map(({ window, used, remaining, resets_at }) => [
    window,
    used,
    remaining,
    resets_at === null ? null : (Date.parse(resets_at) - START) / 1000,
  ])
}

test('tells the whole decision: plan, level, price rows, limits, credits and every rule', async () => {
  const explanation = await explain()
  expect(explanation).toMatchObject({
    allowed: true,
    reason: null,
    plan: 'free',
    subscription_status: 'active',
    quality_level: 'fast',
    quality_level_from: 'lowest_allowed',
    estimated_credits: 0.5,
    required_credits: 0.5,
    available_credits: 1010,
    overdraft_credits: 2,
  })
  expect(new Date(explanation['estimate_effective_from'] as string)).toEqual(
    new Date('2025-01-01T00:00:00Z'),
  )
  expect(explanation.models.map(({ preference, model }) => [preference, model])).toEqual([
    [1, 'google/gemini-2.5-flash-lite'],
    [2, 'openai/gpt-5-nano'],
    [3, 'anthropic/claude-haiku-4-5'],
  ])
  expect(explanation.models[0]).toMatchObject({
    price_id: expect.any(Number),
    input_usd_per_million_tokens: 0.1,
    output_usd_per_million_tokens: 0.4,
  })
  expect(explanation.rules).toEqual(
    [
      'subscription_inactive',
      'capability_not_in_plan',
      'capability_disabled',
      'quality_level_not_allowed',
      'rate_limited',
      'insufficient_credits',
      'member_cap_exceeded',
    ].map((rule) => ({ rule, passed: true })),
  )
})

test('names the price row that is in force, not a later or an older one', async () => {
  const [later] = await desk.admin`
    insert into public.llm_model_prices
      (model_id, input_usd_per_million_tokens, cached_input_usd_per_million_tokens,
       output_usd_per_million_tokens, effective_from)
    values ('google/gemini-2.5-flash-lite', 9, 9, 9, ${at(60)}) returning id::int`
  expect((await explain()).models[0]!['price_id']).not.toBe(later!['id'])
  await setClock(clocked, at(60))
  expect((await explain()).models[0]!['price_id']).toBe(later!['id'])
})

describe('the rule that bound is the first that did not pass, and the others are shown too:', () => {
  test.each([
    [
      'unpaid',
      `update public.org_plans set status = 'unpaid'`,
      {},
      'subscription_inactive',
      ['subscription_inactive'],
    ],
    [
      'not in the plan',
      '',
      { capability: 'testimonial_polish' },
      'capability_not_in_plan',
      ['capability_not_in_plan', 'quality_level_not_allowed'],
    ],
    [
      'switched off for all',
      `update public.ai_capabilities set is_active = false`,
      {},
      'capability_disabled',
      ['capability_disabled'],
    ],
    [
      'switched off in the plan',
      `update public.plan_ai_capabilities set is_enabled = false`,
      {},
      'capability_disabled',
      ['capability_disabled'],
    ],
    [
      'a level too high, and too dear',
      '',
      { level: 'premium', amount: '5000' },
      'quality_level_not_allowed',
      ['quality_level_not_allowed', 'insufficient_credits'],
    ],
    [
      'blocked by a limit of 0',
      `update public.plan_ai_capabilities set requests_per_hour = 0`,
      {},
      'rate_limited',
      ['rate_limited'],
    ],
    ['too dear', '', { amount: '1010.01' }, 'insufficient_credits', ['insufficient_credits']],
  ])('%s', async (_name, statement, question, reason, rules) => {
    if (statement) await desk.admin.unsafe(statement)
    const explanation = await explain(question)
    expect(explanation).toMatchObject({ allowed: false, reason })
    expect(failed(explanation)).toEqual(rules)
  })

  test('the level of the organization is named as such', async () => {
    await desk.admin`
      insert into public.organization_quality_defaults
        (organization_id, capability_id, quality_level_id)
      values (${organization}, 'question_generation', 'fast')`
    expect((await explain()).quality_level_from).toBe('organization_default')
    expect((await explain({ level: 'fast' })).quality_level_from).toBe('request')
  })
})

describe('rate limits', () => {
  const midnight = 90 * 60

  test('count what is in flight and say when the next place becomes free', async () => {
    expect(await limitsAt(0)).toEqual([
      ['minute', 0, 5, null],
      ['hour', 0, 10, null],
      ['day', 0, 50, midnight],
    ])
    const first = await request(0)
    await request(20)
    expect(await limitsAt(30)).toEqual([
      ['minute', 2, 3, 60],
      ['hour', 2, 8, 3600],
      ['day', 2, 48, midnight],
    ])
    // The first has left the minute.
    expect((await limitsAt(60))[0]).toEqual(['minute', 1, 4, 80])
    await release(clocked, { organization, reservation: first.reservation_id })
    expect((await limitsAt(60))[1]).toEqual(['hour', 1, 9, 3620])
  })

  test('agree with the wait that a refusal names, also after a limit was lowered', async () => {
    for (const second of [0, 5, 10, 15, 20]) await request(second)
    const refused = await request(30)
    expect(refused).toMatchObject({ outcome: 'rate_limited', retry_after_seconds: 30 })
    expect((await limitsAt(30))[0]).toEqual(['minute', 5, 0, 60])

    await desk.admin`update public.plan_ai_capabilities set requests_per_minute = 2`
    expect(await request(30)).toMatchObject({ retry_after_seconds: 45 })
    expect((await limitsAt(30))[0]).toEqual(['minute', 5, 0, 75])
  })

  test('at midnight of UTC the day begins anew', async () => {
    await request(10)
    expect((await limitsAt(midnight))[2]).toEqual(['day', 0, 50, midnight + 86_400])
  })

  test('a plan without limits has none', async () => {
    await desk.api`select from private.set_organization_plan(${organization}, 'team', null)`
    expect((await explain()).rate_limits).toEqual([])
  })
})

test('has no side effect: it runs in a read-only transaction', async () => {
  const explanation = await desk.api.begin(
    'read only',
    (sql) =>
      sql`select private.explain_ai_access(${organization}, null, 'question_generation', null, null)`,
  )
  expect(explanation).toHaveLength(1)
})
