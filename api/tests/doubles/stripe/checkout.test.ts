import type Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { control, monthlyPrice, press, startTestStripe, text, type TestStripe } from './support.ts'

let test0: TestStripe
let stripe: Stripe

beforeAll(async () => {
  test0 = await startTestStripe()
  stripe = test0.stripe
})

beforeEach(() => test0.double.reset())

afterAll(() => test0.close())

const SUCCESS = 'http://127.0.0.1:9/billing?checkout=success&session={CHECKOUT_SESSION_ID}'
const CANCEL = 'http://127.0.0.1:9/billing?checkout=canceled'

async function topUp(params: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const customer = await stripe.customers.create({ email: 'a@example.test' })
  return stripe.checkout.sessions.create({
    mode: 'payment',
    customer: customer.id,
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: 'usd',
          unit_amount: 500,
          product_data: { name: '1,000 credits', description: 'Credits for AI' },
        },
      },
    ],
    success_url: SUCCESS,
    cancel_url: CANCEL,
    metadata: { purser_purchase_id: 'p1' },
    payment_intent_data: { metadata: { purser_purchase_id: 'p1' } },
    ...params,
  })
}

const types = () => test0.double.events().map(({ type }) => type)
const retrieve = (session: Stripe.Checkout.Session) =>
  stripe.checkout.sessions.retrieve(session.id, {
    expand: ['payment_intent.latest_charge', 'line_items'],
  })
const intentOf = (session: Stripe.Checkout.Session) =>
  session.payment_intent as Stripe.PaymentIntent

describe('the payment page', () => {
  test('shows what is bought, for how much, and that no money moves', async () => {
    const { url } = await topUp()
    const response = await fetch(url!)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    const page = await response.text()
    expect(text(page)).toContain('No money moves')
    expect(text(page)).toContain('1,000 credits')
    expect(text(page)).toContain('$5.00')
    expect(page).not.toMatch(/(src|href)="https?:/)
    for (const label of ['Card number', 'Expiry', 'Security code', 'Name on card']) {
      expect(text(page)).toContain(label)
    }
  })

  test('a card that works leads back with the id of the session, and the money is there', async () => {
    const session = await topUp()
    const response = await press(session.url!, 'pay')
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(
      SUCCESS.replace('{CHECKOUT_SESSION_ID}', session.id),
    )
    const paid = await retrieve(session)
    expect(paid).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      amount_total: 500,
      url: null,
    })
    expect(paid.line_items?.data[0]).toMatchObject({
      amount_total: 500,
      description: '1,000 credits',
    })
    const intent = intentOf(paid)
    expect(intent).toMatchObject({
      status: 'succeeded',
      amount_received: 500,
      metadata: { purser_purchase_id: 'p1' },
    })
    const charge = intent.latest_charge as Stripe.Charge
    expect(charge).toMatchObject({
      status: 'succeeded',
      paid: true,
      metadata: { purser_purchase_id: 'p1' },
    })
    expect(text(await (await fetch(charge.receipt_url!)).text())).toContain('$5.00')
    expect(types()).toEqual([
      'customer.created',
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'charge.updated',
      'checkout.session.completed',
    ])
  })

  test.each([
    ['4000 0000 0000 0002', 'Your card was declined.', 'generic_decline'],
    ['4000 0000 0000 9995', 'Your card has insufficient funds.', 'insufficient_funds'],
    ['4000 0000 0000 0341', 'Your card was declined.', 'generic_decline'],
  ])('%s stays on the page and says why; another card pays', async (number, message, decline) => {
    const session = await topUp()
    const response = await press(session.url!, 'pay', { number })
    expect(response.status).toBe(200)
    expect(text(await response.text())).toContain(message)
    const failed = await retrieve(session)
    expect(failed).toMatchObject({ status: 'open', payment_status: 'unpaid' })
    expect(intentOf(failed).last_payment_error).toMatchObject({ decline_code: decline, message })
    expect(types()).toContain('payment_intent.payment_failed')
    expect((await press(session.url!, 'pay')).status).toBe(303)
    expect(await retrieve(session)).toMatchObject({ payment_status: 'paid' })
  })

  test.each([
    ['number', { number: '4242 4242 4242 4241' }, 'Your card number is invalid.'],
    ['number', { number: '4111 1111 1111 1111' }, 'test cards'],
    ['expiry', { expiry: '01/20' }, 'in the past'],
    ['expiry', { expiry: '13/40' }, 'incomplete'],
    ['cvc', { cvc: '1' }, 'security code is incomplete'],
  ])('a mistake in the %s is found before anything is sent', async (field, fields, message) => {
    const session = await topUp()
    const page = await (await press(session.url!, 'pay', fields)).text()
    expect(page).toMatch(new RegExp(`id="${field}"[^>]*aria-invalid="true"`))
    expect(text(page)).toContain(message)
    expect(types()).toEqual(['customer.created'])
  })

  test('what a person typed cannot become markup', async () => {
    const session = await topUp()
    const page = await (await press(session.url!, 'pay', { name: '"><b>x', number: '1' })).text()
    expect(page).toContain('value="&quot;&gt;&lt;b&gt;x"')
  })

  test('3-D Secure completes, or fails and says so', async () => {
    const session = await topUp()
    const asked = await press(session.url!, 'pay', { number: '4000 0025 0000 3155' })
    const bank = asked.headers.get('location')!
    expect(text(await (await fetch(bank)).text())).toContain('3-D Secure')
    const refused = await press(bank, 'fail')
    expect(text(await refused.text())).toContain('unable to authenticate')
    expect(await retrieve(session)).toMatchObject({ status: 'open' })
    const again = await press(session.url!, 'pay', { number: '4000 0025 0000 3155' })
    const done = await press(again.headers.get('location')!, 'complete')
    expect(done.headers.get('location')).toContain('checkout=success')
    expect(await retrieve(session)).toMatchObject({ payment_status: 'paid' })
    expect(types()).toContain('payment_intent.requires_action')
  })

  test('going back leaves the session open', async () => {
    const session = await topUp()
    expect((await press(session.url!, 'cancel')).headers.get('location')).toBe(CANCEL)
    expect(await retrieve(session)).toMatchObject({ status: 'open', payment_intent: null })
  })

  test('is of no use once it is paid', async () => {
    const session = await topUp()
    await press(session.url!, 'pay')
    const page = await press(session.url!, 'pay')
    expect(text(await page.text())).toContain('This payment is complete')
    expect((await stripe.charges.list()).data).toHaveLength(1)
  })

  test('the card is kept for later when that was asked for', async () => {
    const session = await topUp({ payment_intent_data: { setup_future_usage: 'off_session' } })
    await press(session.url!, 'pay')
    const customer = session.customer as string
    const [card] = (await stripe.customers.listPaymentMethods(customer)).data
    expect(card?.card).toMatchObject({
      last4: '4242',
      brand: 'visa',
      exp_month: 12,
      exp_year: 2034,
    })
    const intent = await stripe.paymentIntents.create({
      amount: 1500,
      currency: 'usd',
      customer,
      payment_method: card!.id,
      off_session: true,
      confirm: true,
    })
    expect(intent.status).toBe('succeeded')
  })
})

