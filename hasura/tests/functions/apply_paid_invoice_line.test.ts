import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { balanceOf, brokenRules, grant, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { clockedAt, foundOrganization } from '../support/jobs.ts'
import { hold, reserve, setClock, settle } from '../support/operations.ts'
import { billedPlanOf, copySubscription, entriesOf, payLine } from '../support/subscriptions.ts'

let desk: Desk
/** A connection that travels: every test begins with it on 1 January. */
let sql: Sql
let organization: string

beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-01-01T00:00:00Z') })
  sql = await clockedAt(desk, '2026-01-01T00:00:00Z')
})
beforeEach(async () => {
  await travel('2026-01-01T00:00:00Z')
  organization = await foundOrganization(sql, { plan: 'free' })
  await travel('2026-01-31T10:00:00Z')
})
afterAll(() => desk.close())

const travel = (at: string): Promise<void> => setClock(sql, new Date(at))

const JANUARY = { line: 'jan', from: '2026-01-31T10:00:00Z', to: '2026-02-28T10:00:00Z' }
const FEBRUARY = { line: 'feb', from: '2026-02-28T10:00:00Z', to: '2026-03-31T10:00:00Z' }
const MARCH = { line: 'mar', from: '2026-03-31T10:00:00Z', to: '2026-04-30T10:00:00Z' }

const pay = (line: Omit<Parameters<typeof payLine>[1], 'organization'>) =>
  payLine(sql, { organization, ...line })

async function spend(amount: string): Promise<void> {
  const reservation = await hold(sql, organization, amount)
  const [row] = await settle(sql, { organization, reservation, amount })
  expect(row).toMatchObject({ outcome: 'settled', charged_credits: `${amount}.00` })
}

