import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openClock } from '../support/clock.ts'
import type { ClockedSql } from '../support/clock.ts'
import { createMember, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { hold, reserve, settle } from '../support/operations.ts'
import { brokenUsage, consume, record, setCap, setLimit, setOverride } from '../support/quotas.ts'

let desk: Desk
let clock: ClockedSql

beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-03-01T00:00:00Z') })
  clock = await openClock(desk, '2026-03-10T12:00')
  await setLimit(desk, { limit: '10' })
  await setLimit(desk, { meter: 'storage_bytes', period: 'none', limit: '100' })
  await setLimit(desk, { meter: 'session_minutes', scope: 'user', limit: '50' })
})
afterEach(async () => {
  expect(await brokenUsage(desk)).toEqual([])
})
afterAll(() => desk.close())

async function charge(
  organization: string,
  amount: string,
  more: { user?: string; capability?: string; level?: string } = {},
) {
  const [row] = await reserve(clock.sql, { organization, amount, ...more })
  const reservation = row!.reservation_id
  await settle(clock.sql, { organization, reservation, amount })
}

const fold = async () =>
  (
    await clock.sql<{ processed: number; rows: number }[]>`
      select processed, rows
      from private.fold_credit_usage(1000, '00000000-0000-0000-0000-000000000000')`
  )[0]!

interface Point {
  day: string
  key: string | null
  label: string | null
  amount: number
  level: number | null
  entries: number
}

async function series(
  organization: string,
  { days = 3, meter = 'credits', by = 'none' } = {},
): Promise<Point[]> {
  return clock.sql<Point[]>`
    select day::text, key, label, amount::float8, level_amount::float8 as level, entries::int
    from public.usage_series(${organization}, ${days}, ${meter}, ${by})`
}

const amounts = async (...question: Parameters<typeof series>) =>
  (await series(...question)).map(({ day, amount }) => [day, amount])

