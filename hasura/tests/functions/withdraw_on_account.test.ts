import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { balanceOf, brokenRules, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { clockedAt, foundOrganization } from '../support/jobs.ts'
import { hold, setClock, settle } from '../support/operations.ts'
import { applyPurchase, purchaseOf } from '../support/purchases.ts'
import { payLine } from '../support/subscriptions.ts'

const MAY = { line: 'may', invoice: 'in_may', from: '2026-05-01', to: '2026-06-01' }

let desk: Desk
let sql: Sql
let organization: string
let purchase: string

beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-01-01T00:00:00Z') })
  sql = await clockedAt(desk, '2026-01-01T00:00:00Z')
  await desk.admin`
    update public.plans
    set pay_as_you_go_allowed = true, pay_as_you_go_credit_price_usd = 0.01,
      refund_policy = 'unspent_only', dispute_policy = 'unspent_only'
    where id = 'pro'`
})
/** On pro, with 100 credits on account for a dollar, which the invoice of May collects. */
beforeEach(async () => {
  await setClock(sql, new Date('2026-01-01T00:00:00Z'))
  organization = await foundOrganization(sql, { plan: 'free' })
  await setClock(sql, new Date('2026-04-16T00:00:00Z'))
  await payLine(sql, { organization, line: 'apr', from: '2026-04-01', to: '2026-05-01' })
  await sql`select from private.set_pay_as_you_go(${organization}, true, 300, null)`
  const [given] = await sql<{ purchase_id: string }[]>`
    select purchase_id from private.grant_on_account(${organization}, 501)`
  purchase = given!.purchase_id
  await setClock(sql, new Date('2026-05-01T01:00:00Z'))
})
afterAll(async () => {
  expect(await brokenRules(desk)).toEqual([])
  await desk.close()
})

/** The invoice of May: 29 dollars for the plan, one for the credits on account. */
async function payMay(): Promise<void> {
  await payLine(sql, { organization, ...MAY })
  await sql`
    select private.record_invoice(${organization}, ${sql.json({
      id: MAY.invoice,
      status: 'paid',
      amount_due_usd: '30.00',
      amount_paid_usd: '30.00',
      currency: 'usd',
      created_at: '2026-05-01T00:00:00Z',
    })})`
}

const collect = (payment = 'paid') =>
  applyPurchase(desk, organization, purchase, { payment, usd: '1.00', invoice: MAY.invoice })

async function goBack(kind: 'refunds' | 'disputes', usd: string, counts = true): Promise<string> {
  const back = {
    id: `${kind}_${organization}`,
    payment_intent_id: 'pi_1',
    amount_usd: usd,
    currency: 'usd',
    status: 'succeeded',
    counts,
    reason: null,
    created_at: '2026-05-02T00:00:00Z',
  }
  const [row] = await sql<{ withdrawn: string }[]>`
    select private.withdraw_invoice(
      ${organization}, ${MAY.invoice}, subscription_revision, ${sql.json({ [kind]: [back] })}
    ) as withdrawn
    from public.org_plans where organization_id = ${organization}`
  return row!.withdrawn
}

const posted = async () => (await balanceOf(desk, organization)).posted

describe('money that goes back of an invoice with credits on account', () => {
  test('withdraws them with those of the plan, in its share and once', async () => {
    await payMay()
    await collect()
    expect(await posted()).toBe('600.00')
    expect(await goBack('refunds', '10.00')).toBe('200.00')
    expect(await purchaseOf(desk, purchase)).toMatchObject({
      status: 'partially_refunded',
      withdrawn: '33.33',
      refunded: '0.33',
    })
    expect(await goBack('refunds', '10.00')).toBe('0')
    expect(await goBack('refunds', '30.00')).toBe('400.00')
    expect(await purchaseOf(desk, purchase)).toMatchObject({
      status: 'refunded',
      withdrawn: '100.00',
      refunded: '1.00',
    })
    expect(await posted()).toBe('0.00')
    await collect()
    expect(await posted()).toBe('0.00')
  })

  test('gives them again when a dispute is won', async () => {
    await payMay()
    await collect()
    await goBack('disputes', '30.00')
    expect(await purchaseOf(desk, purchase)).toMatchObject({ status: 'disputed', disputed: '1.00' })
    expect(await posted()).toBe('0.00')
    expect(await goBack('disputes', '30.00', false)).toBe('-600.00')
    expect(await purchaseOf(desk, purchase)).toMatchObject({ status: 'paid', withdrawn: '0.00' })
    expect(await posted()).toBe('600.00')
  })

  test.each(['processing', 'paid'])(
    'withdraws them though they are heard of last (%s before)',
    async (before) => {
      if (before === 'processing') await collect('processing')
      await payMay()
      expect(await goBack('refunds', '30.00')).toBe('500.00')
      expect(await posted()).toBe('100.00')
      expect(await collect()).toMatchObject({ status: 'refunded', withdrawn_credits: '100.00' })
      expect(await posted()).toBe('0.00')
    },
  )

  test('withdraws them though the invoice is heard of last', async () => {
    await collect()
    expect(await goBack('refunds', '30.00')).toBe('0')
    await payMay()
    expect(await goBack('refunds', '30.00')).toBe('600.00')
    expect(await purchaseOf(desk, purchase)).toMatchObject({ status: 'refunded' })
    expect(await posted()).toBe('0.00')
  })

  test('takes what is unspent, and keeps the rest on record', async () => {
    await payMay()
    await collect()
    const reservation = await hold(sql, organization, '540')
    await settle(sql, { organization, reservation, amount: '540' })
    expect(await goBack('refunds', '30.00')).toBe('60.00')
    expect(await purchaseOf(desk, purchase)).toMatchObject({
      withdrawn: '60.00',
      unrecovered: '40.00',
    })
  })

  test('leaves credits of other invoices alone', async () => {
    await payMay()
    await applyPurchase(desk, organization, purchase, { usd: '1.00', invoice: 'in_other' })
    expect(await goBack('refunds', '30.00')).toBe('500.00')
    expect(await purchaseOf(desk, purchase)).toMatchObject({ status: 'paid', withdrawn: '0.00' })
  })
})
