import Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { iso, itemOf, seconds, startTestStripe, subscribe, type TestStripe } from './support.ts'

let test0: TestStripe
let stripe: Stripe

beforeAll(async () => {
  test0 = await startTestStripe()
  stripe = test0.stripe
})

beforeEach(() => test0.double.reset())

afterAll(() => test0.close())

/** A month of 30 days. */
const START = seconds('2026-11-01T00:00:00Z')
const END = seconds('2026-12-01T00:00:00Z')
const DAY = 86_400

const types = () => test0.double.events().map(({ type }) => type)
const typesAfter = (count: number) => types().slice(count)
const advance = (clock: Stripe.TestHelpers.TestClock, to: number) =>
  stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to })
const latest = async (subscription: Stripe.Subscription) =>
  stripe.invoices.retrieve(
    (await stripe.subscriptions.retrieve(subscription.id)).latest_invoice as string,
  )
const linesOf = (invoice: Stripe.Invoice) =>
  invoice.lines.data.map(({ amount, description, period, parent }) => ({
    amount,
    description,
    start: iso(period.start),
    end: iso(period.end),
    proration: parent?.subscription_item_details?.proration,
  }))

describe('an upgrade in the middle of a period', () => {
  const upgrade = (
    { subscription, team }: Awaited<ReturnType<typeof subscribe>>,
    params: Stripe.SubscriptionUpdateParams = {},
  ) =>
    stripe.subscriptions.update(subscription.id, {
      items: [{ id: itemOf(subscription).id, price: team.id }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'error_if_incomplete',
      ...params,
    })

  test('is billed by the second: unused time back, remaining time anew', async () => {
    const order = await subscribe(stripe, START)
    // A third of the month and one second.
    await advance(order.clock, START + 10 * DAY + 1)
    const seen = types().length
    const changed = await upgrade(order)
    expect(itemOf(changed).price.id).toBe(order.team.id)
    expect(itemOf(changed)).toMatchObject({ current_period_start: START, current_period_end: END })
    const invoice = await latest(order.subscription)
    expect(invoice).toMatchObject({ billing_reason: 'subscription_update', status: 'paid' })
    const rest = END - (START + 10 * DAY + 1)
    const period = { start: '2026-11-11T00:00:01Z', end: '2026-12-01T00:00:00Z', proration: true }
    expect(linesOf(invoice)).toEqual([
      {
        amount: -Math.round((2000 * rest) / (30 * DAY)),
        description: 'Unused time on Pro after 11 Nov 2026',
        ...period,
      },
      {
        amount: Math.round((5000 * rest) / (30 * DAY)),
        description: 'Remaining time on Team after 11 Nov 2026',
        ...period,
      },
    ])
    expect(invoice.amount_paid).toBe(invoice.lines.data.reduce((sum, line) => sum + line.amount, 0))
    const first = await stripe.invoices.list({ subscription: order.subscription.id })
    expect(
      invoice.lines.data[0]?.parent?.subscription_item_details?.proration_details?.credited_items,
    ).toEqual({
      invoice: first.data.at(-1)?.id,
      invoice_line_items: [first.data.at(-1)?.lines.data[0]?.id],
    })
    expect(typesAfter(seen)).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'charge.updated',
      'customer.subscription.updated',
      'invoiceitem.created',
      'invoiceitem.created',
      'invoice.created',
      'invoice.finalized',
      'invoice.updated',
      'invoice_payment.paid',
      'invoice.paid',
      'invoice.payment_succeeded',
    ])
  })

  test('that is previewed costs what it then costs, and changes nothing', async () => {
    const order = await subscribe(stripe, START)
    await advance(order.clock, START + 7 * DAY)
    const preview = await stripe.invoices.createPreview({
      customer: order.customer.id,
      subscription: order.subscription.id,
      subscription_details: {
        items: [{ id: itemOf(order.subscription).id, price: order.team.id }],
        proration_behavior: 'always_invoice',
        proration_date: START + 7 * DAY,
      },
    })
    expect(itemOf(await stripe.subscriptions.retrieve(order.subscription.id)).price.id).toBe(
      order.pro.id,
    )
    await upgrade(order, { proration_date: START + 7 * DAY })
    const invoice = await latest(order.subscription)
    expect(preview.amount_due).toBe(invoice.amount_due)
    expect(linesOf(preview)).toEqual(linesOf(invoice))
  })

  test('that is declined answers 402 and changes nothing', async () => {
    const order = await subscribe(stripe, START)
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
      customer: order.customer.id,
    })
    await stripe.subscriptions.update(order.subscription.id, { default_payment_method: bad.id })
    await advance(order.clock, START + 10 * DAY)
    const error = await upgrade(order).catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError)
    expect(error).toMatchObject({
      statusCode: 402,
      code: 'card_declined',
      decline_code: 'generic_decline',
    })
    const after = await stripe.subscriptions.retrieve(order.subscription.id)
    expect(after).toMatchObject({
      status: 'active',
      latest_invoice: order.subscription.latest_invoice,
    })
    expect(itemOf(after).price.id).toBe(order.pro.id)
    expect(types().at(-1)).toBe('payment_intent.payment_failed')
  })

  test('that waits for its payment is applied when that comes', async () => {
    const order = await subscribe(stripe, START)
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
      customer: order.customer.id,
    })
    await stripe.subscriptions.update(order.subscription.id, { default_payment_method: bad.id })
    await advance(order.clock, START + 10 * DAY)
    const waiting = await upgrade(order, { payment_behavior: 'pending_if_incomplete' })
    expect(waiting.pending_update?.subscription_items?.[0]?.price.id).toBe(order.team.id)
    expect(itemOf(waiting).price.id).toBe(order.pro.id)
    const invoice = await latest(order.subscription)
    const good = await stripe.paymentMethods.attach('pm_card_visa', { customer: order.customer.id })
    await stripe.invoices.pay(invoice.id, { payment_method: good.id })
    const applied = await stripe.subscriptions.retrieve(order.subscription.id)
    expect(applied.pending_update).toBeNull()
    expect(itemOf(applied).price.id).toBe(order.team.id)
    expect(types()).toContain('customer.subscription.pending_update_applied')
  })

  test('that waits too long never happened', async () => {
    const order = await subscribe(stripe, START)
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
      customer: order.customer.id,
    })
    await stripe.subscriptions.update(order.subscription.id, { default_payment_method: bad.id })
    await upgrade(order, { payment_behavior: 'pending_if_incomplete' })
    await advance(order.clock, START + DAY)
    const after = await stripe.subscriptions.retrieve(order.subscription.id)
    expect(after.pending_update).toBeNull()
    expect(itemOf(after).price.id).toBe(order.pro.id)
    expect(types()).toContain('invoice.voided')
  })

  test('kept for the next invoice stands there beside the new period', async () => {
    const order = await subscribe(stripe, START)
    await advance(order.clock, START + 15 * DAY)
    await upgrade(order, {
      proration_behavior: 'create_prorations',
      payment_behavior: 'allow_incomplete',
    })
    expect((await stripe.invoiceItems.list({ pending: true })).data).toHaveLength(2)
    await advance(order.clock, END + 2 * 3600)
    const invoice = await latest(order.subscription)
    expect(linesOf(invoice).map(({ amount }) => amount)).toEqual([-1000, 2500, 5000])
    expect((await stripe.invoiceItems.list({ pending: true })).data).toHaveLength(0)
  })

  test('after a downgrade without proration gives back what was paid, not the lower price', async () => {
    const order = await subscribe(stripe, START, { params: {} })
    const item = itemOf(order.subscription).id
    await upgrade(order)
    await stripe.subscriptions.update(order.subscription.id, {
      items: [{ id: item, price: order.pro.id }],
      proration_behavior: 'none',
    })
    await advance(order.clock, START + 15 * DAY)
    await upgrade(order)
    const invoice = await latest(order.subscription)
    // Team was paid for: going back to it in the same period costs nothing.
    expect(invoice.billing_reason).toBe('subscription_update')
    expect(invoice.total).toBe(0)
    expect(linesOf(invoice).map(({ amount }) => amount)).toEqual([-2500, 2500])
  })
})

