import Stripe from 'stripe'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  control,
  press,
  startReceiver,
  startTestStripe,
  type Receiver,
  type TestStripe,
} from './support.ts'

let receiver: Receiver
let test0: TestStripe
let stripe: Stripe

beforeEach(async () => {
  receiver = await startReceiver()
  test0 = await startTestStripe({ webhookUrl: receiver.url })
  stripe = test0.stripe
})

afterEach(async () => {
  await test0.close()
  await receiver.close()
})

const configure = (settings: object) => control(test0.double.url, 'webhooks', settings)
const idle = () => control(test0.double.url, 'webhooks/idle', {})
const happen = async (count: number) => {
  for (let index = 0; index < count; index += 1) await stripe.customers.create({ name: `${index}` })
}
const names = () => receiver.events.map(({ data }) => (data.object as Stripe.Customer).name)

test('in order: signed, whole, with the version and the request that caused it', async () => {
  const customer = await stripe.customers.create({ name: 'A' }, { idempotencyKey: 'k' })
  await stripe.customers.update(customer.id, { name: 'B' })
  await idle()
  const [created, updated] = receiver.events
  expect(created).toMatchObject({
    object: 'event',
    type: 'customer.created',
    api_version: Stripe.API_VERSION,
    livemode: false,
    pending_webhooks: 1,
    request: { id: customer.lastResponse.requestId, idempotency_key: 'k' },
    data: { object: { id: customer.id, name: 'A' } },
  })
  expect(updated).toMatchObject({
    type: 'customer.updated',
    data: { previous_attributes: { name: 'A' } },
  })
  expect(await stripe.events.retrieve(created!.id)).toMatchObject({ type: 'customer.created' })
  const listed = await stripe.events.list({ types: ['customer.updated'] })
  expect(listed.data.map(({ id }) => id)).toEqual([updated!.id])
})

test('what a person does on a page names no request', async () => {
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [
      {
        price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'x' } },
        quantity: 1,
      },
    ],
    success_url: 'http://127.0.0.1:9/done',
  })
  await press(session.url!, 'pay')
  await idle()
  const completed = receiver.events.at(-1)
  expect(completed).toMatchObject({
    type: 'checkout.session.completed',
    request: { id: null, idempotency_key: null },
  })
})

test('shuffled: all of them once, in another order, the same for the same seed', async () => {
  await configure({ mode: 'shuffled', delay_milliseconds: 300, seed: 7 })
  await happen(12)
  await idle()
  expect(names()).toHaveLength(12)
  expect(names()).not.toEqual(names().toSorted((a, b) => Number(a) - Number(b)))
})

test('duplicated: each twice', async () => {
  await configure({ mode: 'duplicated' })
  await happen(5)
  await idle()
  expect(names().toSorted()).toEqual(['0', '0', '1', '1', '2', '2', '3', '3', '4', '4'])
})

test('delayed: not before the delay', async () => {
  await configure({ mode: 'delayed', delay_milliseconds: 200 })
  const startedAt = Date.now()
  await happen(1)
  await idle()
  expect(names()).toEqual(['0'])
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(190)
})

test('dropped: the retry brings it', async () => {
  await configure({ mode: 'dropped', retry_milliseconds: [10] })
  await happen(2)
  await idle()
  expect(names().toSorted()).toEqual(['0', '1'])
  expect(test0.double.outbox.deliveries.map(({ attempt }) => attempt)).toEqual([2, 2])
})

test('what is not answered by 2xx is sent again, and the answers are listed', async () => {
  let refusals = 2
  receiver.answer = () => (refusals-- > 0 ? 503 : 200)
  await configure({ retry_milliseconds: [5, 5, 5] })
  await happen(1)
  await idle()
  const { deliveries } = (await (await control(test0.double.url, 'webhooks')).json()) as {
    deliveries: { status: number; attempt: number; answer: string }[]
  }
  expect(deliveries.map(({ status, attempt }) => [attempt, status])).toEqual([
    [1, 503],
    [2, 503],
    [3, 200],
  ])
  expect(deliveries[0]?.answer).toBe('seen')
})

test('nobody listens: the attempts are told, and the next events are not held up', async () => {
  await receiver.close()
  await configure({ retry_milliseconds: [] })
  await happen(2)
  await idle()
  expect(test0.double.outbox.deliveries.map(({ status }) => status)).toEqual([null, null])
  receiver = await startReceiver()
})

test('off: nothing goes out until it is asked for, in any order and as often as wanted', async () => {
  await configure({ mode: 'off' })
  await happen(3)
  const events = (await (await control(test0.double.url, 'events')).json()) as Stripe.Event[]
  expect(events).toHaveLength(3)
  expect(receiver.events).toHaveLength(0)
  await control(test0.double.url, 'deliver', { event_ids: [events[2]!.id, events[0]!.id] })
  expect(names()).toEqual(['2', '0'])
  await control(test0.double.url, 'deliver', { times: 2, seed: 3 })
  expect(names().slice(2).toSorted()).toEqual(['0', '0', '1', '1', '2', '2'])
  expect(receiver.events[0]).toEqual({ ...events[2], pending_webhooks: 1 })
})

test('events go to this machine only', async () => {
  const response = await fetch(`${test0.double.url}/_double/webhooks`, {
    method: 'POST',
    body: JSON.stringify({ url: 'http://example.test/hook' }),
  })
  expect(response.status).toBe(400)
})

test('a reset forgets all and stops what is under way', async () => {
  await configure({ mode: 'delayed', delay_milliseconds: 60_000 })
  await happen(1)
  test0.double.reset()
  await vi.waitFor(() => idle())
  expect(receiver.events).toHaveLength(0)
  expect(test0.double.events()).toHaveLength(0)
  expect((await stripe.customers.list()).data).toHaveLength(0)
})