describe('usage_series', () => {
  test('has a row for each day, zero where nothing was recorded, also of a new organization', async () => {
    await clock.setTo('2026-03-10T12:00')
    const organization = await createOrganization(desk, { credits: '100' })
    expect(await amounts(organization)).toEqual([
      ['2026-03-08', 0],
      ['2026-03-09', 0],
      ['2026-03-10', 0],
    ])
    for (const days of [7, 30, 90]) expect(await series(organization, { days })).toHaveLength(days)
    await charge(organization, '2')
    await charge(organization, '3')
    expect((await amounts(organization)).at(-1)).toEqual(['2026-03-10', 5])
    expect(await series(crypto.randomUUID())).toEqual([])
  })

  test('is the same before, between and after folds of the roll-up', async () => {
    await clock.setTo('2026-03-09T12:00')
    const organization = await createOrganization(desk, { credits: '100' })
    await charge(organization, '2')
    await fold()
    await clock.setTo('2026-03-10T12:00')
    await charge(organization, '3')
    await charge(organization, '4')
    const expected = [
      ['2026-03-08', 0],
      ['2026-03-09', 2],
      ['2026-03-10', 7],
    ]
    expect(await amounts(organization)).toEqual(expected)
    expect((await fold()).processed).toBe(1)
    expect(await amounts(organization)).toEqual(expected)
    expect(await fold()).toEqual({ processed: 0, rows: 0 })
  })

  test('days are those of the time zone; another zone makes the roll-up anew', async () => {
    await clock.setTo('2026-03-09T23:30')
    const organization = await createOrganization(desk, { credits: '100' })
    await charge(organization, '2')
    await fold()
    await desk.admin`
      update public.org_plans set time_zone = 'Europe/Berlin'
      where organization_id = ${organization}`
    expect((await amounts(organization)).at(-1)).toEqual(['2026-03-10', 2])
    await fold()
    expect((await amounts(organization)).at(-1)).toEqual(['2026-03-10', 2])
  })

  test('another zone waits for the first fold, which knows only the old one', async () => {
    await clock.setTo('2026-03-10T23:30')
    const organization = await createOrganization(desk, { credits: '100' })
    await charge(organization, '3')
    let change: Promise<unknown> | undefined
    await desk.admin.begin(async (folding) => {
      await folding`
        select from private.fold_credit_usage(1000, '00000000-0000-0000-0000-000000000000')`
      let isOver = false
      change = desk.admin`
        update public.org_plans set time_zone = 'Asia/Tokyo'
        where organization_id = ${organization}`.then(() => (isOver = true))
      const isWaiting = async () =>
        (
          await desk.admin`select from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0`
        ).length > 0
      while (!isOver && !(await isWaiting()));
    })
    await change
    expect(await brokenUsage(desk, organization)).toEqual([])
  })

  test('breaks credits down by capability, level, model and member, with names', async () => {
    await clock.setTo('2026-03-10T12:00')
    const organization = await createOrganization(desk, { credits: '100' })
    const user = await createMember(desk, organization)
    await charge(organization, '2', { user, capability: 'testimonial_polish', level: 'premium' })
    await fold()
    await charge(organization, '1')
    const last = async (by: string) =>
      (await series(organization, { days: 1, by }))
        .map(({ key, label, amount }) => [key, label, amount])
        .toSorted()
    expect(await last('capability')).toEqual([
      ['question_generation', 'Suggest questions', 1],
      ['testimonial_polish', 'Polish testimonial', 2],
    ])
    expect(await last('level')).toEqual([
      ['fast', 'Fast', 1],
      ['premium', 'Premium', 2],
    ])
    expect(await last('member')).toEqual([
      [null, null, 1],
      [user, 'Ada', 2],
    ])
    expect((await last('model')).map(([, , amount]) => amount).toSorted()).toEqual([1, 2])
  })

  test('of a meter, and of a level with what was there at the end of each day', async () => {
    await clock.setTo('2026-03-08T12:00')
    const organization = await createOrganization(desk)
    const storage = { organization, meter: 'storage_bytes' }
    await consume(clock.sql, { ...storage, amount: '50' })
    await clock.setTo('2026-03-10T12:00')
    await consume(clock.sql, { ...storage, amount: '-20' }, { organization, amount: '2.5' })
    const rows = await series(organization, { meter: 'storage_bytes' })
    expect(rows.map(({ amount, level }) => [amount, level])).toEqual([
      [50, 50],
      [0, 50],
      [-20, 30],
    ])
    expect((await amounts(organization, { meter: 'letters' })).at(-1)).toEqual(['2026-03-10', 2.5])
  })

  test('tells the 20 largest keys apart, the rest is one', async () => {
    await clock.setTo('2026-03-10T12:00')
    const organization = await createOrganization(desk)
    const users = await Promise.all(
      Array.from({ length: 23 }, () => createMember(desk, organization)),
    )
    await record(
      clock.sql,
      ...users.map((user, index) => ({ organization, user, amount: `${index + 1}` })),
    )
    const rows = await series(organization, { days: 1, meter: 'letters', by: 'member' })
    expect(rows).toHaveLength(21)
    expect(rows.find(({ key }) => key === 'other')).toMatchObject({ amount: 6, entries: 3 })
  })
})

interface Position {
  meter_id: string
  user_id: string | null
  limit: number | null
  used: number
  remaining: number | null
  utilization: number | null
  level: string
  scope: string
}

