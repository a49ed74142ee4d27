import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { balanceOf, brokenRules, createMember, grant, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { foundOrganization } from '../support/jobs.ts'
import { reserve } from '../support/operations.ts'
import { brokenUsage, counterOf, setCap, setOverride } from '../support/quotas.ts'
import {
  allowance,
  allowBuying,
  begin,
  bookedOf,
  end,
  heartbeat,
  live,
  openClock,
  periodsOf,
  seen,
  start,
  sweep,
  wrongCounts,
} from '../support/sessions.ts'
import type { Clock, Person } from '../support/sessions.ts'

let desk: Desk
let clock: Clock
let ada: Person

beforeAll(async () => {
  desk = await openDesk()
  clock = await openClock(desk, '2026-03-02T10:00:00Z')
  // One minute in the plan and no credits, minutes beyond it for 2 credits.
  await clock.sql`update public.plans set session_minute_price_credits = 2 where id = 'lab'`
  await clock.sql`
    insert into public.plan_meter_limits (plan_id, meter_id, period, scope, limit_amount)
    values ('lab', 'session_minutes', 'month', 'user', 1)`
})
beforeEach(async () => {
  const organization = await foundOrganization(clock.sql, { plan: 'lab' })
  // The free plan's credits of the first day went with the change of plan.
  ada = { organization, user: await createMember(desk, organization) }
})
afterEach(async () => {
  expect([...(await brokenRules(desk, ada.organization))]).toEqual([])
  expect(await wrongCounts(clock.sql, ada.organization)).toEqual([])
})
afterAll(() => desk.close())

const give = (amount: string) => grant({ api: clock.sql }, ada.organization, { amount })

describe('minutes beyond the plan', () => {
  test('are not bought unless the organization allows it', async () => {
    await give('100')
    const session = await begin(clock.sql, ada)
    expect(await live(clock, ada, session, 90)).toMatchObject({
      end_reason: 'limit_reached',
      used_seconds: 60,
      bought_seconds: 0,
    })
    expect(await balanceOf(desk, ada.organization)).toMatchObject({ available: '100.00' })
    expect(await allowance(clock.sql, ada)).toMatchObject({ outcome: 'quota_exceeded' })
  })

  test('are not bought where the plan sells none', async () => {
    await give('100')
    await allowBuying(clock.sql, ada.organization)
    await clock.sql`update public.plans set session_minute_price_credits = null where id = 'lab'`
    const session = await begin(clock.sql, ada)
    const last = await live(clock, ada, session, 90)
    await clock.sql`update public.plans set session_minute_price_credits = 2 where id = 'lab'`
    expect(last).toMatchObject({ end_reason: 'limit_reached', used_seconds: 60 })
  })

  test('are held ahead, charged as they run, and the rest is given back', async () => {
    await give('100')
    await allowBuying(clock.sql, ada.organization)
    const session = await begin(clock.sql, ada)
    // The lease of 90 seconds reaches beyond the minute: five minutes are held.
    expect(await balanceOf(desk, ada.organization)).toMatchObject({ reserved: '10.00' })
    expect(await live(clock, ada, session, 90)).toMatchObject({
      status: 'active',
      used_seconds: 90,
      bought_seconds: 30,
      remaining_seconds: 0,
      minute_price_credits: '2.00',
    })
    await live(clock, ada, session, 300)
    await clock.move(11)
    const ended = await end(clock.sql, ada, session)
    expect(ended).toMatchObject({ used_seconds: 401, bought_seconds: 341 })
    // Two holds, each rounded up to a hundredth: 240 seconds for 8.00, 101 for 3.37.
    expect(ended.charged_credits).toBe('11.37')
    expect(await balanceOf(desk, ada.organization)).toMatchObject({
      reserved: '0.00',
      available: '88.63',
    })
    expect(await periodsOf(clock.sql, ada)).toMatchObject([{ used: 60, bought: 341, booked: 1 }])
    expect(await bookedOf(clock.sql, ada)).toMatchObject([{ minutes: 1 }])
    const charges = await clock.sql`
      select capability_id, user_id, amount_credits::float8 as credits,
        context ->> 'session_id' as session
      from public.credit_transactions
      where organization_id = ${ada.organization} and type = 'ai_consumption' order by sequence`
    expect([...charges]).toEqual([
      { capability_id: 'live_session', user_id: ada.user, credits: -8, session },
      { capability_id: 'live_session', user_id: ada.user, credits: -3.37, session },
    ])
  })

  test('end with the credits, to the second', async () => {
    await give('1')
    await allowBuying(clock.sql, ada.organization)
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 60)
    await clock.move(29)
    expect(await seen(clock.sql, session)).toMatchObject({ status: 'active' })
    await clock.move(31)
    expect(await seen(clock.sql, session)).toMatchObject({
      end_reason: 'limit_reached',
      used_seconds: 90,
      bought_seconds: 30,
    })
    await sweep(clock.sql)
    expect(await seen(clock.sql, session)).toMatchObject({
      used_seconds: 90,
      charged_credits: '1.00',
    })
    expect(await start(clock.sql, ada)).toMatchObject({ outcome: 'quota_exceeded' })
    expect(await allowance(clock.sql, ada)).toMatchObject({ outcome: 'quota_exceeded' })
  })

  test('start a session that has no minutes of the plan at all', async () => {
    await give('100')
    await allowBuying(clock.sql, ada.organization)
    const first = await begin(clock.sql, ada)
    await live(clock, ada, first, 60)
    await end(clock.sql, ada, first)
    expect(await allowance(clock.sql, ada)).toMatchObject({
      outcome: 'allowed',
      remaining_seconds: 0,
    })
    const second = await begin(clock.sql, ada)
    expect(await live(clock, ada, second, 30)).toMatchObject({
      used_seconds: 30,
      bought_seconds: 30,
    })
  })

  test('of a browser that vanishes are charged to its last heartbeat, also after the hold expired', async () => {
    await give('100')
    await allowBuying(clock.sql, ada.organization)
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 120)
    await clock.move(7200)
    // Anything that moves credits expires the hold before the job comes by.
    await give('1')
    expect(await balanceOf(desk, ada.organization)).toMatchObject({ reserved: '0.00' })
    await sweep(clock.sql)
    expect(await seen(clock.sql, session)).toMatchObject({
      end_reason: 'stale',
      bought_seconds: 60,
      charged_credits: '2.00',
    })
    expect(await balanceOf(desk, ada.organization)).toMatchObject({ available: '99.00' })
  })

  test('run no more once a bigger plan gives minutes again', async () => {
    await give('100')
    await allowBuying(clock.sql, ada.organization)
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 120)
    await clock.sql`select private.set_organization_plan(${ada.organization}, 'team', null)`
    const later = await live(clock, ada, session, 120)
    expect(later).toMatchObject({ used_seconds: 240, bought_seconds: 60, charged_credits: '2.00' })
    const { reserved } = await balanceOf(desk, ada.organization)
    expect(reserved).toBe('0.00')
  })

  test('never reach into a new period, which has minutes of its own', async () => {
    await give('100')
    await allowBuying(clock.sql, ada.organization)
    const [{ period_end: midnight }] = await clock.sql<[{ period_end: Date }]>`
      select period_end from public.org_plans where organization_id = ${ada.organization}`
    await clock.move(new Date(midnight.getTime() - 130_000).toISOString())
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 120)
    expect(await seen(clock.sql, session)).toMatchObject({ bought_seconds: 60 })
    await clock.move(20)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      status: 'active',
      bought_seconds: 70,
      remaining_seconds: 60,
    })
  })

  test('are held back by the cap of the member on credits, to the second', async () => {
    await give('100')
    await allowBuying(clock.sql, ada.organization)
    await setCap({ admin: clock.sql }, ada.organization, ada.user, { meter: 'credits', limit: '3' })
    const counter = { meter: 'credits', user: ada.user }
    const session = await begin(clock.sql, ada)
    expect(await counterOf(desk, ada.organization, counter)).toMatchObject({ used: 0, held: 3 })
    const hold = { ...ada, amount: '0.01' }
    expect(await reserve(clock.sql, hold)).toMatchObject([{ outcome: 'member_cap_exceeded' }])

    await live(clock, ada, session, 120)
    await clock.move(40)
    await sweep(clock.sql)
    expect(await seen(clock.sql, session)).toMatchObject({
      end_reason: 'limit_reached',
      used_seconds: 150,
      bought_seconds: 90,
      charged_credits: '3.00',
    })
    expect(await counterOf(desk, ada.organization, counter)).toMatchObject({ used: 3, held: 0 })
    expect(await allowance(clock.sql, ada)).toMatchObject({ outcome: 'quota_exceeded' })
    expect(await start(clock.sql, ada)).toMatchObject({ outcome: 'quota_exceeded' })
    expect(await brokenUsage(desk, ada.organization)).toEqual([])
  })

  test('that ran before a change to a dearer plan cost what they were sold for', async () => {
    await give('2')
    await allowBuying(clock.sql, ada.organization)
    const oneMinute = { meter: 'session_minutes', limit: '1', user: ada.user }
    await setOverride({ ...desk, api: clock.sql }, ada.organization, oneMinute)
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 60)
    await clock.move(40)
    await clock.sql`update public.plans set session_minute_price_credits = 100 where id = 'free'`
    await clock.sql`select private.set_organization_plan(${ada.organization}, 'free', null)`
    const later = await heartbeat(clock.sql, ada, session)
    await clock.sql`update public.plans set session_minute_price_credits = null where id = 'free'`
    // What is left pays for seconds at the new price only.
    expect(later).toMatchObject({ outcome: 'active', bought_seconds: 40, charged_credits: '1.34' })
    expect(await balanceOf(desk, ada.organization)).toMatchObject({ debt: '0.00', used: '1.34' })
    await clock.move(60)
    await sweep(clock.sql)
    expect(await seen(clock.sql, session)).toMatchObject({ bought_seconds: 46 })
    expect(await balanceOf(desk, ada.organization)).toMatchObject({ debt: '0.00' })
  })
})
