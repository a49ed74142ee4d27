import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  balanceOf,
  brokenRules,
  createOrganization,
  grant,
  ledgerOf,
  newKey,
  openDesk,
} from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { hold, settle } from '../support/operations.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterEach(async () => {
  expect(await brokenRules(desk)).toEqual([])
})
afterAll(() => desk.close())

/** An organization that owes so many credits. */
async function indebted(credits: string): Promise<string> {
  const organization = await createOrganization(desk, { credits: '1', overdraft: '2' })
  const reservation = await hold(desk.api, organization, '1')
  await settle(desk.api, { organization, reservation, amount: String(1 + Number(credits)) })
  expect(await balanceOf(desk, organization)).toMatchObject({
    posted: (-Number(credits)).toFixed(2),
  })
  return organization
}

describe('grant_credits', () => {
  test.each([
    ['plan', 'plan_allocation', 10],
    ['topup', 'topup_purchase', 50],
    ['promo', 'promo_bonus', 50],
    ['referral', 'referral_bonus', 50],
    ['rollover', 'rollover', 20],
    ['adjustment', 'admin_adjustment', 50],
    ['refund', 'refund', 50],
  ])('%s is %s in the ledger with priority %i', async (source, type, priority) => {
    const organization = await createOrganization(desk)
    const row = await grant(desk, organization, { source, amount: '3.5' })
    expect(row).toMatchObject({ outcome: 'granted', available_credits: '3.50' })
    const [stored] = await desk.admin`
      select source, priority, remaining_credits, transaction_id, actor, reason
      from public.credit_grants where id = ${row.grant_id}`
    expect(stored).toEqual({
      source,
      priority,
      remaining_credits: '3.50',
      transaction_id: row.transaction_id,
      actor: { by: 'test' },
      reason: 'test',
    })
    expect((await ledgerOf(desk, organization)).at(-1)).toMatchObject({
      type,
      amount: '3.50',
      after: '3.50',
      id: row.transaction_id,
    })
    expect(await balanceOf(desk, organization)).toMatchObject(
      source === 'plan' ? { monthly: '3.50', bonus: '0.00' } : { monthly: '0.00', bonus: '3.50' },
    )
  })

  test.each([
    ['less than the debt', '1', '1.50', '0.50', '-0.50', '0.00'],
    ['exactly the debt', '1.5', '1.50', '0.00', '0.00', '0.00'],
    ['more than the debt', '5', '1.50', '0.00', '3.50', '3.50'],
  ])('repays a debt first: %s', async (_name, amount, owed, debt, posted, bonus) => {
    const organization = await indebted(owed)
    await grant(desk, organization, { amount })
    expect(await balanceOf(desk, organization)).toMatchObject({ debt, posted, bonus })
  })

  test('the same key again is one grant; with another amount a conflict', async () => {
    const organization = await createOrganization(desk)
    const key = newKey()
    const first = await grant(desk, organization, { amount: '3', key })
    const again = await grant(desk, organization, { amount: '3.00', key })
    const conflict = await grant(desk, organization, { amount: '4', key })
    expect(again).toEqual({ ...first, outcome: 'replayed' })
    expect(conflict.outcome).toBe('idempotency_conflict')
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '3.00' })
  })

  test.each([
    ['invalid_amount', { amount: '0' }],
    ['invalid_amount', { amount: '-1' }],
    ['invalid_amount', { amount: '1.001' }],
    ['invalid_amount', { amount: 'NaN' }],
    ['invalid_source', { amount: '1', source: 'gift' }],
    ['invalid_priority', { amount: '1', priority: 1001 }],
    ['invalid_expiry', { amount: '1', expiresAt: new Date(Date.now() - 1000) }],
    ['invalid_key', { amount: '1', key: '' }],
    ['invalid_key', { amount: '1', key: 'k'.repeat(201) }],
  ])('refuses (%s) %o', async (outcome, options) => {
    const organization = await createOrganization(desk)
    expect(await grant(desk, organization, options)).toMatchObject({ outcome, grant_id: null })
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '0.00' })
  })

  test('refuses an organization that does not exist (unknown_organization)', async () => {
    const row = await grant(desk, '00000000-0000-4000-8000-000000000000', { amount: '1' })
    expect(row.outcome).toBe('unknown_organization')
  })
})

describe('a new organization', () => {
  test('is on the free plan, with its first credits and a ledger row, in one transaction', async () => {
    const organization = await createOrganization(desk, { plan: 'free' })
    expect(await balanceOf(desk, organization)).toMatchObject({ monthly: '10.00', posted: '10.00' })
    const [plan] = await desk.admin`
      select subscription.plan_id, subscription.status,
        subscription.period_end = balance.period_end as is_same_period,
        subscription.period_end = lot.expires_at as is_until_period_end
      from public.org_plans as subscription
      join public.organization_credit_balances as balance using (organization_id)
      join public.credit_grants as lot using (organization_id)
      where organization_id = ${organization}`
    expect(plan).toEqual({
      plan_id: 'free',
      status: 'active',
      is_same_period: true,
      is_until_period_end: true,
    })
    expect(await ledgerOf(desk, organization)).toMatchObject([
      { type: 'plan_allocation', amount: '10.00', after: '10.00' },
    ])
  })
})

describe('set_organization_plan', () => {
  async function change(organization: string, plan: string) {
    const [row] = await desk.api<
      { outcome: string; plan_id: string; adjusted_credits: string; available_credits: string }[]
    >`
      select * from private.set_organization_plan(${organization}, ${plan}, null)`
    return row!
  }

  test('upwards grants the difference; used credits stay used', async () => {
    const organization = await createOrganization(desk, { plan: 'free' })
    const reservation = await hold(desk.api, organization, '4')
    await settle(desk.api, { organization, reservation, amount: '4' })
    expect(await change(organization, 'pro')).toEqual({
      outcome: 'changed',
      plan_id: 'pro',
      adjusted_credits: '490.00',
      available_credits: '496.00',
    })
    expect((await ledgerOf(desk, organization)).at(-1)).toMatchObject({
      type: 'plan_change_adjustment',
      amount: '490.00',
      after: '496.00',
    })
  })

  test('downwards takes what is unused, but not what a hold needs', async () => {
    const organization = await createOrganization(desk, { plan: 'pro' })
    const reservation = await hold(desk.api, organization, '300')
    const row = await change(organization, 'free')
    expect(row).toMatchObject({ adjusted_credits: '-200.00', available_credits: '0.00' })
    const [settled] = await settle(desk.api, { organization, reservation, amount: '300' })
    expect(settled).toMatchObject({ charged_credits: '300.00', shortfall_credits: '0.00' })
  })

  test.each([
    ['unchanged', 'pro', 'pro'],
    ['unknown_plan', 'gold', 'pro'],
  ])('%s: to %s', async (outcome, plan, stays) => {
    const organization = await createOrganization(desk, { plan: 'pro' })
    expect(await change(organization, plan)).toMatchObject({
      outcome,
      plan_id: stays,
      adjusted_credits: '0',
    })
  })

  test('not of an organization that does not exist (unknown_organization)', async () => {
    const row = await change('00000000-0000-4000-8000-000000000000', 'pro')
    expect(row.outcome).toBe('unknown_organization')
  })
})
