import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openClock } from '../support/clock.ts'
import type { ClockedSql } from '../support/clock.ts'
import {
  balanceOf,
  brokenRules,
  createMember,
  createOrganization,
  newKey,
  openDesk,
} from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { expire, passTime, release, reserve, settle } from '../support/operations.ts'
import type { ReserveItem } from '../support/operations.ts'
import { brokenUsage, counterOf, setCap } from '../support/quotas.ts'

let desk: Desk
let clock: ClockedSql

beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-03-01T00:00:00Z') })
  clock = await openClock(desk, '2026-03-10T12:00', 'superuser')
})
afterEach(async () => {
  expect(await brokenUsage(desk)).toEqual([])
  expect(await brokenRules(desk)).toEqual([])
})
afterAll(() => desk.close())

const cap = (organization: string, user: string, limit: string, period = 'month') =>
  setCap({ admin: clock.sql }, organization, user, { meter: 'credits', limit, period })

const outcomes = async (...items: ReserveItem[]) =>
  (await reserve(clock.sql, ...items)).map(({ outcome }) => outcome)

async function prepare(credits = '100') {
  await clock.setTo('2026-03-10T12:00')
  const organization = await createOrganization(desk, { credits })
  return { organization, user: await createMember(desk, organization) }
}

test('holds up to the cap, exactly; other members and programs are not held back', async () => {
  const { organization, user } = await prepare()
  const other = await createMember(desk, organization)
  const foreign = await createOrganization(desk, { credits: '3' })
  await cap(organization, user, '10')
  const mine = { organization, user }
  expect(
    await outcomes(
      { ...mine, amount: '9' },
      { organization: foreign, amount: '3' },
      { ...mine, amount: '1.01' },
      { ...mine, amount: '1' },
      { organization, user: other, amount: '20' },
      { organization, amount: '20' },
      { organization: foreign, amount: '1' },
      { ...mine, amount: '0.01' },
    ),
  ).toEqual([
    'reserved',
    'reserved',
    'member_cap_exceeded',
    'reserved',
    'reserved',
    'reserved',
    'insufficient_credits',
    'member_cap_exceeded',
  ])
  expect(await balanceOf(desk, organization)).toMatchObject({ reserved: '50.00' })
})

test('parallel callers never pass it together', async () => {
  const { organization, user } = await prepare()
  await cap(organization, user, '10')
  const callers = Array.from({ length: 12 }, () => desk.database.sql({ as: 'api', max: 1 }))
  const rows = await Promise.all(
    Array.from({ length: 36 }, (_, index) =>
      reserve(callers[index % 12]!, { organization, user, amount: '1' }),
    ),
  )
  const held = rows.flat().filter(({ outcome }) => outcome === 'reserved')
  expect(held).toHaveLength(10)
})

test('what is released or expires is free again, what is charged is used', async () => {
  const { organization, user } = await prepare()
  await cap(organization, user, '10')
  const holds = await reserve(
    clock.sql,
    ...['4', '3', '3'].map((amount) => ({ organization, user, amount })),
  )
  const [settled, released, expired] = holds.map((row) => row.reservation_id)
  await settle(clock.sql, { organization, reservation: settled!, amount: '2.5' })
  await release(clock.sql, { organization, reservation: released! })
  await passTime(desk.admin, organization, expired!)
  await expire(clock.sql, 10)
  const of = { meter: 'credits', user }
  expect(await counterOf(desk, organization, of)).toEqual({ used: 2.5, held: 0 })
  // The work was done after all.
  await settle(clock.sql, { organization, reservation: expired!, amount: '3' })
  expect(await counterOf(desk, organization, of)).toEqual({ used: 5.5, held: 0 })
  expect(
    await outcomes({ organization, user, amount: '4.6' }, { organization, user, amount: '4.5' }),
  ).toEqual(['member_cap_exceeded', 'reserved'])
})

