import type Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  control,
  press,
  seconds,
  startTestStripe,
  subscribe,
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

const START = seconds('2026-11-01T00:00:00Z')

async function openPortal() {
  const order = await subscribe(stripe, START)
  const session = await stripe.billingPortal.sessions.create({
    customer: order.customer.id,
    return_url: 'http://127.0.0.1:9/billing',
  })
  const show = async () => text(await (await fetch(session.url)).text())
  return { ...order, session, show }
}

test('the portal shows plan, card and invoices, and leads back', async () => {
  const { session, show } = await openPortal()
  const page = await show()
  for (const part of [
    'Pro',
    '$20.00 per month',
    'Renews on Dec 1, 2026',
    'Visa ending in 4242',
    'paid',
  ]) {
    expect(page).toContain(part)
  }
  expect(await (await fetch(session.url)).text()).toContain('href="http://127.0.0.1:9/billing"')
  expect((await fetch(`${test0.double.url}/p/session/bps_none`)).status).toBe(404)
})

test('a subscription is canceled at the end of its period, and kept after all', async () => {
  const { session, show, subscription } = await openPortal()
  const fields = { subscription: subscription.id }
  expect((await press(session.url, 'cancel', fields)).headers.get('location')).toBe(session.url)
  expect(await show()).toContain('Ends on Dec 1, 2026')
  expect((await stripe.subscriptions.retrieve(subscription.id)).cancel_at_period_end).toBe(true)
  await press(session.url, 'keep', fields)
  expect((await stripe.subscriptions.retrieve(subscription.id)).cancel_at_period_end).toBe(false)
})

test('of somebody else nothing can be changed', async () => {
  const mine = await openPortal()
  const other = await subscribe(stripe, START)
  await press(mine.session.url, 'cancel', { subscription: other.subscription.id })
  expect((await stripe.subscriptions.retrieve(other.subscription.id)).cancel_at_period_end).toBe(
    false,
  )
})

test('a new card pays from now on; a wrong one stays on the page', async () => {
  const { session, show, subscription } = await openPortal()
  const wrong = await press(session.url, 'save_card', { number: '4000000000000002' })
  expect(text(await wrong.text())).toContain('Your card was declined.')
  await press(session.url, 'save_card', { number: '5555555555554444' })
  expect(await show()).toContain('Mastercard ending in 4444')
  const { default_payment_method: method } = await stripe.subscriptions.retrieve(subscription.id, {
    expand: ['default_payment_method'],
  })
  expect((method as Stripe.PaymentMethod).card?.last4).toBe('4444')
})

test('an invoice that failed is paid from its page', async () => {
  const { subscription, clock } = await openPortal()
  await control(test0.double.url, 'fail-next-renewal', {})
  await stripe.testHelpers.testClocks.advance(clock.id, {
    frozen_time: seconds('2026-12-01T01:00:00Z'),
  })
  const failed = await stripe.invoices.retrieve(
    (await stripe.subscriptions.retrieve(subscription.id)).latest_invoice as string,
  )
  expect(text(await (await fetch(failed.hosted_invoice_url!)).text())).toContain(
    'Pay $20.00 with the saved card',
  )
  await press(failed.hosted_invoice_url!, 'pay')
  expect((await stripe.invoices.retrieve(failed.id)).status).toBe('paid')
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active')
})
