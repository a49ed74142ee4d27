import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createMember, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { brokenUsage, consume, setCap, setLimit, setOverride } from '../support/quotas.ts'
import type { Decision } from '../support/quotas.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
  await setLimit(desk, { limit: '10' })
})
afterEach(async () => {
  expect(await brokenUsage(desk)).toEqual([])
})
afterAll(() => desk.close())

interface Limit {
  level: string
  period: string
  limit: number | null
  own: boolean
  source: Record<string, unknown>
}

async function limitsOf(
  organization: string,
  user: string | null = null,
  meter = 'letters',
): Promise<Limit[]> {
  return desk.admin<Limit[]>`
    select level, period, limit_amount::float8 as limit, source,
      scope_user_id <> '00000000-0000-0000-0000-000000000000' as own
    from private.quota_limits(${organization}, ${user}, ${meter}, private.current_time_utc())
    order by level, period`
}

async function check(organization: string, user: string | null, amount = '1', meter = 'letters') {
  const [row] = await desk.api<{ outcome: string; decision: Decision }[]>`
    select * from private.check_quota(${organization}, ${user}, ${meter}, ${amount})`
  return row!
}

describe('precedence', () => {
  test('the plan, replaced by an override of the organization, replaced by one of the user', async () => {
    const organization = await createOrganization(desk)
    const [user, other] = [
      await createMember(desk, organization),
      await createMember(desk, organization),
    ]
    const limit = async (of: string | null) =>
      (await limitsOf(organization, of)).map((row) => [row.level, row.limit, row.own])

    expect(await limit(user)).toEqual([['plan', 10, false]])
    await setOverride(desk, organization, { limit: '20' })
    expect(await limit(user)).toEqual([['override', 20, false]])
    await setOverride(desk, organization, { limit: '5', user })
    expect(await limit(user)).toEqual([['override', 5, true]])
    expect(await limit(other)).toEqual([['override', 20, false]])
    expect(await limit(null)).toEqual([['override', 20, false]])
  })

  test('an override tells who set it, why, until when and what it replaced', async () => {
    const organization = await createOrganization(desk)
    const expiresAt = new Date(Date.now() + 3_600_000)
    const set = await setOverride(desk, organization, {
      limit: null,
      expiresAt,
      reason: 'a launch',
    })
    const [row] = await limitsOf(organization)
    expect(row).toMatchObject({
      limit: null,
      source: {
        override_id: set.override_id,
        reason: 'a launch',
        set_by: { by: 'test' },
        plan: 'lab',
        replaced_limit: 10,
      },
    })
    expect(new Date(row!.source['until'] as string)).toEqual(expiresAt)
  })

  test('the newest override in force counts; when it ends or is removed, the one before', async () => {
    const organization = await createOrganization(desk)
    const now = async () => (await limitsOf(organization))[0]!.limit
    await setOverride(desk, organization, { limit: '20' })
    const newest = await setOverride(desk, organization, { limit: '30' })
    expect(await now()).toBe(30)
    await desk.admin`
      update public.quota_overrides
      set created_at = created_at - interval '2 hours', expires_at = now() - interval '1 hour'
      where id = ${newest.override_id}`
    expect(await now()).toBe(20)
    const third = await setOverride(desk, organization, { limit: '40' })
    const removed = await desk.api<{ outcome: string }[]>`
      select * from private.remove_quota_override(${third.override_id}, '{"by": "test"}')`
    const again = await desk.api<{ outcome: string }[]>`
      select * from private.remove_quota_override(${third.override_id}, '{"by": "test"}')`
    expect([removed[0]!.outcome, again[0]!.outcome]).toEqual(['removed', 'replayed'])
    expect(await now()).toBe(20)
  })

  test('a user with an override is measured alone, and his use still counts for all', async () => {
    const organization = await createOrganization(desk)
    const user = await createMember(desk, organization)
    await consume(desk.api, { organization, amount: '10' })
    const [before] = await consume(desk.api, { organization, user, amount: '3' })
    await setOverride(desk, organization, { limit: '3', user })
    const rows = await consume(
      desk.api,
      { organization, user, amount: '3' },
      { organization, user, amount: '1' },
      { organization, amount: '1' },
    )
    expect([before!, ...rows].map(({ outcome }) => outcome)).toEqual([
      'quota_exceeded',
      'recorded',
      'quota_exceeded',
      'quota_exceeded',
    ])
    expect(rows[2]!.decision.used).toBe(13)
  })

  test('a cap comes on top: the most restrictive binds and the denial names it', async () => {
    const organization = await createOrganization(desk)
    const [capped, free] = [
      await createMember(desk, organization),
      await createMember(desk, organization),
    ]
    await setCap(desk, organization, capped, { limit: '4' })
    const rows = await consume(
      desk.api,
      { organization, user: capped, amount: '4' },
      { organization, user: capped, amount: '1' },
      { organization, user: free, amount: '6' },
    )
    expect(rows.map(({ outcome }) => outcome)).toEqual([
      'recorded',
      'member_cap_exceeded',
      'recorded',
    ])
    expect(rows[1]!.decision).toMatchObject({
      level: 'member_cap',
      limit: 4,
      used: 4,
      period: 'month',
    })
    // Now the plan is as close, and for others it is the only one.
    const [other] = await consume(desk.api, { organization, user: free, amount: '1' })
    expect(other).toMatchObject({
      outcome: 'quota_exceeded',
      decision: { level: 'plan', used: 10 },
    })
  })

  test('a cap above the plan does not raise it, also beside an override of the user', async () => {
    const organization = await createOrganization(desk)
    const user = await createMember(desk, organization)
    await setCap(desk, organization, user, { limit: '100' })
    expect((await check(organization, user, '11')).outcome).toBe('quota_exceeded')
    await setOverride(desk, organization, { limit: null, user })
    expect((await check(organization, user, '11')).outcome).toBe('allowed')
    expect((await check(organization, user, '101')).outcome).toBe('member_cap_exceeded')
  })

  test('each period has its limit, and all of them bind', async () => {
    await setLimit(desk, { meter: 'emails', limit: '10' })
    await setLimit(desk, { meter: 'emails', limit: '4', period: 'day' })
    const organization = await createOrganization(desk)
    const [day] = await consume(desk.api, { organization, meter: 'emails', amount: '5' })
    expect(day).toMatchObject({ outcome: 'quota_exceeded', decision: { period: 'day', limit: 4 } })
    await setOverride(desk, organization, { meter: 'emails', period: 'day', limit: null })
    const [month] = await consume(desk.api, { organization, meter: 'emails', amount: '11' })
    expect(month).toMatchObject({ decision: { period: 'month', limit: 10 } })
  })
})

