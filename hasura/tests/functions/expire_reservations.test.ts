import { afterEach, beforeEach, expect, test } from 'vitest'
import { balanceOf, brokenRules, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { expire, extend, hold, setClock, settle } from '../support/operations.ts'

const NOON = Date.parse('2026-03-01T12:00:00Z')
const at = (seconds: number): Date => new Date(NOON + seconds * 1000)

let desk: Desk
/** One connection, so that its clock can be set. */
let clocked: Sql

beforeEach(async () => {
  desk = await openDesk({ at: at(0) })
  clocked = desk.database.sql({ as: 'api', max: 1 })
})
afterEach(async () => {
  expect(await brokenRules(desk)).toEqual([])
  await desk.close()
})

test('expires at the moment, not before, and only what is open', async () => {
  const organization = await createOrganization(desk, { credits: '10' })
  await hold(clocked, organization, '1', 60)
  const settled = await hold(clocked, organization, '2', 60)
  await hold(clocked, organization, '4', 61)
  await settle(clocked, { organization, reservation: settled, amount: '2' })
  await setClock(clocked, at(59))
  expect(await expire(clocked)).toEqual({ processed: 0, failed: 0, remaining: false })
  await setClock(clocked, at(60))
  expect(await expire(clocked)).toEqual({ processed: 1, failed: 0, remaining: false })
  expect(await balanceOf(desk, organization)).toMatchObject({ reserved: '4.00' })
  await setClock(clocked, at(61))
  expect(await expire(clocked)).toEqual({ processed: 1, failed: 0, remaining: false })
  expect(await balanceOf(desk, organization)).toMatchObject({ reserved: '0.00' })
})

test('at most so many organizations in a call, and says that there is more', async () => {
  const organizations = [
    await createOrganization(desk, { credits: '10' }),
    await createOrganization(desk, { credits: '10' }),
  ]
  for (const organization of organizations) {
    for (let count = 0; count < 3; count += 1) await hold(clocked, organization, '1', 60)
  }
  await setClock(clocked, at(100))
  const runs = []
  for (let count = 0; count < 3; count += 1) runs.push(await expire(clocked, 1))
  expect(runs).toEqual([
    { processed: 3, failed: 0, remaining: true },
    { processed: 3, failed: 0, remaining: false },
    { processed: 0, failed: 0, remaining: false },
  ])
})

test('an extended hold lives on, a sweep in between does not lose it', async () => {
  const organization = await createOrganization(desk, { credits: '10' })
  const reservation = await hold(clocked, organization, '1', 60)
  await hold(clocked, organization, '1', 60)
  await setClock(clocked, at(50))
  await extend(clocked, { organization, reservation, seconds: 60 })
  await setClock(clocked, at(100))
  expect((await expire(clocked)).processed).toBe(1)
  expect(await balanceOf(desk, organization)).toMatchObject({ reserved: '1.00' })
  await setClock(clocked, at(110))
  expect((await expire(clocked)).processed).toBe(1)
  expect(await balanceOf(desk, organization)).toMatchObject({ reserved: '0.00' })
})

test('skips an organization that is busy and comes back to it', async () => {
  const busy = await createOrganization(desk, { credits: '10' })
  const free = await createOrganization(desk, { credits: '10' })
  for (const organization of [busy, free]) await hold(clocked, organization, '1', 60)
  await setClock(clocked, at(60))
  await desk.admin.begin(async (blocker) => {
    await blocker`
      select from public.organization_credit_balances where organization_id = ${busy} for update`
    expect(await expire(clocked)).toEqual({ processed: 1, failed: 0, remaining: true })
  })
  expect(await expire(clocked)).toEqual({ processed: 1, failed: 0, remaining: false })
})

test('is not kept busy by organizations whose holds have all ended', async () => {
  const organizations: string[] = []
  for (let count = 0; count < 4; count += 1) {
    organizations.push(await createOrganization(desk, { credits: '10' }))
  }
  for (const organization of organizations) {
    const reservation = await hold(clocked, organization, '1', 60)
    await settle(clocked, { organization, reservation, amount: '1' })
  }
  const last = organizations.toSorted().at(-1)!
  await hold(clocked, last, '1', 60)
  await setClock(clocked, at(60))
  expect(await expire(clocked, 1)).toEqual({ processed: 1, failed: 0, remaining: false })
})
