import type Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { control, press, startTestStripe, text, type TestStripe } from './support.ts'

let test0: TestStripe
let stripe: Stripe
const url = () => test0.double.url

beforeAll(async () => {
  test0 = await startTestStripe()
  stripe = test0.stripe
})

beforeEach(() => test0.double.reset())

afterAll(() => test0.close())

const types = () => test0.double.events().map(({ type }) => type)
/** What is due a little later, now. */
const later = () => control(url(), 'clock', { seconds: 60 })

async function charge(number = '4242424242424242'): Promise<Stripe.Charge> {
  const customer = await stripe.customers.create({ email: 'a@example.test' })
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    customer: customer.id,
    line_items: [
      {
        price_data: { currency: 'usd', unit_amount: 1500, product_data: { name: '3,000 credits' } },
        quantity: 1,
      },
    ],
    success_url: 'http://127.0.0.1:9/done',
  })
  await press(session.url!, 'pay', { number })
  return (await stripe.charges.list({ customer: customer.id })).data[0]!
}

describe('a refund', () => {
  test('in parts adds up on the charge, and no more than was paid', async () => {
    const { id, payment_intent: intent } = await charge()
    await stripe.refunds.create({ charge: id, amount: 500, metadata: { why: 'asked' } })
    expect(await stripe.charges.retrieve(id)).toMatchObject({
      amount_refunded: 500,
      refunded: false,
    })
    await expect(stripe.refunds.create({ charge: id, amount: 1001 })).rejects.toThrow(
      'greater than unrefunded amount',
    )
    const rest = await stripe.refunds.create({
      payment_intent: intent as string,
      reason: 'requested_by_customer',
    })
    expect(rest).toMatchObject({ amount: 1000, status: 'succeeded', charge: id })
    const full = await stripe.charges.retrieve(id, { expand: ['refunds'] })
    expect(full).toMatchObject({ amount_refunded: 1500, refunded: true })
    expect(full.refunds?.data).toHaveLength(2)
    await expect(stripe.refunds.create({ charge: id })).rejects.toMatchObject({
      code: 'charge_already_refunded',
    })
    const events = test0.double.events().filter(({ type }) => type === 'charge.refunded')
    expect(events.map(({ data }) => data.previous_attributes)).toEqual([
      { amount_refunded: 0, refunded: false },
      { amount_refunded: 500, refunded: false },
    ])
    expect(events.map(({ data }) => (data.object as Stripe.Charge).amount_refunded)).toEqual([
      500, 1500,
    ])
  })

  test('from the dashboard is the same', async () => {
    const { id } = await charge()
    await control(url(), 'refunds', { charge: id, amount: 100 })
    expect(await stripe.charges.retrieve(id)).toMatchObject({ amount_refunded: 100 })
    await press(`${url()}/`, 'refund', { charge: id })
    expect(await stripe.charges.retrieve(id)).toMatchObject({ refunded: true })
    expect(text(await (await fetch(`${url()}/`)).text())).toContain('$15.00 refunded')
  })

  test('can fail later: the money is there again', async () => {
    const { id } = await charge('4000 0000 0000 5126')
    const refund = await stripe.refunds.create({ charge: id })
    expect(refund.status).toBe('succeeded')
    await later()
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
    })
    expect(await stripe.charges.retrieve(id)).toMatchObject({ amount_refunded: 0, refunded: false })
    expect(types().slice(-3)).toEqual(['refund.updated', 'refund.failed', 'charge.refund.updated'])
  })
})

describe('a dispute', () => {
  test('comes by itself with the card for it, and takes the money', async () => {
    const { id } = await charge('4000 0000 0000 0259')
    await later()
    expect(await stripe.charges.retrieve(id)).toMatchObject({ disputed: true })
    const { data } = await stripe.disputes.list({ charge: id })
    expect(data).toMatchObject([{ status: 'needs_response', reason: 'fraudulent', amount: 1500 }])
    expect(data[0]?.balance_transactions.map(({ amount }) => amount)).toEqual([-1500])
    expect(types().slice(-3)).toEqual([
      'charge.updated',
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
    ])
    await expect(stripe.refunds.create({ charge: id })).rejects.toMatchObject({
      code: 'charge_disputed',
    })
  })

  test.each([
    ['won', ['charge.dispute.closed', 'charge.dispute.funds_reinstated'], [-700, 700]],
    ['lost', ['charge.dispute.updated', 'charge.dispute.closed'], [-700]],
  ])('is answered and %s', async (outcome, last, moved) => {
    const { id } = await charge()
    const opened = (await (
      await control(url(), 'disputes', { charge: id, amount: 700, reason: 'product_not_received' })
    ).json()) as Stripe.Dispute
    const answered = await stripe.disputes.update(opened.id, {
      evidence: { uncategorized_text: 'It was delivered.' },
      submit: true,
    })
    expect(answered).toMatchObject({
      status: 'under_review',
      evidence_details: { submission_count: 1 },
    })
    await control(url(), `disputes/${opened.id}/close`, { outcome })
    const closed = await stripe.disputes.retrieve(opened.id)
    expect(closed.status).toBe(outcome)
    expect(closed.balance_transactions.map(({ amount }) => amount)).toEqual(moved)
    expect(types().slice(-2)).toEqual(last)
    await expect(stripe.disputes.close(opened.id)).rejects.toMatchObject({
      code: 'dispute_already_closed',
    })
  })
})

describe('an off-session payment', () => {
  const pay = (customer: string, method: string) =>
    stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      customer,
      payment_method: method,
      confirm: true,
      off_session: true,
      metadata: { kind: 'auto_topup' },
    })

  test('that asks for 3-D Secure is refused with authentication_required', async () => {
    const customer = await stripe.customers.create()
    const card = await stripe.paymentMethods.attach('pm_card_authenticationRequired', {
      customer: customer.id,
    })
    await expect(pay(customer.id, card.id)).rejects.toMatchObject({
      statusCode: 402,
      code: 'authentication_required',
      payment_intent: { status: 'requires_payment_method', metadata: { kind: 'auto_topup' } },
    })
  })

  test('by a card of somebody else, or for too little, is refused', async () => {
    const [first, second] = [await stripe.customers.create(), await stripe.customers.create()]
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: first.id })
    await expect(pay(second.id, card.id)).rejects.toMatchObject({
      code: 'resource_missing',
      param: 'payment_method',
    })
    await expect(
      stripe.paymentIntents.create({ amount: 49, currency: 'usd' }),
    ).rejects.toMatchObject({ code: 'amount_too_small' })
    await stripe.paymentMethods.detach(card.id)
    await expect(pay(first.id, card.id)).rejects.toMatchObject({ code: 'resource_missing' })
  })

  test('a card that is declined at once cannot be saved', async () => {
    const customer = await stripe.customers.create()
    await expect(
      stripe.paymentMethods.attach('pm_card_visa_chargeDeclined', { customer: customer.id }),
    ).rejects.toMatchObject({ statusCode: 402, code: 'card_declined' })
  })
})
