import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMember, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { foundOrganization } from '../support/jobs.ts'
import {
  begin,
  bookedOf,
  end,
  heartbeat,
  live,
  openClock,
  periodsOf,
  seen,
  silentAcross,
  start,
  status,
  sweep,
  wrongCounts,
} from '../support/sessions.ts'
import type { Clock, Person } from '../support/sessions.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

async function personAt(at: string, { plan = 'free', timeZone = 'UTC' } = {}) {
  const clock = await openClock(desk, at)
  const organization = await foundOrganization(clock.sql, { plan, timeZone })
  return { clock, ada: { organization, user: await createMember(desk, organization) } }
}

const changePlan = ({ sql }: Clock, { organization }: Person, plan: string) =>
  sql`select private.set_organization_plan(${organization}, ${plan}, null)`

describe('a period that ends inside a session', () => {
  test('gets its seconds, and the next one its own, each with its limit', async () => {
    const { clock, ada } = await personAt('2026-01-31T12:00:00Z')
    await clock.move('2026-02-27T23:52:00Z')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 470)
    // 28 February is the last day: periods of the 31st begin with it.
    await clock.move(30)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      status: 'active',
      used_seconds: 500,
      remaining_seconds: 580,
      period_used_seconds: 20,
    })
    await live(clock, ada, session, 570)
    await clock.move(20)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      end_reason: 'limit_reached',
      used_seconds: 1080,
    })
    const february = '2026-02-28 00:00:00+00'
    expect(await periodsOf(clock.sql, ada)).toMatchObject([
      { end: february, used: 480, booked: 8, limit: 10 },
      { start: february, end: '2026-03-31 00:00:00+00', used: 600, booked: 10 },
    ])
    expect(await bookedOf(clock.sql, ada)).toMatchObject([{ minutes: 8 }, { minutes: 10 }])
  })

  test('brings new minutes to a session that had none left for long', async () => {
    const { clock, ada } = await personAt('2026-01-10T12:00:00Z')
    await clock.move('2026-02-09T23:50:10Z')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 570)
    // 30 seconds are left, 20 until midnight: the lease goes on into the new period.
    await clock.move(60)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      status: 'active',
      used_seconds: 630,
      remaining_seconds: 560,
    })
    expect(await periodsOf(clock.sql, ada)).toMatchObject([{ used: 590 }, { used: 40 }])
  })

  test('early, as when a plan is bought, ends there in the books of the user too', async () => {
    const { clock, ada } = await personAt('2026-03-02T10:00:00Z')
    const first = await begin(clock.sql, ada)
    await live(clock, ada, first, 60)
    await end(clock.sql, ada, first)
    await clock.move(3600)
    const bought = '2026-03-02 11:01:00+00'
    const next = '2026-04-02 11:01:00+00'
    await clock.sql`
      update public.org_plans set plan_id = 'pro', period_start = ${bought}, period_end = ${next}
      where organization_id = ${ada.organization}`
    await clock.sql`
      update public.organization_credit_balances
      set period_start = ${bought}, period_end = ${next}
      where organization_id = ${ada.organization}`
    await live(clock, ada, await begin(clock.sql, ada), 30)
    expect(await periodsOf(clock.sql, ada)).toMatchObject([
      { end: bought, used: 60, limit: 10, plan: 'free' },
      { start: bought, end: next, used: 30, limit: 100, plan: 'pro' },
    ])
    await sweep(clock.sql)
    expect(await periodsOf(clock.sql, ada)).toMatchObject([{ archived: true }, { archived: false }])
  })

  test('ends a session whose minutes end a second before', async () => {
    const { clock, ada } = await personAt('2026-01-10T12:00:00Z')
    await clock.move('2026-02-09T23:49:59Z')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 580)
    await clock.move(60)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      end_reason: 'limit_reached',
      used_seconds: 600,
      ended_at: new Date('2026-02-09T23:59:59Z'),
    })
  })

  test('begins at midnight of the organization, also when its clocks change', async () => {
    // In Berlin, 29 March 2026 has 23 hours.
    const { clock, ada } = await personAt('2026-01-29T12:00:00Z', { timeZone: 'Europe/Berlin' })
    await clock.move('2026-03-28T22:59:00Z')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 90)
    await end(clock.sql, ada, session)
    expect(await periodsOf(clock.sql, ada)).toMatchObject([
      { start: '2026-02-27 23:00:00+00', end: '2026-03-28 23:00:00+00', used: 60 },
      { start: '2026-03-28 23:00:00+00', end: '2026-04-28 22:00:00+00', used: 30 },
    ])
  })

  test('is archived once every session of it is counted', async () => {
    const { clock, ada } = await personAt('2026-01-10T12:00:00Z')
    await clock.move('2026-02-09T23:59:00Z')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 30)
    await clock.move(300)
    await sweep(clock.sql)
    expect(await periodsOf(clock.sql, ada)).toMatchObject([{ used: 30, archived: false }])
    await clock.move(600)
    await sweep(clock.sql)
    expect(await seen(clock.sql, session)).toMatchObject({ end_reason: 'stale', used_seconds: 30 })
    expect(await periodsOf(clock.sql, ada)).toMatchObject([
      { used: 30, booked: 0.5, archived: true, plan: 'free' },
    ])
  })

  test('is booked to the second by a heartbeat that comes after a silence across its end', async () => {
    const { clock, ada } = await personAt('2026-01-10T12:00:00Z', { plan: 'pro' })
    expect(await silentAcross(clock, ada, '2026-02-10T00:00:00Z')).toMatchObject({
      status: 'active',
      used_seconds: 110,
      bought_seconds: 56,
    })
    await sweep(clock.sql)
    expect(await periodsOf(clock.sql, ada)).toMatchObject([
      { used: 54, bought: 56, booked: 0.9, archived: true },
    ])
    expect(await bookedOf(clock.sql, ada)).toMatchObject([{ minutes: 0.9 }])
    expect(await wrongCounts(clock.sql, ada.organization)).toEqual([])
  })
})

