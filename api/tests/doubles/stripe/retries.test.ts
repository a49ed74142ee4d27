import Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { clientOf, control, startTestStripe, type TestStripe } from './support.ts'

let test0: TestStripe
let stripe: Stripe
const url = () => test0.double.url

beforeAll(async () => {
  test0 = await startTestStripe()
  stripe = test0.stripe
})

beforeEach(() => test0.double.reset())

afterAll(() => test0.close())

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it succeeded'),
    (error: unknown) => error as InstanceType<typeof Stripe.errors.StripeError>,
  )

describe('an Idempotency-Key', () => {
  const options = { idempotencyKey: 'the-key' }

  test('gives the first answer again and does nothing', async () => {
    const first = await stripe.customers.create({ name: 'A' }, options)
    const again = await stripe.customers.create({ name: 'A' }, options)
    expect(again.id).toBe(first.id)
    expect(again.lastResponse.headers).toMatchObject({
      'idempotent-replayed': 'true',
      'original-request': first.lastResponse.requestId,
    })
    expect((await stripe.customers.list()).data).toHaveLength(1)
  })

  test('with other parameters: idempotency_error', async () => {
    await stripe.customers.create({ name: 'A' }, options)
    const error = await failure(stripe.customers.create({ name: 'B' }, options))
    expect(error).toBeInstanceOf(Stripe.errors.StripeIdempotencyError)
    expect(error.statusCode).toBe(400)
  })

  test('at another address: idempotency_error', async () => {
    await stripe.customers.create({}, options)
    const error = await failure(stripe.products.create({ name: 'x' }, options))
    expect(error.message).toContain('same endpoint')
  })

  test('of a request that was refused before it ran is free again', async () => {
    await failure(stripe.customers.create({ nonsense: 1 } as object, options))
    expect((await stripe.customers.create({ name: 'A' }, options)).name).toBe('A')
  })

  test('of a decline gives the same decline', async () => {
    const customer = await stripe.customers.create()
    const card = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
      customer: customer.id,
    })
    const pay = () =>
      stripe.paymentIntents.create(
        {
          amount: 500,
          currency: 'usd',
          customer: customer.id,
          payment_method: card.id,
          confirm: true,
          off_session: true,
        },
        options,
      )
    const [first, again] = [await failure(pay()), await failure(pay())]
    expect(first).toMatchObject({
      statusCode: 402,
      code: 'card_declined',
      decline_code: 'generic_decline',
    })
    expect(again.payment_intent?.id).toBe(first.payment_intent?.id)
    expect(again.headers?.['idempotent-replayed']).toBe('true')
    expect((await stripe.paymentIntents.list()).data).toHaveLength(1)
  })
})

describe('faults', () => {
  test('an error is answered as often as told; the SDK tries again', async () => {
    await control(url(), 'faults', { kind: 'fail', status: 500, times: 1 })
    expect(await failure(stripe.customers.list())).toBeInstanceOf(Stripe.errors.StripeAPIError)
    await control(url(), 'faults', { kind: 'fail', status: 429, address: 'POST /v1/customers' })
    await stripe.products.create({ name: 'x' })
    expect(await failure(stripe.customers.create())).toBeInstanceOf(
      Stripe.errors.StripeRateLimitError,
    )
    await control(url(), 'faults', { kind: 'reset' })
    const patient = clientOf(url(), { maxNetworkRetries: 2 })
    expect((await patient.customers.create({ name: 'A' })).name).toBe('A')
  })

  test('an answer that is lost after the work: the retry gets it by its key', async () => {
    await control(url(), 'faults', { kind: 'reset', after: true })
    const patient = clientOf(url(), { maxNetworkRetries: 2 })
    const customer = await patient.customers.create({ name: 'A' })
    expect(customer.lastResponse.headers['idempotent-replayed']).toBe('true')
    expect((await stripe.customers.list()).data).toHaveLength(1)
  })

  test('a second request with the key of one that is under way: 409', async () => {
    await control(url(), 'faults', { kind: 'stall', address: 'POST /v1/customers' })
    const options = { idempotencyKey: 'slow' }
    const first = stripe.customers.create({}, options)
    await vi.waitFor(async () => {
      expect(((await (await control(url(), 'requests')).json()) as unknown[]).length).toBe(1)
    })
    const error = await failure(stripe.customers.create({}, options))
    expect(error).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' })
    await control(url(), 'release', {})
    expect((await first).lastResponse.statusCode).toBe(200)
  })

  test('the requests are remembered with their keys', async () => {
    await stripe.customers.create({ name: 'A' }, { idempotencyKey: 'k' })
    const seen = await (await control(url(), 'requests')).json()
    expect(seen).toMatchObject([
      {
        method: 'POST',
        path: '/v1/customers',
        params: { name: 'A' },
        idempotency_key: 'k',
        status: 200,
      },
    ])
  })
})
