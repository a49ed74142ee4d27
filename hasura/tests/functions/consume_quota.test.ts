import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createMember, createOrganization, newKey, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { suspend } from '../support/purchases.ts'
import { brokenUsage, consume, counterOf, record, setLimit } from '../support/quotas.ts'
import type { UseRow } from '../support/quotas.ts'

const CALLERS = 24

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterEach(async () => {
  expect(await brokenUsage(desk)).toEqual([])
})
afterAll(() => desk.close())

const outcomes = (rows: UseRow[]): string[] => rows.map(({ outcome }) => outcome)

describe('a hard limit', () => {
  test('allows exactly up to it, one short and one more than it', async () => {
    await setLimit(desk, { limit: '10' })
    const organization = await createOrganization(desk)
    const rows = await consume(
      desk.api,
      { organization, amount: '9' },
      { organization, amount: '1.0001' },
      { organization, amount: '1' },
      { organization, amount: '0.0001' },
    )
    expect(outcomes(rows)).toEqual(['recorded', 'quota_exceeded', 'recorded', 'quota_exceeded'])
    expect(rows[3]!.decision).toMatchObject({
      limit: 10,
      used: 10,
      remaining: 0,
      level: 'plan',
      source: { plan: 'lab' },
    })
    expect(await counterOf(desk, organization)).toEqual({ used: 10, held: 0 })
  })

  test('64 parallel consumers on a limit of 40: exactly 40', async () => {
    await setLimit(desk, { limit: '40' })
    const organization = await createOrganization(desk)
    const callers: Sql[] = Array.from({ length: CALLERS }, () =>
      desk.database.sql({ as: 'api', max: 1 }),
    )
    const rows = await Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        consume(callers[index % CALLERS]!, { organization }),
      ),
    )
    const made = rows.flat().filter(({ outcome }) => outcome === 'recorded')
    expect(made).toHaveLength(40)
    expect(await counterOf(desk, organization)).toEqual({ used: 40, held: 0 })
    // Everybody saw another number: the answers are those of one after the other.
    expect(made.map(({ decision }) => decision.used).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    )
  })

  test('a batch is decided in its order, and a smaller use after a refused one fits', async () => {
    await setLimit(desk, { limit: '5' })
    const organization = await createOrganization(desk)
    const amounts = ['3', '3', '2', '1']
    const rows = await consume(desk.api, ...amounts.map((amount) => ({ organization, amount })))
    expect(outcomes(rows)).toEqual(['recorded', 'quota_exceeded', 'recorded', 'quota_exceeded'])
  })

  test('of 0 blocks, null never ends, and a meter that is not in the plan is blocked', async () => {
    await setLimit(desk, { limit: '0' })
    await setLimit(desk, { limit: null, meter: 'emails' })
    const organization = await createOrganization(desk)
    const rows = await consume(
      desk.api,
      { organization, amount: '0.5' },
      { organization, meter: 'emails', amount: '1000000' },
      { organization, meter: 'mails' },
    )
    expect(outcomes(rows)).toEqual(['quota_exceeded', 'recorded', 'quota_exceeded'])
    expect(rows[1]!.decision).toMatchObject({ limit: null, remaining: null, warning: null })
    expect(rows[2]!.decision.source).toMatchObject({ in_plan: false })
  })
})

