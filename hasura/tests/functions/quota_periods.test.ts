import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openClock } from '../support/clock.ts'
import type { ClockedSql } from '../support/clock.ts'
import { createMember, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { settle } from '../support/operations.ts'
import {
  brokenUsage,
  consume,
  counterOf,
  record,
  reserveWithQuotas,
  setCap,
  setLimit,
} from '../support/quotas.ts'

let desk: Desk
let clock: ClockedSql

beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-01-31T10:00:00Z') })
  clock = await openClock(desk, '2026-01-31T10:00')
  await setLimit(desk, { limit: '10' })
  await setLimit(desk, { meter: 'llm_tokens', period: 'day', limit: '10' })
})
afterEach(async () => {
  expect(await brokenUsage(desk)).toEqual([])
})
afterAll(() => desk.close())

/** Consumes at a moment and says what became of it, and when the limit begins again. */
async function at(moment: string, organization: string, meter: string, amount: string) {
  await clock.setTo(moment)
  const [row] = await consume(clock.sql, { organization, meter, amount })
  const resetsAt = new Date(row!.decision.resets_at!).toISOString().slice(0, 16)
  return [row!.outcome, row!.decision.used, resetsAt]
}

async function inZone(organization: string, zone: string): Promise<void> {
  await desk.admin`
    update public.org_plans set time_zone = ${zone} where organization_id = ${organization}`
}

describe('a month is the billing period', () => {
  test('from the 31st: the last day of a shorter month, then the 31st again', async () => {
    const organization = await createOrganization(desk)
    const uses = [
      ['2026-01-31T10:00', 'recorded', 10, '2026-02-28T00:00'],
      ['2026-02-27T23:59:59.999', 'quota_exceeded', 10, '2026-02-28T00:00'],
      ['2026-02-28T00:00', 'recorded', 10, '2026-03-31T00:00'],
      ['2026-03-30T23:59:59.999', 'quota_exceeded', 10, '2026-03-31T00:00'],
      ['2026-03-31T00:00', 'recorded', 10, '2026-04-30T00:00'],
    ] as const
    for (const [moment, outcome, used, resets] of uses) {
      expect(await at(moment, organization, 'letters', '10')).toEqual([outcome, used, resets])
    }
  })

  test('begins at midnight of the time zone, on both sides of the change of clocks', async () => {
    const organization = await createOrganization(desk)
    await inZone(organization, 'Europe/Berlin')
    await desk.admin`
      update public.org_plans set anchor_day = 29, period_end = '2026-02-27T23:00Z'
      where organization_id = ${organization}`
    await desk.admin`
      update public.organization_credit_balances set period_end = '2026-02-27T23:00Z'
      where organization_id = ${organization}`
    expect(await at('2026-02-27T22:59', organization, 'letters', '10')).toEqual([
      'recorded',
      10,
      '2026-02-27T23:00',
    ])
    // 29 March has 23 hours in Berlin: it begins in winter time.
    expect(await at('2026-02-27T23:00', organization, 'letters', '10')).toEqual([
      'recorded',
      10,
      '2026-03-28T23:00',
    ])
    expect(await at('2026-03-28T23:00', organization, 'letters', '10')).toEqual([
      'recorded',
      10,
      '2026-04-28T22:00',
    ])
  })

  test('goes on by itself while billing has not opened the next one yet', async () => {
    const organization = await createOrganization(desk)
    await desk.admin`
      update public.org_plans set stripe_subscription_id = ${`sub_${organization}`}
      where organization_id = ${organization}`
    await at('2026-02-27T12:00', organization, 'letters', '10')
    expect(await at('2026-02-28T00:30', organization, 'letters', '4')).toEqual([
      'recorded',
      4,
      '2026-03-31T00:00',
    ])
    // The payment has come: the same period, so the same counter.
    await desk.admin`
      update public.org_plans set period_start = '2026-02-28T00:00Z', period_end = '2026-03-31T00:00Z'
      where organization_id = ${organization}`
    expect((await at('2026-02-28T02:00', organization, 'letters', '6'))[1]).toBe(10)
    // A month later nobody has paid at all.
    expect((await at('2026-05-01T02:00', organization, 'letters', '3')).slice(1)).toEqual([
      3,
      '2026-05-31T00:00',
    ])
  })
})

describe('a day is that of the time zone', () => {
  test.each([
    // The clocks go forward on 8 March and back on 1 November: 23 and 25 hours.
    ['America/New_York', '2026-03-08T05:00', '2026-03-09T04:00'],
    ['America/New_York', '2026-11-01T04:00', '2026-11-02T05:00'],
    ['Asia/Kolkata', '2026-03-07T18:30', '2026-03-08T18:30'],
    ['Pacific/Kiritimati', '2026-12-30T10:00', '2026-12-31T10:00'],
    ['UTC', '2026-02-28T00:00', '2026-03-01T00:00'],
    // Midnight does not exist on this day: it begins at one.
    ['America/Asuncion', '2026-10-04T04:00', '2026-10-05T03:00'],
  ])('in %s from %s to %s', async (zone, from, to) => {
    const organization = await createOrganization(desk)
    await inZone(organization, zone)
    const last = new Date(Date.parse(`${to}Z`) - 1).toISOString()
    expect((await at(from, organization, 'llm_tokens', '10'))[0]).toBe('recorded')
    const end = await at(last, organization, 'llm_tokens', '1')
    expect(end[0]).toBe('quota_exceeded')
    expect((await at(to, organization, 'llm_tokens', '10'))[0]).toBe('recorded')
  })
})

