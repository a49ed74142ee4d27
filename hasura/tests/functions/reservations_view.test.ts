import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brokenRules, createOrganization, openDesk, type Desk } from '../support/desk.ts'
import { expire, hold, passTime, release, settle } from '../support/operations.ts'

let desk: Desk
let organization: string

beforeAll(async () => {
  desk = await openDesk()
  organization = await createOrganization(desk, { credits: '100', overdraft: '2' })
})
afterAll(async () => {
  expect(await brokenRules(desk)).toEqual([])
  await desk.close()
})

/** The row that members see, and how many ends of it are stored: in the ledger, and with the hold. */
async function seen(reservation: string) {
  const [row] = await desk.admin`
    select
      told.status, told.charged_credits as charged, told.released_credits as released,
      told.shortfall_credits as shortfall, told.closed_at is not null as is_closed,
      exists (
        select from public.open_reservations as open where open.id = told.id
      ) as is_open,
      (
        select count(*)::int from public.credit_transactions as charge
        where charge.id = told.id and charge.event_at = told.closed_at
      ) as charges,
      hold.ended_as
    from public.credit_reservations as told
    join private.credit_holds as hold on hold.id = told.id
    where told.id = ${reservation}`
  return row
}

const NOTHING = { charged: null, released: null, shortfall: null }

describe('a reservation is seen', () => {
  test('open, while nothing has ended it', async () => {
    expect(await seen(await hold(desk.api, organization, '4'))).toEqual({
      ...NOTHING,
      status: 'reserved',
      is_closed: false,
      is_open: true,
      charges: 0,
      ended_as: null,
    })
  })

  test('settled within its hold, which the ledger alone tells', async () => {
    const reservation = await hold(desk.api, organization, '4')
    await settle(desk.api, { organization, reservation, amount: '1.25' })
    expect(await seen(reservation)).toEqual({
      status: 'settled',
      charged: '1.25',
      released: '2.75',
      shortfall: '0.00',
      is_closed: true,
      is_open: false,
      charges: 1,
      ended_as: null,
    })
  })

  test('settled above its hold', async () => {
    const reservation = await hold(desk.api, organization, '4')
    await settle(desk.api, { organization, reservation, amount: '6' })
    expect(await seen(reservation)).toEqual({
      status: 'settled',
      charged: '6.00',
      released: '0.00',
      shortfall: '0.00',
      is_closed: true,
      is_open: false,
      charges: 1,
      ended_as: 'settled',
    })
  })

  test('settled for nothing, which leaves no row in the ledger', async () => {
    const reservation = await hold(desk.api, organization, '4')
    await settle(desk.api, { organization, reservation, amount: '0' })
    expect(await seen(reservation)).toEqual({
      status: 'settled',
      charged: '0.00',
      released: '4.00',
      shortfall: '0.00',
      is_closed: true,
      is_open: false,
      charges: 0,
      ended_as: 'settled',
    })
  })

  test('released', async () => {
    const reservation = await hold(desk.api, organization, '4')
    await release(desk.api, { organization, reservation })
    expect(await seen(reservation)).toEqual({
      ...NOTHING,
      status: 'released',
      released: '4.00',
      is_closed: true,
      is_open: false,
      charges: 0,
      ended_as: 'released',
    })
  })

  test('expired, and settled when the work was done all the same', async () => {
    const reservation = await hold(desk.api, organization, '4')
    await passTime(desk.admin, organization, reservation)
    await expire(desk.api)
    expect(await seen(reservation)).toMatchObject({
      status: 'expired',
      released: '4.00',
      is_open: false,
      ended_as: 'expired',
    })
    await settle(desk.api, { organization, reservation, amount: '3' })
    expect(await seen(reservation)).toMatchObject({
      status: 'settled',
      charged: '3.00',
      released: '4.00',
      charges: 1,
      ended_as: 'settled',
    })
  })
})