describe('a soft limit, a burst and a grace period', () => {
  test('a soft limit only warns', async () => {
    await setLimit(desk, { limit: '10', isHard: false })
    const organization = await createOrganization(desk)
    const rows = await consume(
      desk.api,
      ...['7', '1', '2', '5'].map((amount) => ({ organization, amount })),
    )
    expect(outcomes(rows)).toEqual(['recorded', 'recorded', 'recorded', 'recorded'])
    expect(rows.map(({ decision }) => [decision.warning, decision.over_limit])).toEqual([
      [null, false],
      [0.8, false],
      [1, false],
      [1, true],
    ])
  })

  test('a burst allows so much more, and not more', async () => {
    await setLimit(desk, { limit: '10', burst: '2' })
    const organization = await createOrganization(desk)
    const rows = await consume(
      desk.api,
      ...['10', '2', '0.1'].map((amount) => ({ organization, amount })),
    )
    expect(outcomes(rows)).toEqual(['recorded', 'recorded', 'quota_exceeded'])
    expect(rows[1]!.decision).toMatchObject({ limit: 10, used: 12, remaining: 0, over_limit: true })
  })

  test('a grace period runs from the first use beyond the limit', async () => {
    await setLimit(desk, { limit: '10', graceSeconds: 3600 })
    const organization = await createOrganization(desk)
    const [over] = await consume(desk.api, { organization, amount: '11' })
    const [within] = await consume(desk.api, { organization, amount: '50' })
    await desk.admin`
      update public.quota_usages set over_limit_at = over_limit_at - interval '1 hour'
      where organization_id = ${organization} and period = 'month'`
    const [ended] = await consume(desk.api, { organization, amount: '0.1' })
    expect(outcomes([over!, within!, ended!])).toEqual(['recorded', 'recorded', 'quota_exceeded'])
  })

  test('a burst with a grace period: so far, and for so long', async () => {
    await setLimit(desk, { limit: '10', burst: '5', graceSeconds: 3600 })
    const organization = await createOrganization(desk)
    const rows = [
      ...(await consume(desk.api, { organization, amount: '16' })),
      ...(await consume(desk.api, { organization, amount: '12' })),
    ]
    await desk.admin`
      update public.quota_usages set over_limit_at = over_limit_at - interval '1 hour'
      where organization_id = ${organization} and period = 'month'`
    rows.push(...(await consume(desk.api, { organization, amount: '1' })))
    expect(outcomes(rows)).toEqual(['quota_exceeded', 'recorded', 'quota_exceeded'])
  })
})

describe('a level', () => {
  const storage = { meter: 'storage_bytes' }

  test('falls with negative amounts, and never below zero (below_zero)', async () => {
    await setLimit(desk, { ...storage, period: 'none', limit: '100' })
    const organization = await createOrganization(desk)
    const rows = await consume(
      desk.api,
      ...['60', '60', '-20', '60', '-100', '-1'].map((amount) => ({
        organization,
        ...storage,
        amount,
      })),
    )
    expect(outcomes(rows)).toEqual([
      'recorded',
      'quota_exceeded',
      'recorded',
      'recorded',
      'recorded',
      'below_zero',
    ])
    expect(await counterOf(desk, organization, { ...storage, period: 'none' })).toEqual({
      used: 0,
      held: 0,
    })
  })

  test('a user gives back only what is booked to him', async () => {
    await setLimit(desk, { ...storage, period: 'none', limit: '100' })
    const organization = await createOrganization(desk)
    const user = await createMember(desk, organization)
    const rows = await consume(
      desk.api,
      { organization, ...storage, amount: '50' },
      { organization, ...storage, user, amount: '-1' },
      { organization, ...storage, user, amount: '5' },
      { organization, ...storage, user, amount: '-5' },
    )
    expect(outcomes(rows)).toEqual(['recorded', 'below_zero', 'recorded', 'recorded'])
  })

  test('giving back is allowed above a limit that was lowered', async () => {
    await setLimit(desk, { ...storage, period: 'none', limit: '100' })
    const organization = await createOrganization(desk)
    await consume(desk.api, { organization, ...storage, amount: '90' })
    await setLimit(desk, { ...storage, period: 'none', limit: '10' })
    const [row] = await consume(desk.api, { organization, ...storage, amount: '-10' })
    expect(row).toMatchObject({ outcome: 'recorded', decision: { used: 80, over_limit: true } })
  })

  test('a flow cannot be given back (invalid_amount)', async () => {
    await setLimit(desk, { limit: '10' })
    const organization = await createOrganization(desk)
    const [row] = await consume(desk.api, { organization, amount: '-1' })
    expect(row!.outcome).toBe('invalid_amount')
  })
})

