import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { balanceOf, brokenRules, createMember, grant, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { foundOrganization } from '../support/jobs.ts'
import { brokenUsage, setCap } from '../support/quotas.ts'
import {
  admit,
  allowance,
  allowBuying,
  begin,
  bookedOf,
  end,
  heartbeat,
  live,
  openClock,
  seen,
  status,
  sweep,
  wrongCounts,
} from '../support/sessions.ts'
import type { Clock, Person } from '../support/sessions.ts'
import { copySubscription, payLine } from '../support/subscriptions.ts'

/** A billed month until 10 March; its grace ends on 17 March. */
const PERIOD_END = '2026-03-10T00:00:00Z'
const GRACE_END = '2026-03-17T00:00:00Z'

let desk: Desk
let clock: Clock
let ada: Person

beforeAll(async () => {
  desk = await openDesk()
  clock = await openClock(desk, '2026-02-10T00:00:00Z')
  await clock.sql`update public.plans set grace_days = 7 where id = 'pro'`
})
beforeEach(async () => {
  await clock.move('2026-02-10T00:00:00Z')
  const organization = await foundOrganization(clock.sql, { plan: 'free' })
  ada = { organization, user: await createMember(desk, organization) }
  await payLine(clock.sql, {
    organization,
    line: 'first',
    from: '2026-02-10T00:00:00Z',
    to: PERIOD_END,
  })
  await clock.move('2026-02-20T12:00:00Z')
})
afterEach(async () => {
  expect([...(await brokenRules(desk, ada.organization))]).toEqual([])
  expect([...(await brokenUsage(desk, ada.organization))]).toEqual([])
  expect(await wrongCounts(clock.sql, ada.organization)).toEqual([])
})
afterAll(() => desk.close())

/** What a suspension makes of a session. */
const ENDED = { status: 'ended', end_reason: 'limit_reached' }

describe('a subscription that is not paid any more', () => {
  test.each(['unpaid', 'paused'])('%s: ends the session at once', async (state) => {
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 60)
    await clock.move(20)
    const at = clock.now()
    await copySubscription(clock.sql, ada.organization, { status: state })
    expect(await seen(clock.sql, session)).toMatchObject({
      ...ENDED,
      used_seconds: 80,
      ended_at: at,
    })
    await clock.move(30)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      ...ENDED,
      outcome: 'ended',
      used_seconds: 80,
      remaining_seconds: 0,
      bound_by: 'subscription',
    })
    expect(await admit(clock.sql, ada, session)).toMatchObject({ outcome: 'ended' })
    expect(await allowance(clock.sql, ada)).toMatchObject({
      outcome: 'subscription_inactive',
      remaining_seconds: 0,
    })
    expect(await bookedOf(clock.sql, ada)).toMatchObject([{ minutes: 1.3333 }])
  })

  test('canceled: the same, by whoever writes it', async () => {
    const session = await begin(clock.sql, ada)
    await clock.move(20)
    await clock.sql`
      update public.org_plans set status = 'canceled' where organization_id = ${ada.organization}`
    expect(await seen(clock.sql, session)).toMatchObject({ ...ENDED, used_seconds: 20 })
  })

  test('costs no more than the lease of a session that was silent', async () => {
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 30)
    await clock.move(300)
    await copySubscription(clock.sql, ada.organization, { status: 'unpaid' })
    expect(await seen(clock.sql, session)).toMatchObject({ ...ENDED, used_seconds: 120 })
  })

  test('past due: the session goes on', async () => {
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 60)
    await copySubscription(clock.sql, ada.organization, { status: 'past_due' })
    expect(await live(clock, ada, session, 60)).toMatchObject({
      status: 'active',
      used_seconds: 120,
    })
  })

  test('bought minutes are charged until then, and the rest is given back', async () => {
    await clock.sql`update public.plans set session_minute_price_credits = 2 where id = 'pro'`
    await setCap({ admin: clock.sql }, ada.organization, ada.user, {
      meter: 'session_minutes',
      limit: '1',
    })
    await allowBuying(clock.sql, ada.organization)
    await grant({ api: clock.sql }, ada.organization, { amount: '50' })
    const before = Number((await balanceOf(desk, ada.organization)).available)
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 90)
    await clock.move(15)
    await copySubscription(clock.sql, ada.organization, { status: 'unpaid' })
    expect(await seen(clock.sql, session)).toMatchObject({
      ...ENDED,
      used_seconds: 105,
      bought_seconds: 45,
      charged_credits: '1.50',
    })
    expect(await balanceOf(desk, ada.organization)).toMatchObject({
      reserved: '0.00',
      available: (before - 1.5).toFixed(2),
    })
  })
})

test('a renewal that is paid in mid-session changes nothing but the period', async () => {
  await clock.move(PERIOD_END)
  await clock.move(-40)
  const session = await begin(clock.sql, ada)
  await live(clock, ada, session, 30)
  await clock.move(30)
  await payLine(clock.sql, {
    organization: ada.organization,
    line: 'second',
    from: PERIOD_END,
    to: '2026-04-10T00:00:00Z',
  })
  await clock.move(10)
  expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
    status: 'active',
    used_seconds: 70,
    period_used_seconds: 30,
  })
  await clock.move(20)
  await end(clock.sql, ada, session)
  expect([...(await bookedOf(clock.sql, ada))]).toEqual([
    { start: '2026-02-10 00:00:00+00', minutes: 0.6667 },
    { start: '2026-03-10 00:00:00+00', minutes: 0.8333 },
  ])
})

describe('a grace that ends', () => {
  const beginBefore = async (seconds: number): Promise<string> => {
    await clock.move(GRACE_END)
    await clock.move(-seconds)
    return begin(clock.sql, ada)
  }

  test('ends the session at that second, with a heartbeat after it', async () => {
    const session = await beginBefore(100)
    expect(await live(clock, ada, session, 60)).toMatchObject({
      status: 'active',
      lease_expires_at: new Date(GRACE_END),
      limit_at: new Date(GRACE_END),
    })
    await clock.move(70)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      ...ENDED,
      outcome: 'ended',
      used_seconds: 100,
      ended_at: new Date(GRACE_END),
      remaining_seconds: 0,
      bound_by: 'subscription',
    })
  })

  test('… and with nobody there, for everybody who looks and for the job', async () => {
    const session = await beginBefore(40)
    await clock.move(41)
    const ended = { ...ENDED, used_seconds: 40, ended_at: new Date(GRACE_END) }
    expect(await seen(clock.sql, session)).toMatchObject(ended)
    await sweep(clock.sql)
    expect(await status(clock.sql, ada, session)).toMatchObject(ended)
  })

  test('… after a silence, with a heartbeat that comes too late for it', async () => {
    const session = await beginBefore(200)
    await clock.move(300)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      ...ENDED,
      used_seconds: 90,
      ended_at: new Date(GRACE_END),
    })
  })

  test('far off is no limit', async () => {
    const session = await begin(clock.sql, ada)
    const { limit_at: limit } = await live(clock, ada, session, 30)
    expect(limit).toEqual(new Date(clock.now().getTime() + (100 * 60 - 30) * 1000))
  })

  test('paid within the last lease: the session goes on', async () => {
    const session = await beginBefore(100)
    await live(clock, ada, session, 60)
    await clock.move(10)
    await payLine(clock.sql, {
      organization: ada.organization,
      line: 'second',
      from: PERIOD_END,
      to: '2026-04-10T00:00:00Z',
    })
    await clock.move(70)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      status: 'active',
      used_seconds: 140,
    })
  })
})