describe('a downgrade', () => {
  test('without proration changes the next period only', async () => {
    const order = await subscribe(stripe, START)
    const cheap = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 900,
      recurring: { interval: 'month' },
      product_data: { name: 'Basic' },
    })
    await stripe.subscriptions.update(order.subscription.id, {
      items: [{ id: itemOf(order.subscription).id, price: cheap.id }],
      proration_behavior: 'none',
    })
    expect((await stripe.invoices.list()).data).toHaveLength(1)
    await advance(order.clock, END + 2 * 3600)
    expect(await latest(order.subscription)).toMatchObject({
      amount_paid: 900,
      billing_reason: 'subscription_cycle',
    })
  })

  test('that is invoiced at once becomes credit, which later invoices use', async () => {
    const order = await subscribe(stripe, START, { params: {} })
    const free = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 1000,
      recurring: { interval: 'month' },
      product_data: { name: 'Basic' },
    })
    await advance(order.clock, START + 15 * DAY)
    await stripe.subscriptions.update(order.subscription.id, {
      items: [{ id: itemOf(order.subscription).id, price: free.id }],
      proration_behavior: 'always_invoice',
    })
    const customer = await stripe.customers.retrieve(order.customer.id)
    expect((customer as Stripe.Customer).balance).toBe(-500)
    expect(await latest(order.subscription)).toMatchObject({
      total: -500,
      amount_due: 0,
      status: 'paid',
    })
    await advance(order.clock, END + 2 * 3600)
    expect(await latest(order.subscription)).toMatchObject({
      total: 1000,
      starting_balance: -500,
      amount_paid: 500,
    })
  })
})