describe('a bank debit', () => {
  test.each([
    [true, 'paid', 'checkout.session.async_payment_succeeded', 'succeeded'],
    [false, 'unpaid', 'checkout.session.async_payment_failed', 'requires_payment_method'],
  ])('pays later: %s', async (succeeds, paymentStatus, event, status) => {
    const session = await topUp()
    expect((await press(session.url!, 'pay', { way: 'bank_debit' })).status).toBe(303)
    const waiting = await retrieve(session)
    expect(waiting).toMatchObject({ status: 'complete', payment_status: 'unpaid' })
    expect(intentOf(waiting).status).toBe('processing')
    await control(test0.double.url, `payments/${intentOf(waiting).id}/settle`, { succeeds })
    const settled = await retrieve(session)
    expect(settled.payment_status).toBe(paymentStatus)
    expect(intentOf(settled).status).toBe(status)
    expect(types().at(-1)).toBe(event)
  })

  test('is settled by a button of the dashboard as well', async () => {
    const session = await topUp()
    await press(session.url!, 'pay', { way: 'bank_debit' })
    const page = await (await fetch(`${test0.double.url}/`)).text()
    const charge = /name="charge" value="(\w+)"/.exec(page)?.[1] ?? ''
    await press(`${test0.double.url}/`, 'pay', { charge })
    expect(await retrieve(session)).toMatchObject({ payment_status: 'paid' })
  })
})

describe('a session', () => {
  test('expires when it is told to, and after a day', async () => {
    const [told, old] = [await topUp(), await topUp()]
    expect(await stripe.checkout.sessions.expire(told.id)).toMatchObject({
      status: 'expired',
      url: null,
    })
    await expect(stripe.checkout.sessions.expire(told.id)).rejects.toThrow('status of expired')
    await control(test0.double.url, 'clock', { seconds: 24 * 60 * 60 + 1 })
    expect(await retrieve(old)).toMatchObject({ status: 'expired' })
    expect(types().filter((type) => type === 'checkout.session.expired')).toHaveLength(2)
    expect((await fetch(old.url!)).status).toBe(410)
  })

  test('is found by its payment and by its customer', async () => {
    const session = await topUp()
    await press(session.url!, 'pay')
    const intent = intentOf(await retrieve(session)).id
    const found = await stripe.checkout.sessions.list({ payment_intent: intent })
    expect(found.data.map(({ id }) => id)).toEqual([session.id])
    expect(
      (await stripe.checkout.sessions.list({ customer: session.customer as string })).data,
    ).toHaveLength(1)
  })

  test('a recurring price cannot be paid once', async () => {
    const price = await monthlyPrice(stripe, 'Pro', 2000)
    await expect(topUp({ line_items: [{ price: price.id, quantity: 1 }] })).rejects.toThrow(
      'recurring price',
    )
  })

  test('with cards only offers no other way to pay', async () => {
    const session = await topUp({ allowed_payment_method_types: ['card'] })
    expect(await (await fetch(session.url!)).text()).not.toContain('Bank debit')
    await expect(topUp({ discounts: [{ coupon: 'x' }] })).rejects.toThrow(
      'does not serve discounts',
    )
  })

  test('takes what belongs to its mode only', async () => {
    const wrong = topUp({ subscription_data: { metadata: { a: '1' } } })
    await expect(wrong).rejects.toThrow('You can not pass `subscription_data` in `payment` mode.')
  })
})
