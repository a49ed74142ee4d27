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
import { refund as refundCharge } from '../support/jobs.ts'
import { hold, settle } from '../support/operations.ts'
import { applyPurchase, buy, purchaseOf } from '../support/purchases.ts'
import type { MoneyBack } from '../support/purchases.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

async function spend(organization: string, amount: string): Promise<string> {
  const reservation = await hold(desk.api, organization, amount)
  const [row] = await settle(desk.api, { organization, reservation, amount })
  return row!.transaction_ids[0]!
}

const refunds = (...all: MoneyBack[]) => ({ refunds: all })
const disputes = (...all: MoneyBack[]) => ({ disputes: all })
const one = (usd: string, counts = true): MoneyBack => ({ id: 're_1', usd, counts })
const two = (usd: string): MoneyBack => ({ id: 're_2', usd })

/** Changes what the plan of the organization does about refunds and disputes. */
async function withPolicy(policy: 'debt' | 'unspent_only', work: () => Promise<void>) {
  const set = (value: string) => desk.admin`
    update public.plans set refund_policy = ${value}, dispute_policy = ${value} where id = 'lab'`
  await set(policy)
  try {
    await work()
  } finally {
    await set('unspent_only')
  }
}

describe('refunds', () => {
  test('are withdrawn by cumulative difference, in any number of steps', async () => {
    const organization = await createOrganization(desk)
    const purchase = await buy(desk, organization)
    const apply = (...all: MoneyBack[]) =>
      applyPurchase(desk, organization, purchase, refunds(...all))
    expect(await apply(one('1.25'))).toMatchObject({
      status: 'partially_refunded',
      withdrawn_credits: '250.00',
    })
    expect(await apply(one('1.25'))).toMatchObject({ withdrawn_credits: '0' })
    expect(await apply(one('1.25'), two('3.75'))).toMatchObject({
      status: 'refunded',
      withdrawn_credits: '750.00',
    })
    const entries = await ledgerOf(desk, organization)
    expect(entries.slice(2).map(({ type, amount }) => [type, amount])).toEqual([
      ['topup_purchase', '1000.00'],
      ['admin_adjustment', '-250.00'],
      ['admin_adjustment', '-750.00'],
    ])
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('one that fails later gives the credits again', async () => {
    const organization = await createOrganization(desk)
    const purchase = await buy(desk, organization)
    await applyPurchase(desk, organization, purchase, refunds(one('5.00')))
    expect((await balanceOf(desk, organization)).posted).toBe('0.00')
    expect(
      await applyPurchase(desk, organization, purchase, refunds(one('5.00', false))),
    ).toMatchObject({ status: 'paid', withdrawn_credits: '-1000.00' })
    expect((await balanceOf(desk, organization)).posted).toBe('1000.00')
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('take what is unspent, and record the rest', async () => {
    const organization = await createOrganization(desk, { credits: '100' })
    const purchase = await buy(desk, organization)
    await spend(organization, '700')
    await applyPurchase(desk, organization, purchase, refunds(one('5.00')))
    // Promotional credits are used before bought ones: 100 of them, 600 of the purchase.
    expect(await purchaseOf(desk, purchase)).toMatchObject({
      status: 'refunded',
      withdrawn: '400.00',
      unrecovered: '600.00',
    })
    expect((await balanceOf(desk, organization)).posted).toBe('0.00')
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('leave other credits alone', async () => {
    const organization = await createOrganization(desk)
    const purchase = await buy(desk, organization)
    await spend(organization, '1000')
    await grant(desk, organization, { amount: '50' })
    await applyPurchase(desk, organization, purchase, refunds(one('5.00')))
    expect((await balanceOf(desk, organization)).posted).toBe('50.00')
    expect(await purchaseOf(desk, purchase)).toMatchObject({ unrecovered: '1000.00' })
  })

  test('never rob an open hold; what it leaves is taken with the next comparison', async () => {
    const organization = await createOrganization(desk)
    const purchase = await buy(desk, organization)
    const reservation = await hold(desk.api, organization, '300')
    await applyPurchase(desk, organization, purchase, refunds(one('5.00')))
    expect(await balanceOf(desk, organization)).toMatchObject({
      posted: '300.00',
      available: '0.00',
    })
    expect(await purchaseOf(desk, purchase)).toMatchObject({ unrecovered: '300.00' })
    const [settled] = await settle(desk.api, { organization, reservation, amount: '100' })
    expect(settled).toMatchObject({ outcome: 'settled', shortfall_credits: '0.00' })
    await applyPurchase(desk, organization, purchase, refunds(one('5.00')))
    expect(await purchaseOf(desk, purchase)).toMatchObject({
      withdrawn: '900.00',
      unrecovered: '100.00',
    })
    expect((await balanceOf(desk, organization)).posted).toBe('0.00')
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('that come before the credits were seen leave nothing behind', async () => {
    const organization = await createOrganization(desk)
    const purchase = await buy(desk, organization)
    await applyPurchase(desk, organization, purchase, refunds(one('2.50'), two('2.50')))
    expect(await purchaseOf(desk, purchase)).toMatchObject({
      status: 'refunded',
      withdrawn: '1000.00',
    })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('parallel with spending neither lose nor double a credit', async () => {
    const organization = await createOrganization(desk)
    const purchase = await buy(desk, organization)
    await Promise.all([
      ...Array.from({ length: 10 }, async () => {
        try {
          await spend(organization, '60')
        } catch {
          // None were left.
        }
      }),
      ...Array.from({ length: 5 }, () =>
        applyPurchase(desk, organization, purchase, refunds(one('2.50'))),
      ),
    ])
    expect(await brokenRules(desk, organization)).toEqual([])
    expect(await purchaseOf(desk, purchase)).toMatchObject({ refunded: '2.50' })
  })
})

describe('the policy debt', () => {
  test('takes other credits, and makes a debt of what is missing', () =>
    withPolicy('debt', async () => {
      const organization = await createOrganization(desk)
      const purchase = await buy(desk, organization)
      await spend(organization, '900')
      await grant(desk, organization, { amount: '50' })
      await applyPurchase(desk, organization, purchase, refunds(one('5.00')))
      expect(await balanceOf(desk, organization)).toMatchObject({
        debt: '850.00',
        posted: '-850.00',
      })
      expect(await purchaseOf(desk, purchase)).toMatchObject({
        withdrawn: '1000.00',
        unrecovered: '0.00',
      })
      expect(await brokenRules(desk, organization)).toEqual([])
      await grant(desk, organization, { amount: '1000' })
      expect(await balanceOf(desk, organization)).toMatchObject({ debt: '0.00', posted: '150.00' })
      expect(await brokenRules(desk, organization)).toEqual([])
    }))

  test('makes none while a hold is open', () =>
    withPolicy('debt', async () => {
      const organization = await createOrganization(desk)
      const purchase = await buy(desk, organization)
      await spend(organization, '900')
      await hold(desk.api, organization, '40')
      await applyPurchase(desk, organization, purchase, refunds(one('5.00')))
      expect(await balanceOf(desk, organization)).toMatchObject({
        debt: '0.00',
        posted: '40.00',
        available: '0.00',
      })
      expect(await brokenRules(desk, organization)).toEqual([])
    }))

  test('the debt is forgiven when the money stands again', () =>
    withPolicy('debt', async () => {
      const organization = await createOrganization(desk)
      const purchase = await buy(desk, organization)
      const charge = await spend(organization, '600')
      await applyPurchase(desk, organization, purchase, disputes(one('5.00')))
      expect((await balanceOf(desk, organization)).debt).toBe('600.00')
      // A refund of the charge fills the grant, which then has no room for all that returns.
      await refundCharge(desk.api, charge)
      await applyPurchase(desk, organization, purchase, disputes(one('5.00', false)))
      expect(await balanceOf(desk, organization)).toMatchObject({
        debt: '0.00',
        posted: '1000.00',
      })
      expect(await purchaseOf(desk, purchase)).toMatchObject({ status: 'paid', withdrawn: '0.00' })
      expect(await brokenRules(desk, organization)).toEqual([])
    }))
})

describe('disputes', () => {
  test('withdraw when opened and give again when won', async () => {
    const organization = await createOrganization(desk)
    const purchase = await buy(desk, organization)
    await spend(organization, '200')
    const opened = disputes({ id: 'dp_1', usd: '5.00', status: 'needs_response' })
    expect(await applyPurchase(desk, organization, purchase, opened)).toMatchObject({
      status: 'disputed',
      withdrawn_credits: '800.00',
    })
    const won = disputes({ id: 'dp_1', usd: '5.00', status: 'won', counts: false })
    expect(await applyPurchase(desk, organization, purchase, won)).toMatchObject({
      status: 'paid',
      withdrawn_credits: '-800.00',
    })
    const [dispute] = await desk.admin`
      select status, withdrawn_credits, reinstated_credits from public.billing_disputes
      where organization_id = ${organization}`
    expect(dispute).toMatchObject({
      status: 'won',
      withdrawn_credits: '800.00',
      reinstated_credits: '800.00',
    })
    expect((await balanceOf(desk, organization)).posted).toBe('800.00')
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('an inquiry moves nothing', async () => {
    const organization = await createOrganization(desk)
    const purchase = await buy(desk, organization)
    const inquiry = { id: 'dp_1', usd: '5.00', status: 'warning_needs_response', counts: false }
    expect(await applyPurchase(desk, organization, purchase, disputes(inquiry))).toMatchObject({
      status: 'paid',
      withdrawn_credits: '0',
    })
  })

  test('and a refund of the same payment take its credits once', async () => {
    const organization = await createOrganization(desk)
    const purchase = await buy(desk, organization)
    await applyPurchase(desk, organization, purchase, {
      refunds: [one('5.00')],
      disputes: [{ id: 'dp_1', usd: '5.00' }],
    })
    expect(await purchaseOf(desk, purchase)).toMatchObject({
      status: 'disputed',
      withdrawn: '1000.00',
      unrecovered: '0.00',
    })
    expect(await brokenRules(desk, organization)).toEqual([])
  })
})

test('the balance of a past moment is exact over withdrawals', async () => {
  const organization = await createOrganization(desk)
  const purchase = await buy(desk, organization)
  await applyPurchase(desk, organization, purchase, refunds(one('1.00')))
  const moments = await desk.admin<{ at: string }[]>`
    select event_at::text as at from public.credit_transactions
    where organization_id = ${organization} order by sequence desc limit 2`
  const balances = await Promise.all(
    moments.map(async ({ at }) => {
      const [row] = await desk.admin<{ posted_credits: string }[]>`
        select posted_credits from public.balance_at(${organization}, ${at}::text::timestamptz)`
      return row!.posted_credits
    }),
  )
  expect(balances).toEqual(['800.00', '1000.00'])
})