test('a cap counts what was used and is held before it was set, and forgets when it is taken away', async () => {
  const { organization, user } = await prepare()
  const [charged] = await reserve(clock.sql, { organization, user, amount: '5' })
  await settle(clock.sql, { organization, reservation: charged!.reservation_id, amount: '5' })
  const [open] = await reserve(clock.sql, { organization, user, amount: '3' })
  await cap(organization, user, '10')
  const of = { meter: 'credits', user }
  expect(await counterOf(desk, organization, of)).toEqual({ used: 5, held: 3 })
  await settle(clock.sql, { organization, reservation: open!.reservation_id, amount: '1' })
  expect(await counterOf(desk, organization, of)).toEqual({ used: 6, held: 0 })
  await cap(organization, user, '6')
  expect(await outcomes({ organization, user, amount: '0.5' })).toEqual(['member_cap_exceeded'])
  await clock.sql`delete from public.member_caps where organization_id = ${organization}`
  expect(await outcomes({ organization, user, amount: '50' })).toEqual(['reserved'])
  const [balance] = await desk.admin<{ has: boolean }[]>`
    select has_member_caps as has from public.organization_credit_balances
    where organization_id = ${organization}`
  expect(balance).toEqual({ has: false })
})

test('a day and a month: each begins again at its own time', async () => {
  const { organization, user } = await prepare()
  await cap(organization, user, '10')
  await cap(organization, user, '6', 'day')
  const use = async (at: string, amount: string) => {
    await clock.setTo(at)
    const [row] = await reserve(clock.sql, { organization, user, amount })
    if (row!.outcome === 'reserved') {
      await settle(clock.sql, { organization, reservation: row!.reservation_id, amount })
    }
    return row!.outcome
  }
  expect(await use('2026-03-10T12:00', '6')).toBe('reserved')
  expect(await use('2026-03-10T23:59', '1')).toBe('member_cap_exceeded')
  expect(await use('2026-03-11T00:00', '4')).toBe('reserved')
  expect(await use('2026-03-11T00:01', '1')).toBe('member_cap_exceeded')
  expect(await use('2026-04-01T00:00', '6')).toBe('reserved')
})

test('replay, conflict and refusals of the plan come before the cap', async () => {
  const { organization, user } = await prepare('10')
  await cap(organization, user, '5')
  const request = { organization, user, amount: '5', key: newKey() }
  expect(
    await outcomes(
      request,
      request,
      { ...request, amount: '4' },
      { organization, user, amount: '6' },
      { organization, user, capability: 'nothing' },
      { organization, user, amount: '1' },
    ),
  ).toEqual([
    'reserved',
    'replayed',
    'idempotency_conflict',
    'insufficient_credits',
    'unknown_capability',
    'member_cap_exceeded',
  ])
})

test('the check and the explanation say what the reservation would', async () => {
  const { organization, user } = await prepare()
  await cap(organization, user, '5')
  const check = async (amount: string, who: string | null) =>
    (
      await clock.sql<{ reason: string | null; rules: { rule: string; passed: boolean }[] }[]>`
        select access.reason, explained.document -> 'rules' as rules
        from private.check_ai_access(
          ${organization}, ${who}, 'question_generation', 'fast', ${amount}
        ) as access
        cross join private.explain_ai_access(
          ${organization}, ${who}, 'question_generation', 'fast', ${amount}
        ) as explained (document)`
    )[0]!
  const refused = await check('5.5', user)
  expect(refused.reason).toBe('member_cap_exceeded')
  expect(refused.rules.filter(({ passed }) => !passed)).toEqual([
    { rule: 'member_cap_exceeded', passed: false },
  ])
  expect((await check('5', user)).reason).toBeNull()
  expect((await check('5.5', null)).reason).toBeNull()
  const [row] = await clock.sql<{ explained: { rules: Record<string, unknown>[] } }[]>`
    select private.explain_quota(${organization}, ${user}, 'credits') as explained`
  expect(row!.explained.rules).toMatchObject([
    { level: 'member_cap', limit: 5, used: 0, binds: true },
  ])
})
