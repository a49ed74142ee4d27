import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import {
  DEFAULT_WEBHOOK_SECRET,
  startStripeDouble,
  type StripeDouble,
  type StripeDoubleOptions,
} from '../../../doubles/stripe/server.ts'

export interface TestStripe {
  double: StripeDouble
  stripe: Stripe
  close(): Promise<void>
}

export const TEST_KEY = 'sk_test_any'

export function clientOf(url: string, config: Stripe.StripeConfig = {}, key = TEST_KEY): Stripe {
  return new Stripe(key, {
    host: '127.0.0.1',
    port: Number(new URL(url).port),
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    ...config,
  })
}

export async function startTestStripe(options: StripeDoubleOptions = {}): Promise<TestStripe> {
  const double = await startStripeDouble(options)
  return { double, stripe: clientOf(double.url), close: () => double.close() }
}

/** Calls a control route. */
export async function control(url: string, path: string, body?: object): Promise<Response> {
  const response = await fetch(`${url}/_double/${path}`, {
    method: body ? 'POST' : 'GET',
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return response
}

export const CARD = { way: 'card', expiry: '12 / 34', cvc: '123', name: 'A Person' }

/** Presses a button of a page, as a browser without redirects. */
export function press(
  url: string,
  action: string,
  fields: Record<string, string> = {},
): Promise<Response> {
  const body = new URLSearchParams({ ...CARD, number: '4242 4242 4242 4242', ...fields, action })
  return fetch(url, { method: 'POST', redirect: 'manual', body })
}

export const text = (html: string) =>
  html.replaceAll(/<style>.*<\/style>/gs, '').replaceAll(/<[^>]+>/g, ' ')

export interface Receiver {
  url: string
  /** Events whose signature the SDK verified, in the order of their arrival. */
  events: Stripe.Event[]
  /** What is answered; 200 unless changed. */
  answer: (event: Stripe.Event) => number
  close(): Promise<void>
}

/** A webhook endpoint that checks signatures by the SDK. */
export async function startReceiver(secret = DEFAULT_WEBHOOK_SECRET): Promise<Receiver> {
  const { webhooks } = new Stripe(TEST_KEY)
  const receiver: Receiver = {
    url: '',
    events: [],
    answer: () => 200,
    close: async () => undefined,
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const signature = request.headers['stripe-signature'] ?? ''
      const event = webhooks.constructEvent(Buffer.concat(chunks), signature, secret)
      receiver.events.push(event)
      response.writeHead(receiver.answer(event)).end('seen')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/stripe`
  receiver.close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return receiver
}

export interface Subscribed {
  customer: Stripe.Customer
  clock: Stripe.TestHelpers.TestClock
  subscription: Stripe.Subscription
  pro: Stripe.Price
  team: Stripe.Price
}

export async function monthlyPrice(
  stripe: Stripe,
  name: string,
  cents: number,
): Promise<Stripe.Price> {
  return stripe.prices.create({
    currency: 'usd',
    unit_amount: cents,
    recurring: { interval: 'month' },
    product_data: { name },
  })
}

/** A customer with a saved card, a test clock of its own, and a subscription to Pro at $20. */
export async function subscribe(
  stripe: Stripe,
  frozenTime: number,
  options: { card?: string; params?: Partial<Stripe.SubscriptionCreateParams> } = {},
): Promise<Subscribed> {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: frozenTime })
  const customer = await stripe.customers.create({ email: 'a@example.test', test_clock: clock.id })
  const card = await stripe.paymentMethods.attach(options.card ?? 'pm_card_visa', {
    customer: customer.id,
  })
  await stripe.customers.update(customer.id, {
    invoice_settings: { default_payment_method: card.id },
  })
  const pro = await monthlyPrice(stripe, 'Pro', 2000)
  const team = await monthlyPrice(stripe, 'Team', 5000)
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: pro.id }],
    ...options.params,
  })
  return { customer, clock, subscription, pro, team }
}

export const seconds = (iso: string) => Date.parse(iso) / 1000
export const iso = (at: number | null | undefined) =>
  at == null ? null : new Date(at * 1000).toISOString().replace('.000Z', 'Z')

export const itemOf = (subscription: Stripe.Subscription) => subscription.items.data[0]!