describe('summary, remaining, nearing', () => {
  const summary = (organization: string) =>
    clock.sql<Position[]>`
      select meter_id, user_id, limit_amount::float8 as limit, used_amount::float8 as used,
        remaining_amount::float8 as remaining, utilization::float8, level, scope
      from public.usage_summary(${organization})`
  const remaining = (organization: string, user: string) =>
    clock.sql<Position[]>`
      select meter_id, user_id, limit_amount::float8 as limit, used_amount::float8 as used,
        remaining_amount::float8 as remaining, utilization::float8, level, scope
      from public.remaining_quota(${organization}, ${user})`
  const nearing = (organization: string) =>
    clock.sql<Position[]>`
      select meter_id, user_id, limit_amount::float8 as limit, used_amount::float8 as used,
        utilization::float8, level, scope
      from public.nearing_quota(${organization})`

  const of = (rows: Position[], meter: string) => rows.find(({ meter_id: id }) => id === meter)!

  test('the summary of a new organization is all zeros, unlimited has no percentage', async () => {
    await clock.setTo('2026-03-10T12:00')
    const organization = await createOrganization(desk)
    await setOverride(desk, organization, { limit: null })
    const rows = await summary(organization)
    expect(rows).toHaveLength(8)
    expect(rows.every(({ used }) => used === 0)).toBe(true)
    expect(of(rows, 'letters')).toMatchObject({ limit: null, remaining: null, utilization: null })
    expect(of(rows, 'storage_bytes')).toMatchObject({ limit: 100, remaining: 100, utilization: 0 })
  })

  test('summary and remaining tell the numbers that enforcement decides on', async () => {
    await clock.setTo('2026-03-10T12:00')
    const organization = await createOrganization(desk, { credits: '10' })
    const user = await createMember(desk, organization)
    await setCap(desk, organization, user, { limit: '4' })
    await consume(
      clock.sql,
      { organization, amount: '5' },
      { organization, user, amount: '3' },
      { organization, user, meter: 'session_minutes', amount: '20' },
    )
    await hold(clock.sql, organization, '2.5')
    const whole = await summary(organization)
    expect(of(whole, 'letters')).toMatchObject({ used: 8, remaining: 2, utilization: 0.8 })
    // Each user has a limit of his own: for the whole organization there is none.
    expect(of(whole, 'session_minutes')).toMatchObject({ used: 20, limit: null })
    expect(of(whole, 'credits')).toMatchObject({ limit: 10, used: 0, remaining: 7.5 })
    const own = await remaining(organization, user)
    expect(of(own, 'letters')).toMatchObject({ level: 'member_cap', remaining: 1, scope: 'user' })
    expect(of(own, 'session_minutes')).toMatchObject({ limit: 50, used: 20, remaining: 30 })
    const [allowed] = await consume(clock.sql, { organization, user, amount: '1' })
    const [refused] = await consume(clock.sql, { organization, user, amount: '0.5' })
    expect([allowed!.outcome, refused!.outcome]).toEqual(['recorded', 'member_cap_exceeded'])
    expect(await remaining(organization, crypto.randomUUID())).toEqual([])
  })

  test('nearing: limits of all and of users from the threshold on, the fullest first', async () => {
    await clock.setTo('2026-03-10T12:00')
    const organization = await createOrganization(desk, { credits: '10' })
    const [near, far] = [
      await createMember(desk, organization),
      await createMember(desk, organization),
    ]
    const session = { organization, meter: 'session_minutes' }
    await consume(
      clock.sql,
      { organization, amount: '8' },
      { ...session, user: near, amount: '45' },
      { ...session, user: far, amount: '5' },
      { organization, meter: 'storage_bytes', amount: '79' },
    )
    expect(
      (await nearing(organization)).map((row) => [row.meter_id, row.user_id, row.utilization]),
    ).toEqual([
      ['session_minutes', near, 0.9],
      ['letters', null, 0.8],
    ])
  })
})

