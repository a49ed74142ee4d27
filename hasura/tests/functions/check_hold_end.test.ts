import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { hold, release } from '../support/operations.ts'

let desk: Desk
let organization: string

beforeAll(async () => {
  desk = await openDesk()
  organization = await createOrganization(desk, { credits: '10' })
})
afterAll(() => desk.close())

const SETTLED = `ended_as = 'settled', closed_at = now(), settlement_fingerprint = 1`
const RELEASED = `ended_as = 'released', closed_at = now()`

const update = (reservation: string, change: string) =>
  desk.admin.unsafe(`update private.credit_holds set ${change} where id = '${reservation}'`)

test.each([
  `ended_as = 'gone', closed_at = now(), released_credits = 2`,
  `ended_as = 'released', released_credits = 2`,
  RELEASED,
  `${RELEASED}, released_credits = 1`,
  `${RELEASED}, released_credits = 2, charged_credits = 0`,
  SETTLED,
  `${SETTLED}, charged_credits = 2, released_credits = 0`,
  `${SETTLED}, charged_credits = 3, released_credits = -1, shortfall_credits = 0`,
  `${SETTLED}, charged_credits = -1, released_credits = 3, shortfall_credits = 0`,
  `${SETTLED}, charged_credits = 2, released_credits = 0, shortfall_credits = -1`,
  `ended_as = 'settled', closed_at = now(), charged_credits = 2, released_credits = 0, shortfall_credits = 0`,
  `closed_at = now()`,
  `charged_credits = 1`,
  `released_credits = 1`,
  `amount_credits = 0`,
])('an open hold of 2 credits is not changed by: %s', async (change) => {
  const reservation = await hold(desk.api, organization, '2')
  await expect(update(reservation, change)).rejects.toMatchObject({ code: '23514' })
  await release(desk.api, { organization, reservation })
})

test.each([
  `${SETTLED}, charged_credits = 1.5, released_credits = 0.5, shortfall_credits = 0`,
  `${RELEASED}, released_credits = 2`,
  `ended_as = 'expired', closed_at = now(), released_credits = 2`,
  `expires_at = now() + interval '1 hour'`,
])('but by: %s', async (change) => {
  const reservation = await hold(desk.api, organization, '2')
  await expect(update(reservation, change)).resolves.toMatchObject({ count: 1 })
})

test('what has ended does not begin again', async () => {
  const reservation = await hold(desk.api, organization, '1')
  await release(desk.api, { organization, reservation })
  for (const change of ['ended_as = null', 'ended_as = null, closed_at = null']) {
    await expect(update(reservation, change)).rejects.toMatchObject({ code: '23514' })
  }
})
