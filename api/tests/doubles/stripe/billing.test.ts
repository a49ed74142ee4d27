import type Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  control,
  iso,
  itemOf,
  seconds,
  startTestStripe,
  subscribe,
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

describe('a cancellation', () => {
  test('at the end of the period ends there, unless it is taken back', async () => {
    const order = await subscribe(stripe, START)
    const id = order.subscription.id
    const canceled = await stripe.subscriptions.update(id, { cancel_at_period_end: true })
    expect(canceled).toMatchObject({
      status: 'active',
      cancel_at: END,
      cancellation_details: { reason: 'cancellation_requested' },
    })
    const kept = await stripe.subscriptions.update(id, { cancel_at_period_end: false })
    expect(kept).toMatchObject({
      cancel_at: null,
      canceled_at: null,
      cancellation_details: { reason: null },
    })
    await advance(order.clock, END)
    await stripe.subscriptions.update(id, { cancel_at_period_end: true })
    await advance(order.clock, seconds('2027-01-01T00:00:01Z'))
    const ended = await stripe.subscriptions.retrieve(id)
    expect(ended.status).toBe('canceled')
    expect(iso(ended.ended_at)).toBe('2027-01-01T00:00:00Z')
    expect(types()).toContain('customer.subscription.deleted')
    expect((await stripe.subscriptions.list()).data).toHaveLength(0)
    expect((await stripe.subscriptions.list({ status: 'all' })).data).toHaveLength(1)
  })

  test('now ends it now', async () => {
    const order = await subscribe(stripe, START)
    expect(await stripe.subscriptions.cancel(order.subscription.id)).toMatchObject({
      status: 'canceled',
    })
    await advance(order.clock, END + DAY)
    expect((await stripe.invoices.list()).data).toHaveLength(1)
  })
})

describe('a renewal', () => {
  test('is drafted at the boundary and paid an hour later', async () => {
    const order = await subscribe(stripe, START)
    const seen = types().length
    await advance(order.clock, END)
    const draft = await latest(order.subscription)
    expect(draft).toMatchObject({ status: 'draft', period_start: START, period_end: END })
    expect(linesOf(draft)[0]).toMatchObject({
      start: '2026-12-01T00:00:00Z',
      end: '2027-01-01T00:00:00Z',
    })
    await advance(order.clock, END + 3600)
    expect(await latest(order.subscription)).toMatchObject({ status: 'paid', amount_paid: 2000 })
    expect(typesAfter(seen)).toEqual([
      'test_helpers.test_clock.advancing',
      'customer.subscription.updated',
      'invoice.created',
      'test_helpers.test_clock.ready',
      'test_helpers.test_clock.advancing',
      'invoice.finalized',
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'charge.updated',
      'invoice.updated',
      'invoice_payment.paid',
      'invoice.paid',
      'invoice.payment_succeeded',
      'test_helpers.test_clock.ready',
    ])
    const updated = test0.double
      .events()
      .findLast(({ type }) => type === 'customer.subscription.updated')
    expect(updated?.created).toBeGreaterThanOrEqual(END)
    expect(updated?.data.previous_attributes).toHaveProperty('items')
  })

  test('that fails once is tried again and recovers', async () => {
    const order = await subscribe(stripe, START)
    await control(test0.double.url, 'fail-next-renewal', { customer: order.customer.id })
    await advance(order.clock, END + 3600)
    expect(await stripe.subscriptions.retrieve(order.subscription.id)).toMatchObject({
      status: 'past_due',
    })
    const failed = await latest(order.subscription)
    expect(failed).toMatchObject({ status: 'open', attempt_count: 1 })
    expect(iso(failed.next_payment_attempt)).toBe('2026-12-04T01:00:00Z')
    await advance(order.clock, END + 4 * DAY)
    expect(await stripe.subscriptions.retrieve(order.subscription.id)).toMatchObject({
      status: 'active',
    })
    expect(await latest(order.subscription)).toMatchObject({ status: 'paid', attempt_count: 2 })
  })

  test.each([
    ['canceled', 'canceled'],
    ['unpaid', 'unpaid'],
    ['past_due', 'past_due'],
  ] as const)('that always fails ends %s, by the settings', async (then, status) => {
    const order = await subscribe(stripe, START)
    await control(test0.double.url, 'settings', { dunning: { retry_days: [3, 5, 7], then } })
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
      customer: order.customer.id,
    })
    await stripe.subscriptions.update(order.subscription.id, { default_payment_method: bad.id })
    await advance(order.clock, END + 10 * DAY)
    expect(await stripe.subscriptions.retrieve(order.subscription.id)).toMatchObject({ status })
    const failures = test0.double.events().filter(({ type }) => type === 'invoice.payment_failed')
    expect(failures.map(({ created }) => iso(created))).toEqual([
      '2026-12-01T01:00:00Z',
      '2026-12-04T01:00:00Z',
      '2026-12-06T01:00:00Z',
      '2026-12-08T01:00:00Z',
    ])
  })

  test('a late customer pays by another card and is active again', async () => {
    const order = await subscribe(stripe, START)
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
      customer: order.customer.id,
    })
    await stripe.subscriptions.update(order.subscription.id, { default_payment_method: bad.id })
    await advance(order.clock, END + 3600)
    const invoice = await latest(order.subscription)
    await expect(stripe.invoices.pay(invoice.id)).rejects.toMatchObject({
      statusCode: 402,
      code: 'card_declined',
    })
    const good = await stripe.paymentMethods.attach('pm_card_visa', { customer: order.customer.id })
    const paid = await stripe.invoices.pay(invoice.id, { payment_method: good.id })
    expect(paid.status).toBe('paid')
    expect(await stripe.subscriptions.retrieve(order.subscription.id)).toMatchObject({
      status: 'active',
    })
  })
})

