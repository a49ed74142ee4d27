import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { asOwner, callAction } from '../support/actions.ts'
import { balanceOf, brokenInvariants, createOrganization } from '../support/organizations.ts'
import {
  BANK_DEBIT,
  payPurchase,
  purchase,
  purchaseRow,
  refund,
  runJob,
} from '../support/purchases.ts'
import { control, startBilledApi, type BilledApi } from '../support/subscriptions.ts'

let billed: BilledApi

beforeAll(async () => {
  billed = await startBilledApi()
})
/** No event arrives in these tests: what is found is found by comparing. */
beforeEach(() => {
  billed.stripe.outbox.configure({ mode: 'off' })
})
afterAll(() => billed.stop())

const compare = () => runJob(billed.api, 'reconcile_stripe')
const postedOf = async ({ id }: { id: string }) => (await balanceOf(billed.api.sql, id)).posted

async function paidPage(card?: string) {
  const organization = await createOrganization(billed.api.sql)
  const answer = await purchase(billed, organization)
  await payPurchase(answer, card)
  return { organization, id: answer.body['purchase_id'] as string }
}

test('finds a payment that no event told of, once, and says so', async () => {
  const { organization, id } = await paidPage()
  expect(await compare()).toMatchObject({
    repaired: 1,
    open: 0,
    failed: 0,
    details: {
      payments: { differences: [`repaired: purchase ${id}: paid, but open here`] },
    },
  })
  expect(await postedOf(organization)).toBe(3000)
  expect(await compare()).toMatchObject({ repaired: 0, open: 0 })
  expect(await postedOf(organization)).toBe(3000)
  const metrics = await (await fetch(`${billed.api.url}/metrics`)).text()
  expect(metrics).toContain('purser_stripe_differences{kind="payments",result="repaired"} 0')
  const [run] = await billed.api.sql`
    select summary from public.job_runs where job = 'reconcile_stripe' order by id limit 1`
  expect(run).toMatchObject({ summary: { repaired: 1 } })
})

test('finds refunds, refunds that failed, and disputes', async () => {
  const { organization, id } = await paidPage()
  await compare()
  const { stripe_payment_intent_id: payment, stripe_charge_id: charge } = await purchaseRow(
    billed.api,
    id,
  )
  const made = await refund(billed, payment, 100)
  await compare()
  expect(await postedOf(organization)).toBe(2800)
  await control(billed.stripe, `refunds/${made.id}/fail`, {})
  await compare()
  expect(await postedOf(organization)).toBe(3000)
  const dispute = (await control(billed.stripe, 'disputes', { charge })) as { id: string }
  expect(await compare()).toMatchObject({ details: { money_back: { repaired: 1 } } })
  expect(await postedOf(organization)).toBe(2000)
  await control(billed.stripe, `disputes/${dispute.id}/close`, { outcome: 'won' })
  await compare()
  expect(await postedOf(organization)).toBe(3000)
  expect(await compare()).toMatchObject({ repaired: 0, open: 0 })
  expect(await brokenInvariants(billed.api.sql)).toEqual([])
})

test('finds the end of a delayed payment, and of pages that closed', async () => {
  const { organization, id } = await paidPage(BANK_DEBIT)
  const abandoned = await purchase(billed, organization)
  await compare()
  const { stripe_payment_intent_id: payment } = await purchaseRow(billed.api, id)
  await billed.api.sql`
    update public.credit_purchases set expires_at = now() - interval '1 minute'
    where organization_id = ${organization.id}`
  await compare()
  expect(await purchaseRow(billed.api, id)).toMatchObject({
    status: 'processing',
    stripe_payment_intent_id: expect.stringMatching(/^pi_/),
  })
  const { stripe_payment_intent_id: found } = await purchaseRow(billed.api, id)
  expect(payment ?? found).toBe(found)
  await control(billed.stripe, `payments/${found}/settle`, { succeeds: true })
  await billed.api.deps.services.billing!.stripe.checkout.sessions.expire(
    abandoned.body['checkout_session_id'] as string,
  )
  await compare()
  expect(await purchaseRow(billed.api, id)).toMatchObject({ status: 'paid' })
  expect(await purchaseRow(billed.api, abandoned.body['purchase_id'] as string)).toMatchObject({
    status: 'expired',
  })
  expect(await postedOf(organization)).toBe(3000)
})

test('ends a purchase whose page was never opened, and withdraws what a hold kept', async () => {
  const { organization, id } = await paidPage()
  await compare()
  const { stripe_payment_intent_id: payment } = await purchaseRow(billed.api, id)
  const held = await billed.api.deps.services.ledger.reserve({
    organizationId: organization.id,
    userId: null,
    capability: 'question_generation',
    qualityLevel: null,
    amountCredits: '2500',
    idempotencyKey: 'held',
    expiresInSeconds: 600,
    context: null,
  })
  await refund(billed, payment)
  await compare()
  expect(await purchaseRow(billed.api, id)).toMatchObject({
    status: 'refunded',
    withdrawn_credits: '500.00',
    unrecovered_credits: '500.00',
  })
  await billed.api.deps.services.ledger.release({
    organizationId: organization.id,
    reservationId: held.reservation_id!,
    reason: 'done',
  })
  const [left] = await billed.api.sql<{ id: string }[]>`
    select (purchase).id from private.open_credit_purchase(
      ${organization.id}, 'topup_1000', null, null, null, 'crashed')`
  await billed.api.sql`
    update public.credit_purchases set expires_at = now() - interval '1 second'
    where id = ${left!.id}`
  await compare()
  expect(await purchaseRow(billed.api, left!.id)).toMatchObject({ status: 'expired' })
  expect(await purchaseRow(billed.api, id)).toMatchObject({
    withdrawn_credits: '1000.00',
    unrecovered_credits: '0.00',
  })
  expect(await postedOf(organization)).toBe(2000)
  expect(await brokenInvariants(billed.api.sql)).toEqual([])
})

test('what cannot be repaired stays open and is told', async () => {
  const { organization, id } = await paidPage()
  await billed.api.sql`update public.credit_purchases set price_usd = 4 where id = ${id}`
  expect(await compare()).toMatchObject({ open: 1, failed: 1, repaired: 0 })
  expect(await postedOf(organization)).toBe(2000)
  const metrics = await (await fetch(`${billed.api.url}/metrics`)).text()
  expect(metrics).toContain('purser_stripe_differences{kind="payments",result="open"} 1')
  await billed.api.sql`update public.credit_purchases set price_usd = 5 where id = ${id}`
  expect(await compare()).toMatchObject({ open: 0, repaired: 1 })
})

test('leaves alone what is not ours', async () => {
  const organization = await createOrganization(billed.api.sql)
  await callAction(billed.api, 'open_billing_portal', {}, asOwner(organization))
  const { stripe } = billed.api.deps.services.billing!
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [
      {
        quantity: 1,
        price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'x' } },
      },
    ],
    success_url: 'http://127.0.0.1/',
  })
  await payPurchase({ status: 200, body: { url: session.url } })
  const { payment_intent: payment } = await stripe.checkout.sessions.retrieve(session.id)
  await refund(billed, payment as string)
  expect(await compare()).toMatchObject({ repaired: 0, open: 0 })
})