describe('a day that begins inside a session', () => {
  test('has its own part of the usage, in the time zone of the organization', async () => {
    const { clock, ada } = await personAt('2026-03-02T12:00:00Z', {
      plan: 'pro',
      timeZone: 'Asia/Tokyo',
    })
    await clock.move('2026-03-05T14:59:00Z')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 90)
    await end(clock.sql, ada, session)
    const days = await clock.sql`
      select day::text, used_amount::float8 as minutes from public.usage_daily
      where organization_id = ${ada.organization} and user_id = ${ada.user} order by day`
    expect([...days]).toEqual([
      { day: '2026-03-05', minutes: 1 },
      { day: '2026-03-06', minutes: 0.5 },
    ])
  })

  test('leaves nothing of the day before unbooked, also after a silence across midnight', async () => {
    const { clock, ada } = await personAt('2026-03-02T12:00:00Z', { plan: 'pro' })
    await silentAcross(clock, ada, '2026-03-06T00:00:00Z')
    const days = await clock.sql`
      select day::text, used_amount::float8 as minutes from public.usage_daily
      where organization_id = ${ada.organization} and user_id = ${ada.user} order by day`
    expect([...days]).toEqual([{ day: '2026-03-05', minutes: 0.9 }])
  })
})

describe('a change of plan in mid-session', () => {
  test('up: the session goes on beyond the old limit, without a heartbeat in between', async () => {
    const { clock, ada } = await personAt('2026-03-02T10:00:00Z')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 570)
    await clock.move(25)
    await changePlan(clock, ada, 'pro')
    await clock.move(10)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      status: 'active',
      used_seconds: 605,
      remaining_seconds: 5395,
      limit_minutes: '100.0000',
    })
  })

  test('up, but too late: what has ended stays ended', async () => {
    const { clock, ada } = await personAt('2026-03-02T10:00:00Z')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 570)
    await clock.move(31)
    await changePlan(clock, ada, 'pro')
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      end_reason: 'limit_reached',
      used_seconds: 600,
    })
    expect(await start(clock.sql, ada)).toMatchObject({ outcome: 'started' })
  })

  test('down below what is used: the session ends at once, and costs what was used', async () => {
    const { clock, ada } = await personAt('2026-03-02T10:00:00Z', { plan: 'pro' })
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 900)
    await clock.move(12)
    const at = clock.now()
    await changePlan(clock, ada, 'free')
    await clock.move(5)
    expect(await seen(clock.sql, session)).toMatchObject({
      status: 'ended',
      end_reason: 'limit_reached',
      used_seconds: 912,
      ended_at: at,
    })
    expect(await bookedOf(clock.sql, ada)).toMatchObject([{ minutes: 15.2 }])
    expect(await start(clock.sql, ada)).toMatchObject({ outcome: 'quota_exceeded' })
  })

  test('down above what is used: the session ends at the new limit', async () => {
    const { clock, ada } = await personAt('2026-03-02T10:00:00Z', { plan: 'pro' })
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 570)
    await clock.move(10)
    await changePlan(clock, ada, 'free')
    await clock.move(40)
    expect(await status(clock.sql, ada, session)).toMatchObject({
      end_reason: 'limit_reached',
      used_seconds: 600,
    })
  })
})

