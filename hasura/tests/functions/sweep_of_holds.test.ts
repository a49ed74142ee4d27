import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenRules, createOrganization, openDesk, type Desk } from '../support/desk.ts'
import { extend, hold, passTime, reserve, settle } from '../support/operations.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(async () => {
  expect(await brokenRules(desk)).toEqual([])
  await desk.close()
})

/** Any move sweeps first when the mark has come; here it is made due. */
async function sweep(organization: string, reservation: string) {
  await desk.admin`
    update public.organization_credit_balances set next_hold_expires_at = '-infinity'
    where organization_id = ${organization}`
  await extend(desk.api, { organization, reservation, seconds: null })
  const [row] = await desk.admin<{ place: string; ended: number }[]>`
    select
      case
        when balance.next_hold_expires_at = 'infinity' then 'nothing to come'
        when balance.next_hold_expires_at
          = (select min(open.expires_at) from private.open_holds as open
            where open.organization_id = balance.organization_id) then 'next open hold'
        else 'as far as was looked'
      end as place,
      (
        select count(*)::int from private.credit_holds as hold
        where hold.organization_id = balance.organization_id
          and hold.expires_at > now() and hold.expires_at <= balance.next_hold_expires_at
      ) as ended
    from public.organization_credit_balances as balance
    where balance.organization_id = ${organization}`
  return row!
}

/** Holds that are charged at once, so that they are looked at and nothing is to be done. */
async function settledHolds(organization: string, count: number): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < count) {
    const size = Math.min(200, count - ids.length)
    const rows = await reserve(
      desk.api,
      ...Array.from({ length: size }, () => ({ organization, amount: '0.02' })),
    )
    const reservations = rows.map((row) => row.reservation_id)
    await settle(
      desk.api,
      ...reservations.map((reservation) => ({ organization, reservation, amount: '0.01' })),
    )
    ids.push(...reservations)
  }
  return ids
}

test('a sweep sets its mark to the next open hold, over those that were charged', async () => {
  const organization = await createOrganization(desk, { credits: '100' })
  const [settled] = await settledHolds(organization, 5)
  await hold(desk.api, organization, '1')
  expect((await sweep(organization, settled!)).place).toBe('next open hold')
})

test('without open holds there is nothing to come', async () => {
  const organization = await createOrganization(desk, { credits: '100' })
  const [settled] = await settledHolds(organization, 5)
  expect((await sweep(organization, settled!)).place).toBe('nothing to come')
})

test('it looks at 4,000, and the next one goes on from there', async () => {
  const organization = await createOrganization(desk, { credits: '100' })
  const [settled] = await settledHolds(organization, 4200)
  const open = await hold(desk.api, organization, '1')
  const first = await sweep(organization, settled!)
  expect(first.place).toBe('as far as was looked')
  expect(first.ended).toBeGreaterThanOrEqual(4000)
  expect(first.ended).toBeLessThanOrEqual(4200)

  await desk.admin`
    update private.credit_holds set expires_at = created_at
    where organization_id = ${organization} and id <> ${open}`
  expect((await sweep(organization, settled!)).place).toBe('next open hold')
  await passTime(desk.admin, organization, open)
  expect((await sweep(organization, settled!)).place).toBe('nothing to come')
  const [row] = await desk.admin`
    select status from public.credit_reservations where id = ${open}`
  expect(row!.status).toBe('expired')
})