describe('replay', () => {
  test('the same key and request answers the first result, another request conflicts', async () => {
    await setLimit(desk, { limit: '10' })
    const organization = await createOrganization(desk)
    const other = await createOrganization(desk)
    const key = newKey()
    const [first] = await consume(desk.api, { organization, key, amount: '4' })
    await consume(desk.api, { organization, amount: '6' })
    const rows = await consume(
      desk.api,
      { organization, key, amount: '4.0' },
      { organization, key, amount: '5' },
      { organization, key, amount: '4', meter: 'emails' },
      { organization: other, key, amount: '4' },
    )
    expect(outcomes(rows)).toEqual([
      'replayed',
      'idempotency_conflict',
      'idempotency_conflict',
      'recorded',
    ])
    expect(rows[0]).toMatchObject({ usage_id: first!.usage_id, decision: first!.decision })
    const [asRecord] = await record(desk.api, { organization, key, amount: '4' })
    expect(asRecord!.outcome).toBe('idempotency_conflict')
  })

  test('a refusal is not kept: the key is free for a later try', async () => {
    await setLimit(desk, { limit: '1' })
    const organization = await createOrganization(desk)
    const key = newKey()
    const [refused] = await consume(desk.api, { organization, key, amount: '2' })
    await setLimit(desk, { limit: '2' })
    const [allowed] = await consume(desk.api, { organization, key, amount: '2' })
    expect(outcomes([refused!, allowed!])).toEqual(['quota_exceeded', 'recorded'])
  })

  test('one key twice in a batch, and at the same time, counts once', async () => {
    await setLimit(desk, { limit: '10' })
    const organization = await createOrganization(desk)
    const key = newKey()
    const batch = await consume(desk.api, { organization, key }, { organization, key })
    expect(outcomes(batch)).toEqual(['recorded', 'replayed'])
    const parallel = newKey()
    const rows = await Promise.all(
      Array.from({ length: 8 }, () => consume(desk.api, { organization, key: parallel })),
    )
    expect(outcomes(rows.flat()).toSorted()).toEqual(['recorded', ...Array(7).fill('replayed')])
    expect(await counterOf(desk, organization)).toEqual({ used: 2, held: 0 })
  })
})

test('mistakes of the caller are told apart', async () => {
  await setLimit(desk, { limit: '10' })
  await setLimit(desk, { limit: '10', meter: 'session_minutes', scope: 'user' })
  const organization = await createOrganization(desk)
  const stranger = await createMember(desk, await createOrganization(desk))
  const rows = await consume(
    desk.api,
    { organization: crypto.randomUUID() },
    { organization, meter: 'tokens_of_luck' },
    { organization, user: stranger },
    { organization, amount: '0' },
    { organization, amount: '0.00001' },
    { organization, amount: 'NaN' },
    { organization, amount: '1000000000000001' },
    { organization, key: '' },
    { organization, meter: 'session_minutes' },
  )
  expect(outcomes(rows)).toEqual([
    'unknown_organization',
    'unknown_meter',
    'unknown_user',
    'invalid_amount',
    'invalid_amount',
    'invalid_amount',
    'invalid_amount',
    'invalid_key',
    'user_required',
  ])
})

test.each(['unpaid', 'paused', 'canceled', 'past its grace'])(
  '%s: nothing is used',
  async (standing) => {
    const organization = await createOrganization(desk)
    await suspend(desk, organization, standing)
    const rows = await consume(desk.api, { organization })
    expect(outcomes(rows)).toEqual(['subscription_inactive'])
    // What has happened is recorded all the same.
    const told = await record(desk.api, { organization })
    expect(outcomes(told)).toEqual(['recorded'])
  },
)

describe('record_usage', () => {
  test('records beyond a hard limit, and says so', async () => {
    await setLimit(desk, { limit: '10' })
    const organization = await createOrganization(desk)
    const rows = await record(
      desk.api,
      { organization, amount: '8' },
      { organization, amount: '7' },
    )
    expect(outcomes(rows)).toEqual(['recorded', 'recorded'])
    expect(rows[1]!.decision).toMatchObject({
      used: 15,
      remaining: 0,
      over_limit: true,
      warning: 1,
    })
    const [refused] = await consume(desk.api, { organization, amount: '0.1' })
    expect(refused!.outcome).toBe('quota_exceeded')
  })

  test('takes what happened in the last 35 days, not what will (invalid_event_at)', async () => {
    await setLimit(desk, { limit: '10' })
    const organization = await createOrganization(desk)
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)
    const rows = await record(
      desk.api,
      { organization, eventAt: daysAgo(34) },
      { organization, eventAt: daysAgo(36) },
      { organization, eventAt: daysAgo(-1) },
    )
    expect(outcomes(rows)).toEqual(['recorded', 'invalid_event_at', 'invalid_event_at'])
  })
})

test('the usage ledger is append-only (LG004)', async () => {
  await setLimit(desk, { limit: '10' })
  const organization = await createOrganization(desk)
  await consume(desk.api, { organization })
  for (const sql of [desk.admin, desk.api]) {
    await expect(sql`update public.usage_ledger set amount = 2`).rejects.toThrow()
    await expect(sql`delete from public.usage_ledger`).rejects.toThrow()
  }
})
