import type Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  control,
  iso,
  itemOf,
  monthlyPrice,
  press,
  startTestStripe,
  text,
  type TestStripe,
} from './support.ts'

let test0: TestStripe
let stripe: Stripe

beforeAll(async () => {
  test0 = await startTestStripe()
  stripe = test0.stripe
})

beforeEach(() => test0.double.reset())

afterAll(() => test0.close())

const SUCCESS = 'http://127.0.0.1:9/billing?checkout=success&session={CHECKOUT_SESSION_ID}'

const types = () => test0.double.events().map(({ type }) => type)

describe('a subscription by checkout', () => {
  async function order(data: Stripe.Checkout.SessionCreateParams.SubscriptionData = {}) {
    const customer = await stripe.customers.create({ email: 'a@example.test' })
    const price = await monthlyPrice(stripe, 'Pro', 2000)
    return stripe.checkout.sessions.create({
      mode: 'subscription',
      customer: customer.id,
      line_items: [{ price: price.id, quantity: 1 }],
      success_url: SUCCESS,
      subscription_data: { metadata: { purser_plan_id: 'pro' }, ...data },
    })
  }

  test('starts when it is paid, and its invoice tells the period', async () => {
    const session = await order()
    expect((await press(session.url!, 'pay', { number: '4000000000000002' })).status).toBe(200)
    expect((await stripe.subscriptions.list()).data).toHaveLength(0)
    await press(session.url!, 'pay')
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['subscription.latest_invoice.payments'],
    })
    const subscription = done.subscription as Stripe.Subscription
    const invoice = subscription.latest_invoice as Stripe.Invoice
    const item = itemOf(subscription)
    expect(subscription).toMatchObject({ status: 'active', metadata: { purser_plan_id: 'pro' } })
    expect(subscription.default_payment_method).toMatch(/^pm_/)
    expect(invoice).toMatchObject({
      status: 'paid',
      billing_reason: 'subscription_create',
      amount_paid: 2000,
      parent: {
        subscription_details: {
          subscription: subscription.id,
          metadata: { purser_plan_id: 'pro' },
        },
      },
    })
    const [line] = invoice.lines.data
    expect(line).toMatchObject({
      amount: 2000,
      period: { start: item.current_period_start, end: item.current_period_end },
      pricing: { price_details: { price: item.price.id } },
      parent: { subscription_item_details: { subscription: subscription.id, proration: false } },
    })
    const [payment] = invoice.payments?.data ?? []
    expect(payment).toMatchObject({ status: 'paid', amount_paid: 2000 })
    const found = await stripe.invoicePayments.list({
      payment: {
        type: 'payment_intent',
        payment_intent: payment!.payment.payment_intent as string,
      },
    })
    expect(found.data.map((each) => each.invoice)).toEqual([invoice.id])
    const seen = types()
    expect(seen.indexOf('customer.subscription.created')).toBeLessThan(seen.indexOf('invoice.paid'))
    expect(seen.at(-1)).toBe('checkout.session.completed')
    expect(text(await (await fetch(invoice.hosted_invoice_url!)).text())).toContain(
      '1 × Pro (at $20.00 / month)',
    )
  })

  test('with a trial saves the card and pays nothing', async () => {
    const session = await order({ trial_period_days: 14 })
    expect(text(await (await fetch(session.url!)).text())).toContain('Free for 14 days')
    await press(session.url!, 'pay')
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['subscription.latest_invoice'],
    })
    const subscription = done.subscription as Stripe.Subscription
    expect(done.payment_status).toBe('no_payment_required')
    expect(subscription.status).toBe('trialing')
    expect(iso(subscription.trial_end)).toBe(iso(itemOf(subscription).current_period_end))
    expect(subscription.latest_invoice).toMatchObject({ amount_due: 0, status: 'paid' })
  })

  test('by bank debit is active while the money is on its way', async () => {
    const session = await order()
    await press(session.url!, 'pay', { way: 'bank_debit' })
    const open = await stripe.invoices.list({ expand: ['data.payments'] })
    expect(open.data[0]).toMatchObject({ status: 'open' })
    const intent = open.data[0]?.payments?.data[0]?.payment.payment_intent as string
    expect((await stripe.subscriptions.list()).data[0]?.status).toBe('active')
    await control(test0.double.url, `payments/${intent}/settle`, {})
    expect((await stripe.invoices.list()).data[0]?.status).toBe('paid')
    expect(types().at(-1)).toBe('checkout.session.async_payment_succeeded')
  })

  test('in setup mode a card is saved', async () => {
    const customer = await stripe.customers.create({ email: 'a@example.test' })
    const session = await stripe.checkout.sessions.create({
      mode: 'setup',
      currency: 'usd',
      customer: customer.id,
      success_url: SUCCESS,
    })
    await press(session.url!, 'pay', { number: '4000 0000 0000 0341' })
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent'] })
    expect(done.setup_intent).toMatchObject({ status: 'succeeded', customer: customer.id })
    expect((await stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1)
  })
})
