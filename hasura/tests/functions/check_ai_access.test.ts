import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brokenRules, createMember, createOrganization, grant, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { hold, passTime, release, reserve, setClock } from '../support/operations.ts'

interface Access {
  allowed: boolean
  reason: string | null
  capability_id: string
  quality_level_id: string | null
  model_id: string | null
  estimated_credits: string
  available_credits: string
  required_credits: string
  allowed_quality_levels: string[]
  unlocked_by_plan: string | null
  retry_after_seconds: number | null
  rate_limits: object[]
}

interface Question {
  organization: string
  user?: string | null
  capability?: string
  level?: string | null
  amount?: string | null
}

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(async () => {
  expect(await brokenRules(desk)).toEqual([])
  await desk.close()
})

async function check(sql: Sql, question: Question): Promise<Access> {
  const { organization, user = null, capability = 'question_generation' } = question
  const [row] = await sql<Access[]>`
    select * from private.check_ai_access(
      ${organization}, ${user}, ${capability}, ${question.level ?? null}, ${question.amount ?? null})`
  return row!
}

test('says yes, with level, model, estimate and what is available', async () => {
  const organization = await createOrganization(desk, { plan: 'pro' })
  const user = await createMember(desk, organization)
  expect(await check(desk.api, { organization, user })).toEqual({
    allowed: true,
    reason: null,
    capability_id: 'question_generation',
    quality_level_id: 'fast',
    model_id: 'google/gemini-2.5-flash-lite',
    estimated_credits: '0.50',
    available_credits: '500.00',
    required_credits: '0.50',
    allowed_quality_levels: ['fast', 'enhanced'],
    unlocked_by_plan: null,
    retry_after_seconds: null,
    rate_limits: [
      { window: 'minute', limit: 30, used: 0, remaining: 30, resets_at: null },
      { window: 'hour', limit: 100, used: 0, remaining: 100, resets_at: null },
      { window: 'day', limit: 500, used: 0, remaining: 500, resets_at: expect.any(String) },
    ],
  })
})

describe('says no, why, and which plan would allow it', () => {
  test.each([
    [{ capability: 'testimonial_polish' }, 'capability_not_in_plan', 'fast', '0.50', [], 'pro'],
    [
      { capability: 'testimonial_polish', level: 'premium' },
      'capability_not_in_plan',
      'premium',
      '5.00',
      [],
      'team',
    ],
    [{ level: 'premium' }, 'quality_level_not_allowed', 'premium', '5.00', ['fast'], 'team'],
    [{ amount: '10.01' }, 'insufficient_credits', 'fast', '0.50', ['fast'], null],
    [{ amount: '-1' }, 'invalid_amount', 'fast', '0.50', ['fast'], null],
    [{ capability: 'nothing' }, 'unknown_capability', null, '0', [], null],
    [{ level: 'ultra' }, 'unknown_quality_level', 'fast', '0.50', ['fast'], null],
  ])('%o: %s', async (question, reason, level, estimated, levels, plan) => {
    const organization = await createOrganization(desk, { plan: 'free' })
    expect(await check(desk.api, { organization, ...question })).toMatchObject({
      allowed: false,
      reason,
      quality_level_id: level,
      estimated_credits: estimated,
      allowed_quality_levels: levels,
      unlocked_by_plan: plan,
    })
  })

  test('an organization that does not exist (unknown_organization)', async () => {
    const organization = '00000000-0000-4000-8000-000000000000'
    expect(await check(desk.api, { organization })).toMatchObject({
      allowed: false,
      reason: 'unknown_organization',
      available_credits: '0',
    })
  })

  test('a subscription that is unpaid (subscription_inactive)', async () => {
    const organization = await createOrganization(desk, { plan: 'pro' })
    await desk.admin`update public.org_plans set status = 'unpaid' where organization_id = ${organization}`
    expect((await check(desk.api, { organization })).reason).toBe('subscription_inactive')
  })
})

test('has no side effect: it runs in a read-only transaction', async () => {
  const organization = await createOrganization(desk, { plan: 'free' })
  const access = await desk.api.begin('read only', (sql) =>
    check(sql as unknown as Sql, { organization }),
  )
  expect(access.allowed).toBe(true)
})

describe('agrees with the reservation that follows', () => {
  test('that exactly what is available can be held, whatever the overdraft', async () => {
    const organization = await createOrganization(desk, { plan: 'free' })
    for (const [amount, allowed] of [
      ['10', true],
      ['10.01', false],
    ] as const) {
      const access = await check(desk.api, { organization, amount })
      expect(access).toMatchObject({ allowed, available_credits: '10.00' })
      const [row] = await reserve(desk.api, { organization, amount })
      expect(row!.outcome === 'reserved').toBe(allowed)
      if (allowed) await release(desk.api, { organization, reservation: row!.reservation_id })
    }
  })

  test('on a hold that nobody swept yet', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    await hold(desk.api, organization, '5')
    expect((await check(desk.api, { organization, amount: '5' })).allowed).toBe(false)
    await passTime(desk.admin, organization)
    expect(await check(desk.api, { organization, amount: '5' })).toMatchObject({
      allowed: true,
      available_credits: '5.00',
    })
    expect((await reserve(desk.api, { organization, amount: '5' }))[0]!.outcome).toBe('reserved')
  })

  test('on credits that have expired, and on a month that has begun', async () => {
    const clocked = desk.database.sql({ as: 'api', max: 1 })
    const organization = await createOrganization(desk, { plan: 'free' })
    const soon = new Date(Date.now() + 60_000)
    await grant({ api: clocked }, organization, { amount: '7', expiresAt: soon })
    expect(await check(clocked, { organization })).toMatchObject({ available_credits: '17.00' })
    await setClock(clocked, soon)
    expect(await check(clocked, { organization })).toMatchObject({ available_credits: '10.00' })
    await setClock(clocked, new Date(Date.now() + 400 * 86_400_000))
    expect(await check(clocked, { organization })).toMatchObject({ available_credits: '10.00' })
    const [row] = await reserve(clocked, { organization, amount: '10' })
    expect(row).toMatchObject({ outcome: 'reserved', available_credits: '0.00' })
  })
})