describe('pausing', () => {
  test('of collection voids what is drafted', async () => {
    const order = await subscribe(stripe, START)
    await stripe.subscriptions.update(order.subscription.id, {
      pause_collection: { behavior: 'void' },
    })
    await advance(order.clock, END + 3600)
    expect(await latest(order.subscription)).toMatchObject({ status: 'void' })
  })

  test('of the subscription stops its periods until it is resumed', async () => {
    const order = await subscribe(stripe, START)
    await advance(order.clock, START + 15 * DAY)
    expect(await stripe.subscriptions.pause(order.subscription.id)).toMatchObject({
      status: 'paused',
    })
    await advance(order.clock, END + 10 * DAY)
    expect((await stripe.invoices.list()).data).toHaveLength(1)
    const resumed = await stripe.subscriptions.resume(order.subscription.id)
    expect(resumed.status).toBe('active')
    expect(iso(itemOf(resumed).current_period_start)).toBe('2026-12-11T00:00:00Z')
    expect(await latest(resumed)).toMatchObject({ amount_paid: 1000, total: 1000 })
    expect(types()).toEqual(
      expect.arrayContaining(['customer.subscription.paused', 'customer.subscription.resumed']),
    )
  })
})

test('an invoice of one’s own: items, draft, final, paid', async () => {
  const order = await subscribe(stripe, START)
  await stripe.invoiceItems.create({
    customer: order.customer.id,
    amount: 700,
    currency: 'usd',
    description: 'Help',
  })
  const draft = await stripe.invoices.create({ customer: order.customer.id })
  expect(draft).toMatchObject({ status: 'draft', total: 700, billing_reason: 'manual' })
  const open = await stripe.invoices.finalizeInvoice(draft.id)
  expect(open.number).toMatch(/-0002$/)
  expect(await stripe.invoices.pay(open.id)).toMatchObject({ status: 'paid', amount_paid: 700 })
  const wrong = stripe.invoices.voidInvoice(open.id)
  await expect(wrong).rejects.toMatchObject({ code: 'invoice_not_editable' })
})