describe('a paid line', () => {
  test('begins the period that it paid for, in place of the free plan', async () => {
    expect(await pay(JANUARY)).toEqual({
      outcome: 'applied',
      replayed: false,
      granted_credits: '500.00',
      available_credits: '500.00',
    })
    expect(await billedPlanOf(sql, organization)).toMatchObject({
      plan_id: 'pro',
      status: 'active',
      period_start: new Date(JANUARY.from),
      period_end: new Date(JANUARY.to),
      is_billed: true,
      grace_ends_at: new Date('2026-03-07T10:00:00Z'),
      anchor_day: 31,
    })
    expect(await entriesOf(desk, organization, 1)).toEqual([
      'expiry -10.00',
      'plan_allocation 500.00',
    ])
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('is applied once, however often it comes', async () => {
    await pay(JANUARY)
    const again = await Promise.all(Array.from({ length: 5 }, () => pay(JANUARY)))
    expect(again.map(({ outcome, replayed }) => [outcome, replayed])).toEqual(
      Array.from({ length: 5 }, () => ['applied', true]),
    )
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '500.00' })
  })

  test('of the next period expires the rest, rolls over, allocates, and leaves what was bought', async () => {
    await pay({ ...JANUARY, plan: 'team' })
    await grant({ api: sql }, organization, { source: 'topup', amount: '77' })
    await spend('1994')
    await travel('2026-02-28T11:00:00Z')
    expect(await pay({ ...FEBRUARY, plan: 'team' })).toMatchObject({ granted_credits: '2000.00' })
    expect((await entriesOf(desk, organization)).slice(-3)).toEqual([
      'expiry -6.00',
      'rollover 6.00',
      'plan_allocation 2000.00',
    ])
    expect(await balanceOf(desk, organization)).toMatchObject({
      monthly: '2000.00',
      bonus: '83.00',
      used: '0.00',
    })
    await travel('2026-03-31T11:00:00Z')
    await pay({ ...MARCH, plan: 'team' })
    // What rolled over ended with its period; of 2,000 unused credits ten roll over.
    expect(await balanceOf(desk, organization)).toMatchObject({ bonus: '87.00' })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('repays a debt and keeps what an open hold was made on', async () => {
    await pay(JANUARY)
    await spend('499')
    await travel('2026-02-28T09:58:00Z')
    const reservation = await hold(sql, organization, '1')
    await settle(sql, { organization, reservation, amount: '3' })
    expect(await balanceOf(desk, organization)).toMatchObject({ debt: '2.00' })
    await pay(FEBRUARY)
    expect(await balanceOf(desk, organization)).toMatchObject({ debt: '0.00', monthly: '498.00' })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('keeps the price and credits that were agreed when the plan was taken', async () => {
    await pay(JANUARY)
    await sql`update public.org_plans set monthly_ai_credits = 450 where organization_id = ${organization}`
    await travel('2026-02-28T10:30:00Z')
    expect(await pay(FEBRUARY)).toMatchObject({ granted_credits: '450.00' })
  })

  test.each([
    ['unknown_plan', { plan: 'gold' }],
    ['invalid_period', { to: JANUARY.from }],
    ['unknown_organization', { organization: '00000000-0000-4000-8000-000000000000' }],
  ])('%s is refused and nothing is written', async (outcome, wrong) => {
    expect(await payLine(sql, { organization, ...JANUARY, ...wrong })).toMatchObject({ outcome })
    expect(await entriesOf(desk, organization, 1)).toEqual([])
  })

  test('of another subscription is refused while one runs (other_subscription)', async () => {
    await pay(JANUARY)
    expect(await pay({ ...JANUARY, line: 'x', subscription: 'sub_second' })).toMatchObject({
      outcome: 'other_subscription',
      available_credits: '500.00',
    })
  })
})

describe('a line that is late, early or out of order', () => {
  test('that is late within grace: the period stays open without new credits', async () => {
    await pay(JANUARY)
    await spend('400')
    await travel('2026-03-05T00:00:00Z')
    await spend('60')
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '40.00' })
    await travel('2026-03-05T01:00:00Z')
    expect(await pay(FEBRUARY)).toMatchObject({ outcome: 'applied', available_credits: '500.00' })
    expect(await balanceOf(desk, organization)).toMatchObject({ used: '0.00' })
    expect(await billedPlanOf(sql, organization)).toMatchObject({
      period_start: new Date(FEBRUARY.from),
      anchor_day: 31,
    })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('after grace nothing is left and AI is refused, until it is paid', async () => {
    await pay(JANUARY)
    const almost = await reserveAt('2026-03-07T09:59:59Z')
    expect(almost).toBe('reserved')
    expect(await reserveAt('2026-03-07T10:00:00Z')).toBe('subscription_inactive')
    expect(await balanceOf(desk, organization)).toMatchObject({ monthly: '1.00' })
    expect(await pay(FEBRUARY)).toMatchObject({ outcome: 'applied', granted_credits: '500.00' })
    expect(await reserveAt('2026-03-07T10:00:01Z')).toBe('reserved')
  })

  test('for a later period waits for it, and begins by the first request', async () => {
    await pay(JANUARY)
    expect(await pay(FEBRUARY)).toMatchObject({ outcome: 'waiting', granted_credits: '0.00' })
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '500.00' })
    expect(await reserveAt('2026-02-28T10:00:00Z')).toBe('reserved')
    expect(await billedPlanOf(sql, organization)).toMatchObject({
      period_end: new Date(FEBRUARY.to),
    })
    expect(await pay(FEBRUARY)).toMatchObject({ outcome: 'applied', replayed: true })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('that waits is begun by the job for an organization that nobody touches', async () => {
    await pay(JANUARY)
    await pay(FEBRUARY)
    await travel('2026-03-01T00:00:00Z')
    await sql`select private.start_waiting_periods(100)`
    await sql`select private.start_waiting_periods(100)`
    expect((await entriesOf(desk, organization)).slice(-2)).toEqual([
      'expiry -500.00',
      'plan_allocation 500.00',
    ])
  })

  test('for a period that is over: its credits come and expire, both in the ledger', async () => {
    await pay({ ...JANUARY, plan: 'team' })
    await travel('2026-04-01T00:00:00Z')
    await pay({ ...MARCH, plan: 'team' })
    expect(await pay({ ...FEBRUARY, plan: 'team' })).toMatchObject({
      outcome: 'lapsed',
      granted_credits: '2000.00',
      available_credits: '2010.00',
    })
    expect((await entriesOf(desk, organization)).slice(-2)).toEqual([
      'plan_allocation 2000.00',
      'expiry -2000.00',
    ])
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('rolls over into the running period what the order would have', async () => {
    await pay({ ...JANUARY, plan: 'team' })
    await spend('1996')
    await travel('2026-04-01T00:00:00Z')
    await pay({ ...MARCH, plan: 'team' })
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '2004.00' })
    await pay({ ...FEBRUARY, plan: 'team' })
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '2010.00' })
    await travel('2026-04-30T11:00:00Z')
    await pay({ line: 'apr', from: MARCH.to, to: '2026-05-31T10:00:00Z', plan: 'team' })
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '2010.00' })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('of a subscription that has ended pays for its time and then the plan is free', async () => {
    await pay(JANUARY)
    await travel('2026-03-01T00:00:00Z')
    // It ended before its last payment became known.
    await copySubscription(sql, organization, { status: 'canceled' })
    expect(await billedPlanOf(sql, organization)).toMatchObject({
      plan_id: 'free',
      is_billed: false,
    })
    await pay(FEBRUARY)
    await copySubscription(sql, organization, { status: 'canceled' })
    expect(await billedPlanOf(sql, organization)).toMatchObject({
      plan_id: 'pro',
      is_billed: false,
      pending_change_at: new Date(FEBRUARY.to),
    })
    await travel('2026-03-31T10:00:00Z')
    await reserve(sql, { organization, amount: '1' })
    expect(await billedPlanOf(sql, organization)).toMatchObject({ plan_id: 'free' })
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '10.00' })
    expect(await brokenRules(desk, organization)).toEqual([])
  })
})

async function reserveAt(at: string): Promise<string> {
  await travel(at)
  const [row] = await reserve(sql, { organization, amount: '1' })
  return row!.outcome
}