describe('periods, ranks, forecast, statistics', () => {
  test('six periods back, zero where nothing was recorded', async () => {
    await clock.setTo('2026-03-10T12:00')
    const organization = await createOrganization(desk, { credits: '100' })
    await consume(clock.sql, { organization, amount: '3' })
    await charge(organization, '2')
    await clock.setTo('2026-05-15T12:00')
    await consume(clock.sql, { organization, amount: '4' })
    await charge(organization, '5')
    const byPeriod = async (meter: string) =>
      (
        await clock.sql<{ from: string; amount: number; current: boolean }[]>`
          select period_start::date::text as from, used_amount::float8 as amount,
            is_current as current
          from public.usage_by_period(${organization}, 6, ${meter})`
      ).map(({ from, amount, current }) => [from, amount, current])
    const expected = (march: number, may: number) => [
      ['2026-05-01', may, true],
      ['2026-04-01', 0, false],
      ['2026-03-01', march, false],
      ['2026-02-01', 0, false],
      ['2026-01-01', 0, false],
      ['2025-12-01', 0, false],
    ]
    expect(await byPeriod('letters')).toEqual(expected(3, 4))
    expect(await byPeriod('credits')).toEqual(expected(2, 5))
  })

  test('ranks with shares', async () => {
    await clock.setTo('2026-03-10T12:00')
    const organization = await createOrganization(desk, { credits: '100' })
    const user = await createMember(desk, organization)
    await charge(organization, '3', { user })
    await charge(organization, '1', { capability: 'testimonial_polish' })
    const members = await clock.sql`
      select place, key, label, amount::float8, share::float8
      from public.top_members(${organization})`
    expect(members).toEqual([
      { place: 1, key: user, label: 'Ada', amount: 3, share: 0.75 },
      { place: 2, key: null, label: null, amount: 1, share: 0.25 },
    ])
    const capabilities = await clock.sql<{ key: string }[]>`
      select key from public.top_capabilities(${organization})`
    expect(capabilities.map(({ key }) => key)).toEqual([
      'question_generation',
      'testimonial_polish',
    ])
  })

  test('use of a person whose account is gone stays his', async () => {
    await clock.setTo('2026-03-10T12:00')
    const organization = await createOrganization(desk, { credits: '100' })
    const user = await createMember(desk, organization)
    await charge(organization, '3', { user })
    await desk.admin`delete from auth.users where id = ${user}`
    // By this column the permissions keep it from other members.
    const rows = await clock.sql`
      select user_id from public.top_members(${organization})
      union select user_id from public.usage_series(${organization}, 7, 'credits', 'member')`
    expect([...rows]).toEqual([{ user_id: user }])
  })

  const forecast = async (organization: string) =>
    (
      await clock.sql<Record<string, unknown>[]>`
        select available_credits::float8 as available, credits_per_day::float8 as rate,
          days_of_history as days, exhausted_on::text as on, earliest_on::text as earliest,
          latest_on::text as latest, ends_before_renewal as ends,
          projected_used_credits::float8 as projected, shortfall_credits::float8 as shortfall
        from public.credit_forecast(${organization})`
    )[0]!

  test('steady use: the day is exact and the interval is that day', async () => {
    await clock.setTo('2026-03-02T12:00')
    const organization = await createOrganization(desk, { credits: '100' })
    expect(await forecast(organization)).toMatchObject({ on: null, rate: 0, days: 0 })
    for (const day of ['02', '03', '04', '05', '06', '07']) {
      await clock.setTo(`2026-03-${day}T12:00`)
      await charge(organization, '10')
    }
    await clock.setTo('2026-03-08T00:00')
    // 40 are left, 10 a day: today, and three more.
    expect(await forecast(organization)).toEqual({
      available: 40,
      rate: 10,
      days: 6,
      on: '2026-03-11',
      earliest: '2026-03-11',
      latest: '2026-03-11',
      ends: true,
      projected: 300,
      shortfall: 200,
    })
  })

  test('uneven use: the interval opens; two days are no history', async () => {
    await clock.setTo('2026-03-02T12:00')
    const organization = await createOrganization(desk, { credits: '200' })
    const uses = ['4', '16', '2', '18', '10', '10']
    for (const [index, amount] of uses.entries()) {
      await clock.setTo(`2026-03-0${index + 2}T12:00`)
      await charge(organization, amount)
      if (index === 1) {
        await clock.setTo('2026-03-04T00:00')
        expect(await forecast(organization)).toMatchObject({ days: 2, on: null, earliest: null })
      }
    }
    await clock.setTo('2026-03-08T00:00')
    const told = await forecast(organization)
    expect(told).toMatchObject({ rate: 10, days: 6, on: '2026-03-21' })
    expect(String(told['earliest']) < '2026-03-21').toBe(true)
    expect(String(told['latest']) > '2026-03-21').toBe(true)
  })

  test('statistics of the platform', async () => {
    await clock.setTo('2026-03-20T12:00')
    const [before] = await clock.sql<{ total: number; over: number }[]>`
      select total_amount::float8 as total, organizations_over_limit::int as over
      from public.aggregate_statistics(1) where meter_id = 'letters'`
    expect(before).toEqual({ total: 0, over: expect.any(Number) })
    const organizations = [
      await createOrganization(desk),
      await createOrganization(desk),
      await createOrganization(desk),
    ]
    await consume(
      clock.sql,
      ...organizations.map((organization, index) => ({ organization, amount: `${index * 4 + 2}` })),
    )
    const [row] = await clock.sql`
      select organizations::int, total_amount::float8 as total, mean_amount::float8 as mean,
        median_amount::float8 as median, largest_amount::float8 as largest,
        organizations_over_limit::int - ${before!.over}::int as over
      from public.aggregate_statistics(1) where meter_id = 'letters'`
    expect(row).toEqual({ organizations: 3, total: 18, mean: 6, median: 6, largest: 10, over: 1 })
  })
})
