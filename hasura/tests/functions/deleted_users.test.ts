import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { brokenRules, createMember, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import {
  capWhileDeletingSecond,
  deleteUser,
  lockBalance,
  lockOrganization,
  together,
} from '../support/interleaving.ts'
import { reserve, settle } from '../support/operations.ts'
import { brokenUsage, setCap, setOverride } from '../support/quotas.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterEach(async () => {
  expect(await brokenUsage(desk)).toEqual([])
  expect(await brokenRules(desk)).toEqual([])
})
afterAll(() => desk.close())

const capOnCredits = (organization: string, user: string, sql: Sql = desk.admin) =>
  setCap({ admin: sql }, organization, user, { meter: 'credits', limit: '5' })

async function capsOf(organization: string): Promise<number> {
  const rows = await desk.admin`
    select from public.member_caps where organization_id = ${organization}`
  return rows.length
}

async function isCapped(organization: string): Promise<boolean> {
  const [balance] = await desk.admin<{ capped: boolean }[]>`
    select has_member_caps as capped from public.organization_credit_balances
    where organization_id = ${organization}`
  return balance!.capped
}

/** Two organizations in the order in which their gates are taken. */
async function twoOrganizations(): Promise<[string, string]> {
  const made = [
    await createOrganization(desk, { credits: '10' }),
    await createOrganization(desk, { credits: '10' }),
  ]
  return made.toSorted() as [string, string]
}

describe('nobody waits in a circle when', () => {
  test('a user is deleted whose cap is being set', async () => {
    const organization = await createOrganization(desk)
    const user = await createMember(desk, organization)
    await together(
      desk,
      lockOrganization(organization),
      (sql) => capOnCredits(organization, user, sql),
      deleteUser(user),
    )
    expect(await capsOf(organization)).toBe(0)
  })

  test('an organization is deleted in which a cap is being set', async () => {
    const [organization, other] = await twoOrganizations()
    await capWhileDeletingSecond(desk, [organization, other])
    expect([await capsOf(organization), await capsOf(other)]).toEqual([1, 0])
  })

  test('a user with a cap is deleted while an override for him is being set', async () => {
    const organization = await createOrganization(desk)
    const user = await createMember(desk, organization)
    await capOnCredits(organization, user)
    const [override] = await together(
      desk,
      lockBalance(organization),
      (sql) => setOverride({ ...desk, api: sql }, organization, { user, limit: '1' }),
      deleteUser(user),
    )
    expect(override).toMatchObject({ outcome: 'unknown_user' })
  })

  test('a user is deleted who has a cap in one and set one in the other of two organizations with holds', async () => {
    const [earlier, later] = await twoOrganizations()
    const user = await createMember(desk, later)
    await capOnCredits(later, user)
    const other = await createMember(desk, earlier)
    await capOnCredits(earlier, other)
    await desk.admin`
      update public.member_caps set updated_by_user_id = ${user} where user_id = ${other}`
    const [held] = await together(
      desk,
      lockBalance(earlier),
      (sql) =>
        reserve(sql, ...[earlier, later].map((organization) => ({ organization, amount: '1' }))),
      deleteUser(user),
    )
    expect(held).toMatchObject([{ outcome: 'reserved' }, { outcome: 'reserved' }])
    expect([await capsOf(earlier), await capsOf(later)]).toEqual([1, 0])
  })
})

describe('when a user with a cap on credits is deleted', () => {
  test('caps of others stay in force, and who set them is forgotten', async () => {
    const organization = await createOrganization(desk, { credits: '50' })
    const leaving = await createMember(desk, organization)
    const staying = await createMember(desk, organization)
    for (const user of [leaving, staying]) await capOnCredits(organization, user)
    await desk.admin`update public.member_caps set updated_by_user_id = ${leaving}`
    await desk.admin.begin((sql) => deleteUser(leaving)(sql as unknown as Sql))
    const [left, ...more] = await desk.admin`
      select user_id, updated_by_user_id, limit_amount::int as limit from public.member_caps
      where organization_id = ${organization}`
    expect([left, more]).toEqual([{ user_id: staying, updated_by_user_id: null, limit: 5 }, []])
    const holds = await reserve(
      desk.api,
      ...['4', '2'].map((amount) => ({ organization, user: staying, amount })),
    )
    expect(holds.map(({ outcome }) => outcome)).toEqual(['reserved', 'member_cap_exceeded'])
  })

  test('the cap that he set for a former member is no obstacle', async () => {
    const organization = await createOrganization(desk)
    const setter = await createMember(desk, organization)
    const former = await createMember(desk, organization)
    await capOnCredits(organization, former)
    await desk.admin`
      update public.member_caps set updated_by_user_id = ${setter} where user_id = ${former}`
    await desk.admin`delete from auth.members where user_id = ${former}`
    await deleteUser(setter)(desk.admin)
    expect(await capsOf(organization)).toBe(1)
  })

  test('his open holds are charged as they would have been', async () => {
    const organization = await createOrganization(desk, { credits: '50' })
    const user = await createMember(desk, organization)
    await capOnCredits(organization, user)
    const [hold] = await reserve(desk.api, { organization, user, amount: '4' })
    await deleteUser(user)(desk.admin)
    const [charge] = await settle(desk.api, {
      organization,
      reservation: hold!.reservation_id!,
      amount: '3',
    })
    expect(charge).toMatchObject({ outcome: 'settled', charged_credits: '3.00' })
  })
})

describe('uncap_organizations', () => {
  const uncap = async (sql: Sql = desk.api) => {
    const [row] = await sql`select * from private.uncap_organizations(10)`
    return row
  }
  const nothing = { processed: 0, failed: 0, remaining: false }

  async function withoutItsLastMember(): Promise<string> {
    const organization = await createOrganization(desk)
    const user = await createMember(desk, organization)
    await capOnCredits(organization, user)
    await deleteUser(user)(desk.admin)
    return organization
  }

  test('finds where the last cap went with its user, and nowhere else', async () => {
    await uncap()
    const organization = await withoutItsLastMember()
    const other = await createOrganization(desk)
    await capOnCredits(other, await createMember(desk, other))
    expect(await uncap()).toEqual({ ...nothing, processed: 1 })
    expect([await isCapped(organization), await isCapped(other)]).toEqual([false, true])
    expect(await uncap()).toEqual(nothing)
  })

  test('waits for nobody, and leaves an organization alone whose cap is being set', async () => {
    const organization = await withoutItsLastMember()
    const user = await createMember(desk, organization)
    await desk.admin.begin(async (sql) => {
      await capOnCredits(organization, user, sql as unknown as Sql)
      expect(await uncap()).toEqual(nothing)
    })
    expect(await uncap()).toEqual(nothing)
    expect(await isCapped(organization)).toBe(true)
  })
})
