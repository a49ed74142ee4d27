import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  balanceOf,
  brokenRules,
  createMember,
  createOrganization,
  grant,
  openDesk,
} from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { hold, passTime, reserve, settle } from '../support/operations.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterEach(async () => {
  expect(await brokenRules(desk)).toEqual([])
})
afterAll(() => desk.close())

describe('holds credits', () => {
  test('and says what is left, which model serves and when the hold ends', async () => {
    const organization = await createOrganization(desk, { credits: '10' })
    const user = await createMember(desk, organization)
    const context = { form: 'f1', name: 'Spring survey' }
    const before = Date.now()
    const [row] = await reserve(desk.api, { organization, user, amount: '2.5', context })
    expect(row).toMatchObject({
      item: 1,
      outcome: 'reserved',
      status: 'reserved',
      quality_level_id: 'fast',
      model_id: 'google/gemini-2.5-flash-lite',
      amount_credits: '2.50',
      available_credits: '7.50',
      replayed: false,
    })
    expect(row!.expires_at.getTime() - before).toBeGreaterThan(295_000)
    expect(row!.expires_at.getTime() - before).toBeLessThan(310_000)
    expect(await balanceOf(desk, organization)).toMatchObject({
      posted: '10.00',
      reserved: '2.50',
      available: '7.50',
    })
    const [stored] = await desk.admin`
      select user_id, actor, context, request_fingerprint is not null as has_fingerprint
      from private.credit_holds where id = ${row!.reservation_id}`
    expect(stored).toMatchObject({
      user_id: user,
      context,
      actor: { user_id: user, name: 'Ada' },
      has_fingerprint: true,
    })
  })

  test('under version 7 ids of the moment, in the order of the items, and no two batches alike', async () => {
    const organization = await createOrganization(desk, { credits: '2000' })
    const batch = () =>
      reserve(desk.api, ...Array.from({ length: 1000 }, () => ({ organization, amount: '1' })))
    const ids = [...(await batch()), ...(await batch())].map((row) => row.reservation_id)
    expect(new Set(ids).size).toBe(2000)
    expect(ids.toSorted()).toEqual(ids)
    const wrong = await desk.admin`
      select from private.credit_holds
      where organization_id = ${organization}
        and not (
          uuid_extract_version(id) = 7
          and uuid_extract_timestamp(id) between created_at - interval '1 ms' and created_at
        )`
    expect(wrong).toHaveLength(0)
  })

  test('of the estimate when no amount is named', async () => {
    const organization = await createOrganization(desk, { credits: '10' })
    const rows = await reserve(
      desk.api,
      { organization, capability: 'testimonial_assembly', level: 'fast' },
      { organization, capability: 'testimonial_assembly', level: 'enhanced' },
    )
    expect(rows.map((row) => row.amount_credits)).toEqual(['1.00', '4.00'])
  })

  test('at the default level of the organization, else the lowest that the plan allows', async () => {
    const organization = await createOrganization(desk, { plan: 'pro' })
    const [lowest] = await reserve(desk.api, { organization, level: null })
    expect(lowest).toMatchObject({ quality_level_id: 'fast', amount_credits: '0.50' })
    await desk.admin`
      insert into public.organization_quality_defaults values (${organization}, 'question_generation', 'enhanced')`
    const [chosen] = await reserve(desk.api, { organization, level: null })
    expect(chosen).toMatchObject({ quality_level_id: 'enhanced', amount_credits: '2.00' })
    // A default that the plan no longer allows does not bind.
    await desk.api`select from private.set_organization_plan(${organization}, 'free', null)`
    const [fallen] = await reserve(desk.api, { organization, level: null })
    expect(fallen).toMatchObject({ outcome: 'reserved', quality_level_id: 'fast' })
  })

  test('by the next model when the first one is switched off', async () => {
    const organization = await createOrganization(desk, { credits: '10' })
    await desk.admin`update public.llm_models set is_active = false where id = 'google/gemini-2.5-flash-lite'`
    const [row] = await reserve(desk.api, { organization })
    await desk.admin`update public.llm_models set is_active = true`
    expect(row!.model_id).toBe('openai/gpt-5-nano')
  })
})

