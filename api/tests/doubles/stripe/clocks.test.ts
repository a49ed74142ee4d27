import type Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { boundary, nextBoundary } from '../../../doubles/stripe/billing/months.ts'
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

const HOUR = 3600
const DAY = 86_400
const types = () => test0.double.events().map(({ type }) => type)

/** The days on which a card that was first charged on that day is charged again. */
const CALENDARS: [string, string[]][] = [
  [
    '2027-01-28',
    [
      '02-28',
      '03-28',
      '04-28',
      '05-28',
      '06-28',
      '07-28',
      '08-28',
      '09-28',
      '10-28',
      '11-28',
      '12-28',
      '01-28',
      '02-28',
      '03-28',
    ],
  ],
  [
    '2027-01-29',
    [
      '02-28',
      '03-29',
      '04-29',
      '05-29',
      '06-29',
      '07-29',
      '08-29',
      '09-29',
      '10-29',
      '11-29',
      '12-29',
      '01-29',
      '02-29',
      '03-29',
    ],
  ],
  [
    '2027-01-30',
    [
      '02-28',
      '03-30',
      '04-30',
      '05-30',
      '06-30',
      '07-30',
      '08-30',
      '09-30',
      '10-30',
      '11-30',
      '12-30',
      '01-30',
      '02-29',
      '03-30',
    ],
  ],
  [
    '2027-01-31',
    [
      '02-28',
      '03-31',
      '04-30',
      '05-31',
      '06-30',
      '07-31',
      '08-31',
      '09-30',
      '10-31',
      '11-30',
      '12-31',
      '01-31',
      '02-29',
      '03-31',
    ],
  ],
]

describe('renewals keep the day of the anchor', () => {
  test.each(CALENDARS)('%s', async (first, days) => {
    const start = seconds(`${first}T17:30:15Z`)
    const { subscription, clock } = await subscribe(stripe, start)
    await stripe.testHelpers.testClocks.advance(clock.id, {
      frozen_time: seconds('2028-04-01T00:00:00Z'),
    })
    const invoices = await stripe.invoices.list({ subscription: subscription.id, limit: 100 })
    const lines = invoices.data.map((invoice) => invoice.lines.data[0]!.period).reverse()
    const starts = lines.map(({ start: at }) => iso(at)?.slice(5, 10))
    expect(starts).toEqual([first.slice(5), ...days])
    expect(lines.every(({ start: at }) => iso(at)?.endsWith('T17:30:15Z'))).toBe(true)
    // Every period begins where the one before ends: none is skipped, none is paid twice.
    for (const [index, line] of lines.entries()) {
      if (index > 0) expect(line.start).toBe(lines[index - 1]?.end)
    }
    expect(invoices.data.every(({ status }) => status === 'paid')).toBe(true)
    expect(iso((await stripe.subscriptions.retrieve(subscription.id)).billing_cycle_anchor)).toBe(
      `${first}T17:30:15Z`,
    )
  })

  test('years, weeks and several months as well', () => {
    const at = (interval: string, count: number, n: number, from = '2028-02-29T00:00:00Z') =>
      iso(boundary(seconds(from), { interval, interval_count: count } as Stripe.Price.Recurring, n))
    expect(at('year', 1, 1)).toBe('2029-02-28T00:00:00Z')
    expect(at('year', 1, 4)).toBe('2032-02-29T00:00:00Z')
    expect(at('month', 3, 1, '2027-11-30T00:00:00Z')).toBe('2028-02-29T00:00:00Z')
    expect(at('week', 2, 1)).toBe('2028-03-14T00:00:00Z')
    expect(at('day', 1, 1)).toBe('2028-03-01T00:00:00Z')
  })

  test('the next boundary is after the moment, also on a boundary and far away', () => {
    const recurring = { interval: 'month', interval_count: 1 } as Stripe.Price.Recurring
    const anchor = seconds('2020-01-31T00:00:00Z')
    const next = (at: string) => iso(nextBoundary(anchor, recurring, seconds(at)))
    expect(next('2020-01-31T00:00:00Z')).toBe('2020-02-29T00:00:00Z')
    expect(next('2020-02-29T00:00:00Z')).toBe('2020-03-31T00:00:00Z')
    expect(next('2069-02-27T23:59:59Z')).toBe('2069-02-28T00:00:00Z')
  })
})

