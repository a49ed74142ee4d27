import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { balanceOf, brokenRules, grant, ledgerOf, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { clockedAt, foundOrganization, resetPeriods, subscriptionOf } from '../support/jobs.ts'
import { hold, reserve, setClock, settle } from '../support/operations.ts'

let desk: Desk
/** A connection that travels: every test begins with it on 31 January. */
let sql: Sql
beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-01-31T12:00:00Z') })
  sql = await clockedAt(desk, '2026-01-31T12:00:00Z')
})
beforeEach(() => travel('2026-01-31T12:00:00Z'))
afterAll(() => desk.close())

const travel = (at: string): Promise<void> => setClock(sql, new Date(at))
const typesOf = async (organization: string): Promise<string[]> =>
  (await ledgerOf(desk, organization)).map(({ type, amount }) => `${type} ${amount}`)

describe('reset_periods', () => {
  test('expires the month, rolls over what the plan allows, and allocates', async () => {
    const organization = await foundOrganization(sql)
    await travel('2026-02-28T00:00:00Z')
    expect(await resetPeriods(sql)).toMatchObject({ failed: 0, remaining: false })
    expect((await typesOf(organization)).slice(2)).toEqual([
      'expiry -10.00',
      'expiry -1990.00',
      'rollover 10.00',
      'plan_allocation 2000.00',
    ])
    expect(await balanceOf(desk, organization)).toMatchObject({
      monthly: '2000.00',
      bonus: '10.00',
      used: '0.00',
    })
    expect(await subscriptionOf(sql, organization)).toMatchObject({
      period_start: new Date('2026-02-28T00:00:00Z'),
      period_end: new Date('2026-03-31T00:00:00Z'),
    })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('does nothing a moment before the period ends, and nothing twice', async () => {
    const organization = await foundOrganization(sql)
    await travel('2026-02-27T23:59:59.999Z')
    await resetPeriods(sql)
    expect(await ledgerOf(desk, organization)).toHaveLength(2)
    await travel('2026-02-28T00:00:00Z')
    await resetPeriods(sql)
    await resetPeriods(sql)
    expect(await ledgerOf(desk, organization)).toHaveLength(6)
  })

  test('never touches what was bought or given', async () => {
    const organization = await foundOrganization(sql, { plan: 'pro' })
    await grant({ api: sql }, organization, { source: 'topup', amount: '77.5' })
    await travel('2026-02-28T00:00:00Z')
    await resetPeriods(sql)
    expect(await balanceOf(desk, organization)).toMatchObject({
      monthly: '500.00',
      bonus: '77.50',
    })
  })

  test('rolls over only what was left, and a rollover ends with the next period', async () => {
    const organization = await foundOrganization(sql)
    const reservation = await hold(sql, organization, '1996')
    await settle(sql, { organization, reservation, amount: '1996' })
    await travel('2026-02-28T00:00:00Z')
    await resetPeriods(sql)
    expect(await balanceOf(desk, organization)).toMatchObject({ bonus: '4.00' })
    await travel('2026-03-31T00:00:00Z')
    await resetPeriods(sql)
    expect(await balanceOf(desk, organization)).toMatchObject({ bonus: '10.00', posted: '2010.00' })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('keeps what an open hold was made on, until it ends', async () => {
    const organization = await foundOrganization(sql, { plan: 'free' })
    await travel('2026-02-27T23:59:00Z')
    const reservation = await hold(sql, organization, '6', 300)
    await travel('2026-02-28T00:00:00Z')
    await resetPeriods(sql)
    expect(await balanceOf(desk, organization)).toMatchObject({
      posted: '16.00',
      reserved: '6.00',
      available: '10.00',
    })
    const [row] = await settle(sql, { organization, reservation, amount: '4' })
    expect(row).toMatchObject({ outcome: 'settled', charged_credits: '4.00' })
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '10.00' })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('applies a scheduled downgrade, and a cancellation ends on the free plan', async () => {
    const [down, cancelled] = [await foundOrganization(sql), await foundOrganization(sql)]
    await sql`
      update public.org_plans set pending_plan_id = 'pro', pending_change_at = period_end
      where organization_id = ${down}`
    await sql`
      update public.org_plans set pending_change_at = period_end where organization_id = ${cancelled}`
    await travel('2026-02-28T00:00:00Z')
    await resetPeriods(sql)
    expect(await subscriptionOf(sql, down)).toMatchObject({ plan_id: 'pro', pending: null })
    expect(await balanceOf(desk, down)).toMatchObject({ monthly: '500.00', bonus: '0.00' })
    expect(await subscriptionOf(sql, cancelled)).toMatchObject({
      plan_id: 'free',
      status: 'active',
      pending: null,
    })
    expect(await balanceOf(desk, cancelled)).toMatchObject({ posted: '10.00' })
  })

  test('leaves a change that is not due pending', async () => {
    const organization = await foundOrganization(sql)
    await sql`
      update public.org_plans set pending_plan_id = 'pro', pending_change_at = '2026-03-31'
      where organization_id = ${organization}`
    await travel('2026-02-28T00:00:00Z')
    await resetPeriods(sql)
    expect(await subscriptionOf(sql, organization)).toMatchObject({
      plan_id: 'team',
      pending: new Date('2026-03-31T00:00:00Z'),
    })
  })

  test('catches up with missed periods one by one', async () => {
    const organization = await foundOrganization(sql, { plan: 'pro' })
    await travel('2026-07-15T00:00:00Z')
    await resetPeriods(sql)
    const allocations = (await typesOf(organization)).filter((row) =>
      row.startsWith('plan_allocation 500'),
    )
    expect(allocations).toHaveLength(5)
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '500.00' })
    expect(await subscriptionOf(sql, organization)).toMatchObject({
      period_start: new Date('2026-06-30T00:00:00Z'),
      period_end: new Date('2026-07-31T00:00:00Z'),
    })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('repays a debt out of the new month', async () => {
    const organization = await foundOrganization(sql, { plan: 'free' })
    const reservation = await hold(sql, organization, '10')
    await settle(sql, { organization, reservation, amount: '12' })
    await travel('2026-02-28T00:00:00Z')
    await resetPeriods(sql)
    expect(await balanceOf(desk, organization)).toMatchObject({ debt: '0.00', monthly: '8.00' })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('allocates nothing while the subscription is unpaid', async () => {
    const organization = await foundOrganization(sql)
    await sql`update public.org_plans set status = 'unpaid' where organization_id = ${organization}`
    await travel('2026-02-28T00:00:00Z')
    await resetPeriods(sql)
    expect(await balanceOf(desk, organization)).toMatchObject({ monthly: '0.00', bonus: '10.00' })
  })

  test('leaves subscriptions of the payment provider to billing', async () => {
    const organization = await foundOrganization(sql)
    await sql`
      update public.org_plans set stripe_subscription_id = ${`sub_${organization}`}
      where organization_id = ${organization}`
    await travel('2026-03-05T00:00:00Z')
    await resetPeriods(sql)
    expect(await subscriptionOf(sql, organization)).toMatchObject({
      period_end: new Date('2026-02-28T00:00:00Z'),
    })
  })

  test('the first request of a new period starts it, without the job', async () => {
    const organization = await foundOrganization(sql, { plan: 'free' })
    await travel('2026-02-28T00:00:01Z')
    const [row] = await reserve(sql, { organization, amount: '10' })
    expect(row).toMatchObject({ outcome: 'reserved', available_credits: '0.00' })
    expect(await resetPeriods(sql)).toMatchObject({ failed: 0 })
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '10.00' })
  })

  test('one that cannot be reset does not hold up the others', async () => {
    const [good, bad] = [await foundOrganization(sql), await foundOrganization(sql)]
    await sql`update public.org_plans set time_zone = 'Mars/Olympus' where organization_id = ${bad}`
    await travel('2026-02-28T00:00:00Z')
    expect(await resetPeriods(sql)).toMatchObject({ failed: 1 })
    expect(await subscriptionOf(sql, good)).toMatchObject({
      period_end: new Date('2026-03-31T00:00:00Z'),
    })
    await sql`update public.org_plans set time_zone = 'UTC' where organization_id = ${bad}`
    await resetPeriods(sql)
  })

  test('parallel runners start every period once, beside traffic', async () => {
    const organizations: string[] = []
    for (let count = 0; count < 30; count += 1) {
      organizations.push(await foundOrganization(sql, { plan: 'free' }))
    }
    const runners = await Promise.all(
      Array.from({ length: 4 }, () => clockedAt(desk, '2026-02-28T00:00:00Z')),
    )
    const [first, second, traffic, more] = runners
    await Promise.all([
      ...Array.from({ length: 8 }, () => resetPeriods(first!, 5)),
      ...Array.from({ length: 8 }, () => resetPeriods(second!, 5)),
      ...organizations.map((organization) => reserve(traffic!, { organization, amount: '3' })),
      ...organizations.map((organization) => reserve(more!, { organization, amount: '4' })),
    ])
    await resetPeriods(first!)
    for (const organization of organizations) {
      expect(await balanceOf(desk, organization)).toMatchObject({
        posted: '10.00',
        available: '3.00',
      })
      expect(await brokenRules(desk, organization)).toEqual([])
    }
  })
})