describe('what comes late counts when it happened', () => {
  test('in its day and in the period that was open then', async () => {
    const organization = await createOrganization(desk)
    await at('2026-02-27T12:00', organization, 'letters', '4')
    await clock.setTo('2026-03-05T12:00')
    const [row] = await record(clock.sql, {
      organization,
      amount: '3',
      eventAt: new Date('2026-02-20T12:00:00Z'),
    })
    expect(row).toMatchObject({ outcome: 'recorded', decision: { used: 7 } })
    const [outcome, used] = await at('2026-03-05T13:00', organization, 'letters', '1')
    expect([outcome, used]).toEqual(['recorded', 1])
    const rows = await desk.admin`
      select day::text, used_amount::int as used from public.usage_daily
      where organization_id = ${organization} order by day`
    expect(rows).toEqual([
      { day: '2026-02-20', used: 3 },
      { day: '2026-02-27', used: 4 },
      { day: '2026-03-05', used: 1 },
    ])
  })

  test('what was held on one day is booked on that day', async () => {
    const organization = await createOrganization(desk, { credits: '9' })
    await clock.setTo('2026-03-05T23:59')
    const [held] = await reserveWithQuotas(clock.sql, {
      organization,
      quotas: [{ meter: 'llm_tokens', amount: '10' }],
    })
    await clock.setTo('2026-03-06T00:01')
    const reservation = held!.reservation_id
    await settle(clock.sql, { organization, reservation, amount: '1' })
    expect((await at('2026-03-06T00:02', organization, 'llm_tokens', '10'))[0]).toBe('recorded')
    const rows = await desk.admin`
      select day::text from public.usage_daily where organization_id = ${organization} order by day`
    expect(rows).toEqual([{ day: '2026-03-05' }, { day: '2026-03-06' }])
  })
})

test('add_usage splits at the boundary of a period, each part against its own counter', async () => {
  const organization = await createOrganization(desk)
  const user = await createMember(desk, organization)
  await setLimit(desk, { meter: 'session_minutes', scope: 'user', limit: '30' })
  await clock.setTo('2026-02-28T00:10')
  const add = async (minutes: string, eventAt: string, isForced: boolean) => {
    const [row] = await desk.admin<{ outcome: string; remaining: number }[]>`
      select outcome, remaining_amount::float8 as remaining
      from private.add_usage(
        ${organization}, ${user}, 'session_minutes', ${minutes}, '2026-02-28T00:10Z', ${eventAt},
        '{"session": "1"}', ${isForced})`
    return [row!.outcome, row!.remaining]
  }
  expect(await add('20', '2026-02-27T23:50Z', false)).toEqual(['recorded', 10])
  expect(await add('10', '2026-02-28T00:05Z', false)).toEqual(['recorded', 20])
  expect(await add('21', '2026-02-28T00:10Z', false)).toEqual(['quota_exceeded', 20])
  expect(await add('21', '2026-02-28T00:10Z', true)).toEqual(['recorded', 0])
  const rows = await desk.admin`
    select period_start::date::text as from, used_amount::int as used from public.quota_usages
    where organization_id = ${organization} and user_id = ${user} and period = 'month'
    order by period_start`
  expect(rows).toEqual([
    { from: '2026-01-31', used: 20 },
    { from: '2026-02-28', used: 31 },
  ])
  const [nobody] = await desk.admin<{ outcome: string }[]>`
    select * from private.add_usage(
      ${crypto.randomUUID()}, null, 'letters', 1, now(), now(), null, false)`
  expect(nobody!.outcome).toBe('unknown_organization')
})

test('a plan that changes in the period: use stays, the limit is the new one at once', async () => {
  const organization = await createOrganization(desk, { plan: 'free' })
  const user = await createMember(desk, organization)
  await clock.setTo('2026-02-10T12:00')
  await setCap(desk, organization, user, { limit: '6' })
  await consume(clock.sql, { organization, user, amount: '5' })
  const more = async () => (await consume(clock.sql, { organization, user }))[0]!
  expect(await more()).toMatchObject({ outcome: 'quota_exceeded', decision: { limit: 5 } })
  await clock.sql`select from private.set_organization_plan(${organization}, 'pro', null)`
  expect(await more()).toMatchObject({ outcome: 'recorded', decision: { used: 6 } })
  expect(await more()).toMatchObject({ outcome: 'member_cap_exceeded', decision: { limit: 6 } })
  expect(await counterOf(desk, organization, { user })).toEqual({ used: 6, held: 0 })
})