describe('limits', () => {
  test('of a member bind on top of the plan (member_cap_exceeded)', async () => {
    const { clock, ada } = await personAt('2026-03-02T10:00:00Z', { plan: 'team' })
    await clock.sql`
      insert into public.member_caps (organization_id, user_id, meter_id, period, limit_amount)
      values (${ada.organization}, ${ada.user}, 'session_minutes', 'month', 1.5)`
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 60)
    await clock.move(30)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      end_reason: 'limit_reached',
      used_seconds: 90,
    })
    expect(await start(clock.sql, ada)).toMatchObject({
      outcome: 'member_cap_exceeded',
      limit_minutes: '1.5000',
    })
  })

  test('may be lifted: unlimited minutes have no end', async () => {
    const { clock, ada } = await personAt('2026-03-02T10:00:00Z')
    await clock.sql`
      insert into public.quota_overrides
        (organization_id, meter_id, period, limit_amount, reason, actor, created_at)
      values (${ada.organization}, 'session_minutes', 'month', null, 'test', '{}', ${clock.now()})`
    const session = await begin(clock.sql, ada)
    expect(await live(clock, ada, session, 700)).toMatchObject({
      status: 'active',
      remaining_seconds: null,
      limit_at: null,
    })
    expect(await periodsOf(clock.sql, ada)).toMatchObject([{ used: 700, limit: null }])
  })

  test('of the whole organization hold for all its sessions together', async () => {
    const { clock, ada } = await personAt('2026-03-02T10:00:00Z')
    await clock.sql`
      update public.plan_meter_limits set scope = 'organization'
      where plan_id = 'free' and meter_id = 'session_minutes'`
    const people = [ada]
    for (let more = 0; more < 3; more++) {
      people.push({ ...ada, user: await createMember(desk, ada.organization) })
    }
    const sessions: string[] = []
    for (const person of people) sessions.push(await begin(clock.sql, person))
    for (let times = 0; times < 10; times++) {
      await clock.move(30)
      for (const [index, person] of people.entries()) {
        await heartbeat(clock.sql, person, sessions[index]!)
      }
    }
    await clock.move(90)
    await sweep(clock.sql)
    const [used] = await clock.sql<{ seconds: number }[]>`
      select sum(used_seconds)::int as seconds from private.metered_sessions
      where organization_id = ${ada.organization} and end_reason = 'limit_reached'`
    await clock.sql`
      update public.plan_meter_limits set scope = 'user'
      where plan_id = 'free' and meter_id = 'session_minutes'`
    expect(used).toEqual({ seconds: 600 })
  })
})
