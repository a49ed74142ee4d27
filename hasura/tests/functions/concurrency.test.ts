import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { balanceOf, brokenRules, createOrganization, grant, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { expire, extend, hold, passTime, release, reserve, settle } from '../support/operations.ts'

/** Callers on connections of their own, so that they really run at the same time. */
const CALLERS = 24

let desk: Desk
let callers: Sql[]

beforeAll(async () => {
  desk = await openDesk()
  callers = Array.from({ length: CALLERS }, () => desk.database.sql({ as: 'api', max: 1 }))
  await Promise.all(callers.map((sql) => sql`select 1`))
})
afterEach(async () => {
  expect(await brokenRules(desk)).toEqual([])
})
afterAll(() => desk.close())

function counts(outcomes: string[]): Record<string, number> {
  const result: Record<string, number> = {}
  for (const outcome of outcomes) result[outcome] = (result[outcome] ?? 0) + 1
  return result
}

const caller = (index: number): Sql => callers[index % CALLERS]!

test('64 parallel reservations of 1 credit on 40 available: exactly 40, on a plan with overdraft', async () => {
  const organization = await createOrganization(desk, { plan: 'team' })
  await hold(desk.api, organization, '1960')
  const rows = await Promise.all(
    Array.from({ length: 64 }, (_, index) => reserve(caller(index), { organization, amount: '1' })),
  )
  expect(counts(rows.map(([row]) => row!.outcome))).toEqual({
    reserved: 40,
    insufficient_credits: 24,
  })
  expect(await balanceOf(desk, organization)).toMatchObject({
    reserved: '2000.00',
    available: '0.00',
  })
})

test('parallel batches and single calls of two organizations: neither is oversold, no deadlock', async () => {
  const organizations = [
    await createOrganization(desk, { credits: '30' }),
    await createOrganization(desk, { credits: '20' }),
  ]
  const rows = await Promise.all(
    Array.from({ length: 32 }, (_, index) => {
      const order = index % 2 ? organizations : organizations.toReversed()
      return reserve(caller(index), ...order.map((organization) => ({ organization, amount: '1' })))
    }),
  )
  expect(counts(rows.flat().map((row) => row.outcome))).toEqual({
    reserved: 50,
    insufficient_credits: 14,
  })
})

test('the same key at the same time is one reservation', async () => {
  const organization = await createOrganization(desk, { credits: '40' })
  const rows = await Promise.all(
    Array.from({ length: 16 }, (_, index) =>
      reserve(caller(index), { organization, amount: '1', key: 'the same' }),
    ),
  )
  expect(counts(rows.map(([row]) => row!.outcome))).toEqual({ reserved: 1, replayed: 15 })
  expect(new Set(rows.map(([row]) => row!.reservation_id)).size).toBe(1)
  expect(await balanceOf(desk, organization)).toMatchObject({ reserved: '1.00' })
})

test('the same settlement at the same time is one charge', async () => {
  const organization = await createOrganization(desk, { credits: '10' })
  const reservation = await hold(desk.api, organization, '4')
  const rows = await Promise.all(
    Array.from({ length: 16 }, (_, index) =>
      settle(caller(index), { organization, reservation, amount: '3' }),
    ),
  )
  expect(counts(rows.map(([row]) => row!.outcome))).toEqual({ settled: 1, replayed: 15 })
  expect(await balanceOf(desk, organization)).toMatchObject({ posted: '7.00', reserved: '0.00' })
})

test('settle racing release, extend and expire: each hold ends once and its credits are right', async () => {
  const organization = await createOrganization(desk, { credits: '60' })
  const holds = await Promise.all(
    Array.from({ length: 60 }, (_, index) => hold(caller(index), organization, '1')),
  )
  // Every third one is open and races its release; the others are overdue.
  await Promise.all(
    holds.map((reservation, index) =>
      index % 3 === 0 ? undefined : passTime(desk.admin, organization, reservation),
    ),
  )
  const settlements = holds.map((reservation, index) =>
    settle(caller(index), { organization, reservation, amount: '1' }),
  )
  const others = holds.map((reservation, index) =>
    index % 3 === 0
      ? release(caller(index + 7), { organization, reservation })
      : index % 3 === 1
        ? extend(caller(index + 7), { organization, reservation, seconds: 1 })
        : expire(caller(index + 7), 5),
  )
  const [rows] = await Promise.all([Promise.all(settlements), Promise.all(others)])
  const charged = rows.filter(([row]) => row!.outcome === 'settled').length
  const refused = rows.filter(([row]) => row!.outcome === 'reservation_not_open').length
  expect(charged + refused).toBe(60)
  const [{ released }] = (await desk.admin`
    select count(*)::int as released from public.credit_reservations
    where organization_id = ${organization} and status = 'released'`) as unknown as [
    { released: number },
  ]
  expect(refused).toBe(released)
  expect(await balanceOf(desk, organization)).toMatchObject({
    posted: (60 - charged).toFixed(2),
    reserved: '0.00',
  })
})

test('settlements above their holds share what is left, never more', async () => {
  const organization = await createOrganization(desk, { credits: '20', overdraft: '2' })
  const holds = await Promise.all(
    Array.from({ length: 10 }, (_, index) => hold(caller(index), organization, '1')),
  )
  const rows = await Promise.all(
    holds.map((reservation, index) =>
      settle(caller(index), { organization, reservation, amount: '3' }),
    ),
  )
  const sum = (name: 'charged_credits' | 'shortfall_credits'): number =>
    rows.reduce((total, [row]) => total + Number(row![name]), 0)
  expect([sum('charged_credits'), sum('shortfall_credits')]).toEqual([22, 8])
  expect(await balanceOf(desk, organization)).toMatchObject({ posted: '-2.00', debt: '2.00' })
})

test('grants with one key at the same time add once, beside traffic', async () => {
  const organization = await createOrganization(desk, { credits: '5' })
  const [granted] = await Promise.all([
    Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        grant({ api: caller(index) }, organization, { amount: '5', key: 'top-up' }),
      ),
    ),
    Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        reserve(caller(index + 8), { organization, amount: '1' }),
      ),
    ),
  ])
  expect(counts(granted.map((row) => row.outcome))).toEqual({ granted: 1, replayed: 7 })
  expect(await balanceOf(desk, organization)).toMatchObject({ posted: '10.00' })
})