describe('a trial', () => {
  const START = seconds('2027-01-10T00:00:00Z')

  test('is announced three days ahead, ends, and is then paid for', async () => {
    const { subscription, clock } = await subscribe(stripe, START, {
      params: { trial_period_days: 14 },
    })
    expect(subscription.status).toBe('trialing')
    const advance = (to: number) =>
      stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to })
    await advance(START + 11 * DAY - 1)
    expect(types()).not.toContain('customer.subscription.trial_will_end')
    await advance(START + 11 * DAY)
    expect(types()).toContain('customer.subscription.trial_will_end')
    await advance(START + 14 * DAY + HOUR)
    const active = await stripe.subscriptions.retrieve(subscription.id, {
      expand: ['latest_invoice'],
    })
    expect(active).toMatchObject({ status: 'active', billing_cycle_anchor: START + 14 * DAY })
    expect(iso(itemOf(active).current_period_end)).toBe('2027-02-24T00:00:00Z')
    expect(active.latest_invoice).toMatchObject({
      amount_paid: 2000,
      billing_reason: 'subscription_cycle',
    })
  })

  test.each([
    ['cancel', 'canceled', 'customer.subscription.deleted'],
    ['pause', 'paused', 'customer.subscription.paused'],
  ] as const)('without a card ends by %s', async (wanted, status, event) => {
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START })
    const customer = await stripe.customers.create({ test_clock: clock.id })
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 2000,
      recurring: { interval: 'month' },
      product_data: { name: 'Pro' },
    })
    const { id } = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      trial_period_days: 5,
      trial_settings: { end_behavior: { missing_payment_method: wanted } },
    })
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: START + 6 * DAY })
    expect((await stripe.subscriptions.retrieve(id)).status).toBe(status)
    expect(types()).toContain(event)
  })

  test('can be ended early and be made longer', async () => {
    const { subscription, clock } = await subscribe(stripe, START, {
      params: { trial_period_days: 14 },
    })
    const longer = await stripe.subscriptions.update(subscription.id, {
      trial_end: START + 20 * DAY,
    })
    expect(itemOf(longer).current_period_end).toBe(START + 20 * DAY)
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: START + 15 * DAY })
    const ended = await stripe.subscriptions.update(subscription.id, { trial_end: 'now' })
    expect(ended).toMatchObject({ status: 'active', billing_cycle_anchor: START + 15 * DAY })
    expect(itemOf(ended).current_period_start).toBe(START + 15 * DAY)
  })
})

describe('clocks', () => {
  test('say that they advance, and are ready', async () => {
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: 1_800_000_000 })
    const moved = await stripe.testHelpers.testClocks.advance(clock.id, {
      frozen_time: 1_800_000_001,
    })
    expect(moved.status).toBe('advancing')
    expect(await stripe.testHelpers.testClocks.retrieve(clock.id)).toMatchObject({
      status: 'ready',
      frozen_time: 1_800_000_001,
    })
    const back = stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: 1_800_000_000 })
    await expect(back).rejects.toMatchObject({ param: 'frozen_time' })
  })

  test('move their own customers only', async () => {
    const first = await subscribe(stripe, seconds('2027-01-01T00:00:00Z'))
    const second = await subscribe(stripe, seconds('2027-01-01T00:00:00Z'))
    await stripe.testHelpers.testClocks.advance(first.clock.id, {
      frozen_time: seconds('2027-03-01T00:00:00Z'),
    })
    const count = async (customer: string) => (await stripe.invoices.list({ customer })).data.length
    expect([await count(first.customer.id), await count(second.customer.id)]).toEqual([3, 1])
  })

  test('the account’s own clock renews those without one', async () => {
    const customer = await stripe.customers.create({ email: 'a@example.test' })
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id })
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 2000,
      recurring: { interval: 'month' },
      product_data: { name: 'Pro' },
    })
    await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      default_payment_method: card.id,
    })
    await control(test0.double.url, 'clock', { seconds: 32 * DAY })
    const invoices = await stripe.invoices.list({ customer: customer.id })
    expect(invoices.data.map(({ status }) => status)).toEqual(['paid', 'paid'])
    const { now } = (await (await control(test0.double.url, 'clock')).json()) as { now: number }
    expect(now).toBeGreaterThan(Date.now() / 1000 + 31 * DAY)
  })
})