describe('check_quota and explain_quota', () => {
  test('the check says what consuming would, and changes nothing', async () => {
    const organization = await createOrganization(desk)
    const user = await createMember(desk, organization)
    await setCap(desk, organization, user, { limit: '3' })
    for (const amount of ['3', '3.5', '10', '11']) {
      for (const who of [user, null]) {
        const asked = await check(organization, who, amount)
        const [done] = await consume(desk.api, {
          organization,
          user: who,
          amount,
        })
        expect(asked.outcome).toBe(done!.outcome === 'recorded' ? 'allowed' : done!.outcome)
      }
    }
    expect((await check(crypto.randomUUID(), null)).outcome).toBe('unknown_organization')
    expect((await check(organization, null, '1', 'nothing')).outcome).toBe('unknown_meter')
  })

  test('the explanation names every limit, its source, and the one that binds', async () => {
    const organization = await createOrganization(desk)
    const user = await createMember(desk, organization)
    await setOverride(desk, organization, { limit: '20', reason: 'a pilot' })
    await setCap(desk, organization, user, { limit: '5' })
    await setCap(desk, organization, user, { limit: '7', period: 'day' })
    await consume(desk.api, { organization, user, amount: '2' })
    const [row] = await desk.api<{ explained: { rules: Record<string, unknown>[] } }[]>`
      select private.explain_quota(${organization}, ${user}, 'letters') as explained`
    expect(row!.explained.rules).toMatchObject([
      { level: 'member_cap', period: 'month', limit: 5, used: 2, remaining: 3, binds: true },
      { level: 'member_cap', period: 'day', limit: 7, used: 2, remaining: 5, binds: false },
      {
        level: 'override',
        scope: 'organization',
        limit: 20,
        remaining: 18,
        source: { reason: 'a pilot', replaced_limit: 10 },
      },
    ])
    const [none] = await desk.api<{ explained: unknown }[]>`
      select private.explain_quota(${organization}, null, 'nothing') as explained`
    expect(none!.explained).toBeNull()
  })
})

describe('settings that would never count anything are refused', () => {
  test('overrides', async () => {
    const organization = await createOrganization(desk)
    const stranger = await createMember(desk, await createOrganization(desk))
    const cases = [
      [{ meter: 'nothing', limit: '1' }, 'unknown_meter'],
      [{ user: stranger, limit: '1' }, 'unknown_user'],
      [{ period: 'none', limit: '1' }, 'invalid_period'],
      [{ meter: 'storage_bytes', period: 'day', limit: '1' }, 'invalid_period'],
      [{ limit: '-1' }, 'invalid_limit'],
      [{ limit: '1', expiresAt: new Date(0) }, 'invalid_expiry'],
      [{ limit: '1', reason: '' }, 'invalid_reason'],
      [{ limit: '0' }, 'set'],
    ] as const
    for (const [override, outcome] of cases) {
      expect((await setOverride(desk, organization, override)).outcome).toBe(outcome)
    }
    const [nobody] = await desk.api<{ outcome: string }[]>`
      select * from private.set_quota_override(
        ${crypto.randomUUID()}, null, 'letters', null, 1, null, 'none', '{}')`
    expect(nobody!.outcome).toBe('unknown_organization')
  })

  test('limits and caps', async () => {
    const organization = await createOrganization(desk)
    const user = await createMember(desk, organization)
    const stranger = await createMember(desk, await createOrganization(desk))
    await expect(setLimit(desk, { period: 'none', limit: '1' })).rejects.toThrow(/no limit with/)
    await expect(
      setCap(desk, organization, user, { meter: 'storage_bytes', limit: '1' }),
    ).rejects.toThrow()
    await expect(
      setCap(desk, organization, user, { meter: 'nothing', limit: '1' }),
    ).rejects.toThrow()
    await expect(setCap(desk, organization, stranger, { limit: '1' })).rejects.toThrow(/member/)
    await setCap(desk, organization, user, { meter: 'credits', limit: '1' })
  })
})
