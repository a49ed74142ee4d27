import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { balanceOf, brokenRules, createOrganization, grant, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { clockedAt, expireGrants } from '../support/jobs.ts'
import { hold, release, setClock, settle } from '../support/operations.ts'

let desk: Desk
let sql: Sql
const NOON = new Date('2026-05-01T12:00:00Z')
beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-05-01T10:00:00Z') })
  sql = await clockedAt(desk, '2026-05-01T10:00:00Z')
})
beforeEach(() => travel('2026-05-01T10:00:00Z'))
afterAll(() => desk.close())

const travel = (at: string): Promise<void> => setClock(sql, new Date(at))

async function organizationWith(expiring: string, lasting = '0'): Promise<string> {
  const organization = await createOrganization(desk, { credits: lasting })
  await grant(desk, organization, { amount: expiring, expiresAt: NOON })
  return organization
}

describe('expire_grants', () => {
  test('takes what is left at the time of expiry, and not a moment before', async () => {
    const organization = await organizationWith('5', '3')
    await travel('2026-05-01T11:59:59.999Z')
    await expireGrants(sql)
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '8.00' })
    await travel('2026-05-01T12:00:00Z')
    expect(await expireGrants(sql)).toMatchObject({ processed: 1, failed: 0, grants: 1 })
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '3.00' })
    expect(await expireGrants(sql)).toMatchObject({ processed: 0, grants: 0 })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('never takes what open holds need, and takes it when they have ended', async () => {
    const organization = await organizationWith('5', '3')
    const kept = await hold(sql, organization, '4', 86_400)
    const settled = await hold(sql, organization, '2', 86_400)
    await travel('2026-05-01T12:00:00Z')
    await expireGrants(sql)
    // Held are 6, of which the lasting 3 cover a part: 3 of the expired stay.
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '6.00', available: '0.00' })
    await settle(sql, { organization, reservation: settled, amount: '2' })
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '4.00' })
    await release(sql, { organization, reservation: kept })
    await expireGrants(sql)
    expect(await balanceOf(desk, organization)).toMatchObject({ reserved: '0.00', posted: '3.00' })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('parallel runners and traffic: every grant expires once, no hold fails', async () => {
    const organizations: string[] = []
    for (let count = 0; count < 25; count += 1) organizations.push(await organizationWith('5', '5'))
    const holds = await Promise.all(
      organizations.map((organization) => hold(sql, organization, '8', 86_400)),
    )
    const [first, second, traffic] = await Promise.all(
      Array.from({ length: 3 }, () => clockedAt(desk, '2026-05-01T12:00:00Z')),
    )
    await Promise.all([
      ...Array.from({ length: 8 }, () => expireGrants(first!, 4)),
      ...Array.from({ length: 8 }, () => expireGrants(second!, 4)),
      ...organizations.map((organization, index) =>
        settle(traffic!, { organization, reservation: holds[index]!, amount: '7' }),
      ),
    ])
    await expireGrants(first!)
    for (const organization of organizations) {
      const { reserved, debt } = await balanceOf(desk, organization)
      expect({ reserved, debt }).toEqual({ reserved: '0.00', debt: '0.00' })
      expect(await brokenRules(desk, organization)).toEqual([])
    }
  })
})
