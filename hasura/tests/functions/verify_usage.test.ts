import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createMember, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { hold, settle } from '../support/operations.ts'
import { brokenUsage, consume, reserveWithQuotas, setLimit } from '../support/quotas.ts'

let desk: Desk
let organization: string

beforeAll(async () => {
  desk = await openDesk()
  await setLimit(desk, { limit: '100' })
})
beforeEach(async () => {
  organization = await createOrganization(desk, { credits: '50' })
  const user = await createMember(desk, organization)
  await consume(desk.api, { organization, user, amount: '3' }, { organization, amount: '2' })
  await reserveWithQuotas(desk.api, { organization, quotas: [{ meter: 'letters', amount: '4' }] })
  const reservation = await hold(desk.api, organization, '2')
  await settle(desk.api, { organization, reservation, amount: '2' })
  await desk.api`
    select from private.fold_credit_usage(1000, '00000000-0000-0000-0000-000000000000')`
  expect(await brokenUsage(desk, organization)).toEqual([])
})
afterAll(() => desk.close())

/** One thing is changed that nobody may change: the difference has this name. */
test.each([
  [
    'a day of the roll-up',
    'daily_equals_ledger',
    'update public.usage_daily set used_amount = used_amount + 1',
  ],
  [
    'entries of a day',
    'daily_equals_ledger',
    'update public.usage_daily set entries = entries + 1',
  ],
  ['a day that is gone', 'daily_equals_ledger', 'delete from public.usage_daily'],
  [
    'a counter',
    'counter_equals_ledger',
    'update public.quota_usages set used_amount = used_amount + 1',
  ],
  ['a counter that is gone', 'counter_equals_ledger', 'delete from public.quota_usages'],
  ['what a counter holds', 'held_equals_holds', 'update public.quota_usages set held_amount = 0'],
  [
    'a line of an open hold',
    'hold_follows_reservation',
    "update public.quota_holds set status = 'booked', closed_at = now()",
  ],
  [
    'the roll-up of credits',
    'credit_daily_equals_ledger',
    'update public.credit_usage_daily set used_credits = 0',
  ],
  [
    'days of credits that are gone',
    'credit_daily_equals_ledger',
    'delete from public.credit_usage_daily',
  ],
])('%s: %s', async (_, invariant, change) => {
  await desk.admin.unsafe(`${change} where organization_id = '${organization}'`)
  const found = await brokenUsage(desk, organization)
  expect(found.map((row) => row.invariant)).toContain(invariant)
  // The others are told about all organizations as well, and about no other one.
  expect((await brokenUsage(desk)).length).toBeGreaterThanOrEqual(found.length)
  const healthy = await createOrganization(desk)
  expect(await brokenUsage(desk, healthy)).toEqual([])
})
