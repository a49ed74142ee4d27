import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createOrganization, grant, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import {
  expire,
  hold,
  passTime,
  release,
  reserve,
  setClock,
  settle,
} from '../support/operations.ts'

/** Shortly before midnight of UTC, so that days begin within the tests. */
const START = Date.parse('2026-03-01T22:30:00Z')
const at = (seconds: number): Date => new Date(START + seconds * 1000)

let desk: Desk
let clocked: Sql
let organization: string

beforeEach(async () => {
  desk = await openDesk({ at: at(0) })
  clocked = desk.database.sql({ as: 'api', max: 1 })
  organization = await createOrganization(desk, { plan: 'free' })
  await grant(desk, organization, { amount: '1000' })
})
afterEach(() => desk.close())

async function request(seconds: number) {
  await setClock(clocked, at(seconds))
  const [row] = await reserve(clocked, { organization, amount: '1', seconds: 86_400 })
  return row!
}

/** The free plan allows 5 a minute, 10 an hour and 50 a day. */
describe('the free plan', () => {
  test('5 a minute, sliding, with the time to wait (rate_limited)', async () => {
    for (const second of [0, 10, 20, 30, 40]) {
      expect((await request(second)).outcome).toBe('reserved')
    }
    expect(await request(50)).toMatchObject({
      outcome: 'rate_limited',
      retry_after_seconds: 10,
      reservation_id: null,
    })
    expect(await request(59)).toMatchObject({ outcome: 'rate_limited', retry_after_seconds: 1 })
    expect((await request(60)).outcome).toBe('reserved')
    expect(await request(61)).toMatchObject({ outcome: 'rate_limited', retry_after_seconds: 9 })
  })

  test('10 an hour, sliding; the longest wait counts', async () => {
    for (let count = 0; count < 10; count += 1) {
      expect((await request(count * 60)).outcome).toBe('reserved')
    }
    expect(await request(600)).toMatchObject({ outcome: 'rate_limited', retry_after_seconds: 3000 })
    expect(await request(3599)).toMatchObject({ outcome: 'rate_limited', retry_after_seconds: 1 })
    expect((await request(3600)).outcome).toBe('reserved')
  })

  test('50 a day of UTC: the next day begins at midnight', async () => {
    await desk.admin`
      update public.plan_ai_capabilities
      set requests_per_minute = null, requests_per_hour = null, requests_per_day = 3
      where plan_id = 'free'`
    for (const second of [0, 1, 2]) expect((await request(second)).outcome).toBe('reserved')
    expect(await request(3)).toMatchObject({
      outcome: 'rate_limited',
      retry_after_seconds: 90 * 60 - 3,
    })
    expect((await request(90 * 60)).outcome).toBe('reserved')
  })
})

test('what is in flight and what is settled counts; what was released or expired does not', async () => {
  const holds = []
  for (let count = 0; count < 5; count += 1) holds.push((await request(count)).reservation_id)
  await settle(clocked, { organization, reservation: holds[0]!, amount: '1' })
  expect((await request(5)).outcome).toBe('rate_limited')
  await release(clocked, { organization, reservation: holds[1]! })
  expect((await request(6)).outcome).toBe('reserved')
  expect((await request(7)).outcome).toBe('rate_limited')
  await passTime(desk.admin, organization, holds[2])
  await setClock(clocked, at(8))
  expect((await expire(clocked)).processed).toBe(1)
  expect((await request(9)).outcome).toBe('reserved')
})

test('a batch counts its own items, and the wait that they make', async () => {
  const rows = await reserve(
    clocked,
    ...Array.from({ length: 7 }, () => ({ organization, amount: '1' })),
  )
  expect(rows.map((row) => [row.outcome, row.retry_after_seconds])).toEqual([
    ...Array.from({ length: 5 }, () => ['reserved', null]),
    ['rate_limited', 60],
    ['rate_limited', 60],
  ])
})

test('a limit of 0 blocks for good, null is unlimited', async () => {
  await desk.admin`update public.plan_ai_capabilities set requests_per_day = 0 where plan_id = 'free'`
  expect(await request(0)).toMatchObject({ outcome: 'rate_limited', retry_after_seconds: null })
  await desk.admin`
    update public.plan_ai_capabilities
    set requests_per_minute = null, requests_per_hour = null, requests_per_day = null
    where plan_id = 'free'`
  for (let count = 0; count < 60; count += 1) expect((await request(0)).outcome).toBe('reserved')
})

test('another organization, and a replay, are not limited by it', async () => {
  const other = await createOrganization(desk, { plan: 'free' })
  for (let count = 0; count < 5; count += 1) await request(0)
  expect(await hold(clocked, other, '1')).toBeTruthy()
  const [stored] = await desk.admin`
    select idempotency_key as key from public.credit_reservations
    where organization_id = ${organization} limit 1`
  const [replay] = await reserve(clocked, { organization, amount: '1', key: stored!.key })
  expect(replay!.outcome).toBe('replayed')
})

test('the check tells the same without taking part', async () => {
  for (let count = 0; count < 5; count += 1) await request(0)
  await setClock(clocked, at(20))
  const [access] = await clocked`
    select allowed, reason, retry_after_seconds
    from private.check_ai_access(${organization}, null, 'question_generation', 'fast', null)`
  expect(access).toEqual({ allowed: false, reason: 'rate_limited', retry_after_seconds: 40 })
})