describe('boundary', () => {
  test('exactly what is available, and nothing more (insufficient_credits)', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const [exact] = await reserve(desk.api, { organization, amount: '5.00' })
    expect(exact).toMatchObject({ outcome: 'reserved', available_credits: '0.00' })
    const [more] = await reserve(desk.api, { organization, amount: '0.01' })
    expect(more).toMatchObject({
      outcome: 'insufficient_credits',
      reservation_id: null,
      available_credits: '0.00',
      required_credits: '0.01',
    })
  })

  test('one hundredth short is refused and nothing is stored', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const [row] = await reserve(desk.api, { organization, amount: '5.01' })
    expect(row!.outcome).toBe('insufficient_credits')
    const [stored] = await desk.admin`
      select count(*)::int as count from public.credit_reservations where organization_id = ${organization}`
    expect(stored).toEqual({ count: 0 })
  })

  // Alone, and beside an item that makes the batch one that is decided item by item.
  test.each([[[]], [[{ level: 'ultra' }]]])(
    'the overdraft is not for holds: what is available is the limit (beside %j)',
    async (others) => {
      const organization = await createOrganization(desk, { credits: '5', overdraft: '2' })
      const beside = others.map((other) => ({ ...other, organization }))
      const ask = async (amount: string) =>
        (await reserve(desk.api, { organization, amount }, ...beside))[0]
      expect(await ask('5.01')).toMatchObject({
        outcome: 'insufficient_credits',
        available_credits: '5.00',
        required_credits: '5.01',
      })
      expect(await ask('5')).toMatchObject({ outcome: 'reserved', available_credits: '0.00' })
      expect(await ask('0.01')).toMatchObject({
        outcome: 'insufficient_credits',
        available_credits: '0.00',
      })
    },
  )

  test.each(['free', 'pro', 'team'] as const)(
    'a balance of 0 on plan %s refuses the smallest hold, though the plan has an overdraft',
    async (plan) => {
      const organization = await createOrganization(desk, { plan })
      const { available } = await balanceOf(desk, organization)
      const [all] = await reserve(desk.api, { organization, amount: available })
      expect(all).toMatchObject({ outcome: 'reserved', available_credits: '0.00' })
      const [more] = await reserve(desk.api, { organization, amount: '0.01' })
      expect(more!.outcome).toBe('insufficient_credits')
    },
  )

  test('below 0, after a settlement took from the overdraft, nothing can be held until a grant', async () => {
    const organization = await createOrganization(desk, { credits: '5', overdraft: '2' })
    const reservation = await hold(desk.api, organization, '5')
    await settle(desk.api, { organization, reservation, amount: '6.5' })
    const [indebted] = await reserve(desk.api, { organization, amount: '0.01' })
    expect(indebted).toMatchObject({
      outcome: 'insufficient_credits',
      available_credits: '-1.50',
    })
    await grant(desk, organization, { amount: '2' })
    const [exact] = await reserve(desk.api, { organization, amount: '0.5' })
    expect(exact).toMatchObject({ outcome: 'reserved', available_credits: '0.00' })
  })

  test.each(['-1', '1.001', '0', 'NaN', 'Infinity', '1000000000.01'])(
    'amount %s is refused (invalid_amount)',
    async (amount) => {
      const organization = await createOrganization(desk, { credits: '5' })
      const [row] = await reserve(desk.api, { organization, amount })
      expect(row).toMatchObject({ outcome: 'invalid_amount', reservation_id: null })
    },
  )
})

describe('refuses', () => {
  test.each([
    ['capability_not_in_plan', { capability: 'testimonial_polish' }, 'pro'],
    ['quality_level_not_allowed', { level: 'enhanced' }, 'pro'],
    ['quality_level_not_allowed', { level: 'premium' }, 'team'],
    ['unknown_capability', { capability: 'nothing' }, null],
    ['unknown_capability', { capability: null }, null],
    ['unknown_quality_level', { level: 'ultra' }, null],
    ['unknown_user', { user: '00000000-0000-4000-8000-000000000000' }, null],
    ['invalid_key', { key: '' }, null],
    ['invalid_key', { key: null }, null],
    ['invalid_key', { key: 'k'.repeat(201) }, null],
  ])('%s for %o', async (outcome, request, unlockedBy) => {
    const organization = await createOrganization(desk, { plan: 'free' })
    const [row] = await reserve(desk.api, { organization, ...request })
    expect(row).toMatchObject({
      outcome,
      reservation_id: null,
      status: null,
      unlocked_by_plan: unlockedBy,
    })
    if (outcome === 'quality_level_not_allowed')
      expect(row!.allowed_quality_levels).toEqual(['fast'])
  })

  test('an organization that does not exist (unknown_organization)', async () => {
    const rows = await reserve(
      desk.api,
      { organization: '00000000-0000-4000-8000-000000000000' },
      { organization: null },
    )
    expect(rows.map((row) => row.outcome)).toEqual(['unknown_organization', 'unknown_organization'])
  })

  test('a user of another organization (unknown_user)', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const user = await createMember(desk, await createOrganization(desk))
    const [row] = await reserve(desk.api, { organization, user })
    expect(row!.outcome).toBe('unknown_user')
  })

  test('a capability that is switched off, for all or for the plan (capability_disabled)', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    await desk.admin`update public.ai_capabilities set is_active = false where id = 'testimonial_polish'`
    const [off] = await reserve(desk.api, { organization, capability: 'testimonial_polish' })
    await desk.admin`update public.ai_capabilities set is_active = true`
    await desk.admin`update public.plan_ai_capabilities set is_enabled = false where plan_id = 'lab' and capability_id = 'testimonial_polish'`
    const [disabled] = await reserve(desk.api, { organization, capability: 'testimonial_polish' })
    await desk.admin`update public.plan_ai_capabilities set is_enabled = true`
    expect(off).toMatchObject({ outcome: 'capability_disabled', unlocked_by_plan: null })
    expect(disabled).toMatchObject({ outcome: 'capability_disabled', unlocked_by_plan: 'pro' })
  })

  test.each([
    ['active', 'reserved'],
    ['trialing', 'reserved'],
    ['past_due', 'reserved'],
    ['unpaid', 'subscription_inactive'],
    ['canceled', 'subscription_inactive'],
  ])('by subscription status: %s gives %s', async (status, outcome) => {
    const organization = await createOrganization(desk, { credits: '5' })
    await desk.admin`update public.org_plans set status = ${status} where organization_id = ${organization}`
    const [row] = await reserve(desk.api, { organization })
    expect(row!.outcome).toBe(outcome)
  })
})

test('a stale hold does not deny an honest caller: it is swept before the refusal', async () => {
  const organization = await createOrganization(desk, { credits: '5' })
  await hold(desk.api, organization, '5')
  await passTime(desk.admin, organization)
  const [row] = await reserve(desk.api, { organization, amount: '5' })
  expect(row).toMatchObject({ outcome: 'reserved', available_credits: '0.00' })
})
