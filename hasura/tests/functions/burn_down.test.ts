import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { brokenRules, createOrganization, grant, ledgerOf, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { hold, settle } from '../support/operations.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterEach(async () => {
  expect(await brokenRules(desk)).toEqual([])
})
afterAll(() => desk.close())

describe('burn-down', () => {
  test('priority, then earliest expiry, then promotional before paid, then oldest', async () => {
    const organization = await createOrganization(desk)
    const soon = new Date(Date.now() + 86_400_000)
    const later = new Date(Date.now() + 2 * 86_400_000)
    const lots: [string, Parameters<typeof grant>[2]][] = [
      ['paid', { source: 'topup', amount: '1', expiresAt: later }],
      ['never', { amount: '1' }],
      ['promo, older', { amount: '1', expiresAt: later }],
      ['promo, younger', { amount: '1', expiresAt: later }],
      ['soon', { source: 'topup', amount: '1', expiresAt: soon }],
      ['first', { amount: '1', priority: 1 }],
      ['monthly', { source: 'plan', amount: '1', expiresAt: later }],
    ]
    const names = new Map<string, string>()
    for (const [name, options] of lots) {
      names.set((await grant(desk, organization, options)).grant_id, name)
    }
    const reservation = await hold(desk.api, organization, '7')
    const [row] = await settle(desk.api, { organization, reservation, amount: '6.5' })
    expect(row!.transaction_ids).toHaveLength(7)
    const drawn = (await ledgerOf(desk, organization)).slice(-7)
    expect(drawn.map((entry) => [names.get(entry.grant_id!), entry.amount, entry.after])).toEqual([
      ['first', '-1.00', '6.00'],
      ['monthly', '-1.00', '5.00'],
      ['soon', '-1.00', '4.00'],
      ['promo, older', '-1.00', '3.00'],
      ['promo, younger', '-1.00', '2.00'],
      ['paid', '-1.00', '1.00'],
      ['never', '-0.50', '0.50'],
    ])
    expect(drawn.map((entry) => entry.id)).toEqual(row!.transaction_ids)
  })

  test('the provider metadata of a settlement is in the ledger once', async () => {
    const organization = await createOrganization(desk)
    await grant(desk, organization, { amount: '1' })
    await grant(desk, organization, { amount: '1' })
    const reservation = await hold(desk.api, organization, '2')
    await settle(desk.api, { organization, reservation, amount: '2' })
    const rows = await desk.admin`
      select public.credit_transactions_provider_metadata(written) is not null as has_metadata
      from public.credit_transactions as written
      where reservation_id = ${reservation} order by sequence`
    expect(rows.map((row) => row.has_metadata)).toEqual([true, false])
  })

  test('the first row of a charge has the id of its reservation; a replay names all of them', async () => {
    const organization = await createOrganization(desk)
    await grant(desk, organization, { amount: '1' })
    await grant(desk, organization, { amount: '1' })
    const reservation = await hold(desk.api, organization, '2')
    const [first] = await settle(desk.api, { organization, reservation, amount: '2' })
    await grant(desk, organization, { amount: '1' })
    const [again] = await settle(desk.api, { organization, reservation, amount: '2' })
    expect(first!.transaction_ids).toEqual([reservation, expect.any(String)])
    expect(again).toMatchObject({ outcome: 'replayed', transaction_ids: first!.transaction_ids })
    const shown = await desk.admin`
      select entry.id
      from public.credit_reservations as made
      cross join lateral public.credit_reservations_transactions(made) as entry
      where made.id = ${reservation} order by entry.sequence`
    expect(shown.map((row) => row.id)).toEqual(first!.transaction_ids)
  })
})
