import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  balanceOf,
  brokenRules,
  createOrganization,
  grant,
  ledgerOf,
  openDesk,
} from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { clockedAt, refund } from '../support/jobs.ts'
import { hold, settle } from '../support/operations.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-03-10T12:00:00Z') })
})
afterAll(() => desk.close())

/** Charges so much and returns the ledger rows of it. */
async function charge(organization: string, amount: string, held = amount): Promise<string[]> {
  const reservation = await hold(desk.api, organization, held)
  const [row] = await settle(desk.api, { organization, reservation, amount })
  return row!.transaction_ids
}

describe('refund_transaction', () => {
  test('returns all that is left of a charge to the grant it came from', async () => {
    const organization = await createOrganization(desk)
    const { grant_id } = await grant(desk, organization, { amount: '10' })
    const [charged] = await charge(organization, '4')
    const row = await refund(desk.api, charged!)
    expect(row).toMatchObject({
      outcome: 'refunded',
      grant_id,
      refunded_credits: '4.00',
      refundable_credits: '0.00',
      available_credits: '10.00',
    })
    expect((await ledgerOf(desk, organization)).at(-1)).toMatchObject({
      type: 'refund',
      amount: '4.00',
      after: '10.00',
      grant_id,
      id: row.transaction_id,
    })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('opens a grant again that the charge had used up', async () => {
    const organization = await createOrganization(desk, { credits: '3' })
    const [charged] = await charge(organization, '3')
    await refund(desk.api, charged!, { amount: '1' })
    expect(await hold(desk.api, organization, '1')).toBeTruthy()
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('gives back in parts but never more than was charged (exceeds_charge)', async () => {
    const organization = await createOrganization(desk, { credits: '10' })
    const [charged] = await charge(organization, '4')
    expect(await refund(desk.api, charged!, { amount: '3.99' })).toMatchObject({
      refundable_credits: '0.01',
    })
    expect(await refund(desk.api, charged!, { amount: '0.02' })).toMatchObject({
      outcome: 'exceeds_charge',
      refunded_credits: '0',
    })
    expect(await refund(desk.api, charged!, { amount: '0.01' })).toMatchObject({
      outcome: 'refunded',
    })
    expect(await refund(desk.api, charged!)).toMatchObject({ outcome: 'exceeds_charge' })
    expect((await balanceOf(desk, organization)).posted).toBe('10.00')
  })

  test('parallel refunds of one charge together give back what was charged', async () => {
    const organization = await createOrganization(desk, { credits: '10' })
    const [charged] = await charge(organization, '5')
    const rows = await Promise.all(
      Array.from({ length: 12 }, () => refund(desk.api, charged!, { amount: '1' })),
    )
    expect(rows.filter((row) => row.outcome === 'refunded')).toHaveLength(5)
    expect((await balanceOf(desk, organization)).posted).toBe('10.00')
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('the same key answers the first refund, another request under it is a conflict', async () => {
    const organization = await createOrganization(desk, { credits: '10' })
    const [charged] = await charge(organization, '5')
    const rows = await Promise.all(
      Array.from({ length: 6 }, () => refund(desk.api, charged!, { amount: '1', key: 'same' })),
    )
    expect(rows.map((row) => row.outcome).toSorted()).toEqual([
      'refunded',
      ...Array.from({ length: 5 }, () => 'replayed'),
    ])
    expect(new Set(rows.map((row) => row.transaction_id)).size).toBe(1)
    expect(await refund(desk.api, charged!, { amount: '2', key: 'same' })).toMatchObject({
      outcome: 'idempotency_conflict',
    })
    expect((await balanceOf(desk, organization)).posted).toBe('6.00')
  })

  test('makes a new grant of 30 days when the old one has expired', async () => {
    const organization = await createOrganization(desk)
    const old = await grant(desk, organization, {
      amount: '10',
      expiresAt: new Date('2026-03-11T00:00:00Z'),
    })
    const [charged] = await charge(organization, '4')
    const later = await clockedAt(desk, '2026-03-12T00:00:00Z')
    const row = await refund(later, charged!)
    expect(row.grant_id).not.toBe(old.grant_id)
    const [fresh] = await desk.admin`
      select source, expires_at from public.credit_grants where id = ${row.grant_id}`
    expect(fresh).toEqual({ source: 'refund', expires_at: new Date('2026-04-11T00:00:00Z') })
    expect((await balanceOf(desk, organization)).posted).toBe('4.00')
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('repays a debt first, also with a refund of the overdraft itself', async () => {
    const organization = await createOrganization(desk, { credits: '1', overdraft: '2' })
    const [own, overdrawn] = await charge(organization, '3', '1')
    expect(await balanceOf(desk, organization)).toMatchObject({ debt: '2.00', posted: '-2.00' })
    await refund(desk.api, own!, { amount: '0.5' })
    expect(await balanceOf(desk, organization)).toMatchObject({ debt: '1.50', bonus: '0.00' })
    await refund(desk.api, overdrawn!)
    expect(await balanceOf(desk, organization)).toMatchObject({ debt: '0.00', bonus: '0.50' })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test.each([
    ['0', 'invalid_amount'],
    ['-1', 'invalid_amount'],
    ['0.001', 'invalid_amount'],
    ['NaN', 'invalid_amount'],
    ['1000000000000', 'invalid_amount'],
  ])('refuses an amount of %s (%s)', async (amount, outcome) => {
    const organization = await createOrganization(desk, { credits: '10' })
    const [charged] = await charge(organization, '4')
    expect(await refund(desk.api, charged!, { amount })).toMatchObject({ outcome })
    expect((await balanceOf(desk, organization)).posted).toBe('6.00')
  })

  test('refuses what is no charge and what is not there', async () => {
    const organization = await createOrganization(desk)
    const { transaction_id } = await grant(desk, organization, { amount: '10' })
    expect(await refund(desk.api, transaction_id)).toMatchObject({ outcome: 'not_refundable' })
    expect(await refund(desk.api, organization)).toMatchObject({
      outcome: 'transaction_not_found',
    })
    const [charged] = await charge(organization, '1')
    expect(await refund(desk.api, charged!, { key: 'x'.repeat(201) })).toMatchObject({
      outcome: 'invalid_key',
    })
  })
})
