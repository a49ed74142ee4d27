import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callAction, codeOf, type Session } from '../support/actions.ts'
import { balanceOf, brokenInvariants, createOrganization } from '../support/organizations.ts'
import { payPurchase, purchase, purchaseRow, runJob } from '../support/purchases.ts'
import {
  control,
  startBilledApi,
  WEBHOOK_SECRET,
  type BilledApi,
} from '../support/subscriptions.ts'

let billed: BilledApi
let admin: Session

beforeAll(async () => {
  billed = await startBilledApi()
  const { ownerId } = await createOrganization(billed.api.sql)
  admin = { 'x-hasura-role': 'platform_admin', 'x-hasura-user-id': ownerId }
})
afterAll(() => billed.stop())

const sign = (payload: string, options: { secret?: string; timestamp?: number } = {}) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret: WEBHOOK_SECRET, ...options })

async function post(
  payload: string,
  { signature = sign(payload) as string | null, type = 'application/json' } = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${billed.api.url}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'content-type': type, ...(signature !== null && { 'stripe-signature': signature }) },
    body: payload,
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

let events = 0

function eventText(overrides: Record<string, unknown> = {}): string {
  events += 1
  return JSON.stringify({
    id: `evt_test${events}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: 1_790_000_000,
    livemode: false,
    type: 'product.created',
    data: { object: { id: 'prod_1', object: 'product' } },
    ...overrides,
  })
}

const storedEvents = () => billed.api.sql<{ id: string; status: string }[]>`
  select * from public.stripe_events order by received_at, id`

async function storedEvent(id: string) {
  const [row] = await billed.api.sql<
    {
      status: string
      attempts: number
      deliveries: number
      last_error: string | null
      organization_id: string | null
      outcome: { detail: string } | null
    }[]
  >`select * from public.stripe_events where id = ${id}`
  return row
}

describe('what Stripe did not send just now is refused, and nothing is written', () => {
  const minutesAgo = (minutes: number) => Math.floor(Date.now() / 1000) - 60 * minutes

  test.each<[string, () => [string, { signature?: string | null }]]>([
    ['no signature', () => [eventText(), { signature: null }]],
    [
      'a forged signature',
      () => [eventText(), { signature: `t=${minutesAgo(0)},v1=${'0'.repeat(64)}` }],
    ],
    ['nonsense as signature', () => [eventText(), { signature: 'hello' }]],
    [
      'the secret of another endpoint',
      () => {
        const text = eventText()
        return [text, { signature: sign(text, { secret: 'whsec_another_endpoint' }) }]
      },
    ],
    [
      'a recording of six minutes ago',
      () => {
        const text = eventText()
        return [text, { signature: sign(text, { timestamp: minutesAgo(6) }) }]
      },
    ],
    [
      'a body that was changed on its way',
      () => {
        const text = eventText()
        return [text.replace('prod_1', 'prod_2'), { signature: sign(text) }]
      },
    ],
    ['no JSON', () => ['name=value', {}]],
    ['half of JSON', () => ['{"id": "evt_1"', {}]],
    ['JSON that is no event', () => ['{"hello": "world"}', {}]],
    ['JSON that is no object', () => ['[]', {}]],
    ['an event without an object', () => [eventText({ data: {} }), {}]],
    ['an event of live mode for a test key', () => [eventText({ livemode: true }), {}]],
    ['a body of a megabyte', () => [eventText({ padding: 'x'.repeat(1_000_000) }), {}]],
  ])('%s', async (_what, request) => {
    const before = await storedEvents()
    const [payload, options] = request()
    const { status, body } = await post(payload, options)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(body).toMatchObject({ extensions: { code: 'invalid_input' } })
    expect(await storedEvents()).toEqual(before)
  })

  test('whatever content type it claims', async () => {
    const text = eventText()
    expect(await post(text, { type: 'text/plain', signature: null })).toMatchObject({ status: 400 })
    expect(await post(text, { type: 'text/plain' })).toMatchObject({ status: 200 })
  })
})

describe('the inbox', () => {
  test('a type that nobody handles is acknowledged and kept', async () => {
    const text = eventText()
    const { id } = JSON.parse(text) as { id: string }
    expect(await post(text)).toEqual({ status: 200, body: { received: true, status: 'ignored' } })
    expect(await storedEvent(id)).toMatchObject({ status: 'ignored', deliveries: 1 })
  })

  test('is kept without what confirms a payment in a browser', async () => {
    const text = eventText({
      type: 'payment_intent.created',
      data: {
        object: { id: 'pi_1', client_secret: 'pi_1_secret_x', charge: { client_secret: 1 } },
      },
    })
    await post(text)
    const { id } = JSON.parse(text) as { id: string }
    const [row] = await billed.api.sql`
      select payload::text as payload from public.stripe_events where id = ${id}`
    expect(row!['payload']).toContain('pi_1')
    expect(row!['payload']).not.toContain('secret')
  })

  test('keeps an event whose texts PostgreSQL could not', async () => {
    const text = eventText({
      type: 'payment_intent.created',
      data: { object: { id: 'pi_1', description: 'a\u0000b \ud800 c' } },
    })
    expect(await post(text)).toMatchObject({ status: 200 })
  })

  test('a replay is acknowledged and applied once', async () => {
    const text = eventText()
    const { id } = JSON.parse(text) as { id: string }
    for (let delivery = 1; delivery <= 3; delivery++) {
      expect(await post(text)).toMatchObject({ status: 200 })
    }
    expect(await storedEvent(id)).toMatchObject({ attempts: 1, deliveries: 3 })
  })

  test('an event about something that is not ours is ignored', async () => {
    const session = await billed.api.deps.services.billing!.stripe.checkout.sessions.create({
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
    await billed.stripe.outbox.idle()
    const rows = await billed.api.sql`
      select type, status from public.stripe_events where type = 'checkout.session.completed'`
    expect(rows.at(-1)).toMatchObject({ status: 'ignored' })
  })

  test('the state comes from Stripe, not from the payload', async () => {
    const organization = await createOrganization(billed.api.sql)
    const { body } = await purchase(billed, organization)
    const text = eventText({
      type: 'checkout.session.completed',
      data: {
        object: {
          id: body['checkout_session_id'],
          object: 'checkout.session',
          mode: 'payment',
          status: 'complete',
          payment_status: 'paid',
          metadata: {
            purser_organization_id: organization.id,
            purser_purchase_id: body['purchase_id'],
          },
        },
      },
    })
    expect(await post(text)).toMatchObject({ body: { status: 'applied' } })
    expect(await purchaseRow(billed.api, body['purchase_id'] as string)).toMatchObject({
      status: 'open',
    })
    expect((await balanceOf(billed.api.sql, organization.id)).posted).toBe(2000)
  })
})

describe('what fails', () => {
  /** A paid purchase whose events were handled while Stripe's API was down. */
  async function paidDuringAnOutage() {
    const organization = await createOrganization(billed.api.sql)
    const answer = await purchase(billed, organization)
    billed.stripe.outbox.configure({ mode: 'off' })
    await payPurchase(answer)
    const event = billed.stripe
      .events()
      .findLast(({ type }) => type === 'checkout.session.completed')!
    await control(billed.stripe, 'faults', {
      kind: 'fail',
      address: 'GET /v1/checkout/sessions',
      times: 3,
    })
    const [delivery] = await billed.stripe.outbox.deliver([event])
    billed.stripe.outbox.configure({ mode: 'ordered' })
    return {
      organization,
      event,
      status: delivery!.status,
      id: answer.body['purchase_id'] as string,
    }
  }

  test('is answered 5xx, kept with its error, and handled by the job when it is due', async () => {
    const { organization, event, status, id } = await paidDuringAnOutage()
    expect(status).toBe(500)
    expect(await storedEvent(event.id)).toMatchObject({
      status: 'failed',
      attempts: 1,
      last_error: expect.stringContaining('Stripe'),
    })
    expect(await runJob(billed.api, 'apply_stripe_events')).toMatchObject({ processed: 0 })
    await billed.api.sql`
      update public.stripe_events set next_attempt_at = now() - interval '1 second'
      where id = ${event.id}`
    expect(await runJob(billed.api, 'apply_stripe_events')).toMatchObject({
      processed: 1,
      failed: 0,
    })
    expect(await storedEvent(event.id)).toMatchObject({
      status: 'applied',
      attempts: 2,
      last_error: null,
      organization_id: organization.id,
    })
    expect(await purchaseRow(billed.api, id)).toMatchObject({ status: 'paid' })
    expect((await balanceOf(billed.api.sql, organization.id)).posted).toBe(3000)
  })

  test('is handled at once when Stripe sends it again', async () => {
    const { organization, event } = await paidDuringAnOutage()
    const [again] = await billed.stripe.outbox.deliver([event])
    expect(again!.status).toBe(200)
    expect((await balanceOf(billed.api.sql, organization.id)).posted).toBe(3000)
  })

  test('too often is dead: visible, left alone, and replayable by a platform admin', async () => {
    const { organization, event } = await paidDuringAnOutage()
    await billed.api.sql`
      update public.stripe_events set status = 'dead', next_attempt_at = null where id = ${event.id}`
    const [ignoredDelivery] = await billed.stripe.outbox.deliver([event])
    expect(ignoredDelivery!.status).toBe(200)
    expect((await balanceOf(billed.api.sql, organization.id)).posted).toBe(2000)
    const input = { event_id: event.id }
    const replayed = await callAction(billed.api, 'replay_stripe_event', input, admin)
    expect(replayed.body).toEqual({
      event_id: event.id,
      status: 'applied',
      attempts: 1,
      last_error: null,
    })
    expect((await balanceOf(billed.api.sql, organization.id)).posted).toBe(3000)
    await callAction(billed.api, 'replay_stripe_event', input, admin)
    expect((await balanceOf(billed.api.sql, organization.id)).posted).toBe(3000)
    expect(await brokenInvariants(billed.api.sql)).toEqual([])
  })

  test('money for a purchase that nobody knows fails, so that somebody looks', async () => {
    const text = eventText({
      type: 'checkout.session.completed',
      data: {
        object: {
          id: 'cs_1',
          object: 'checkout.session',
          mode: 'payment',
          metadata: {
            purser_organization_id: '00000000-0000-4000-8000-000000000001',
            purser_purchase_id: '00000000-0000-4000-8000-000000000002',
          },
        },
      },
    })
    expect(await post(text)).toMatchObject({ status: 500, body: { status: 'failed' } })
  })

  test('there is nothing to replay under an unknown id (not_found)', async () => {
    const answer = await callAction(
      billed.api,
      'replay_stripe_event',
      { event_id: 'evt_none' },
      admin,
    )
    expect(codeOf(answer)).toBe('not_found')
  })
})
