import Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SHAPES_SDK_VERSION } from '../../../doubles/stripe/params/read-params.ts'
import { clientOf, startTestStripe, type TestStripe } from './support.ts'

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

test('the shapes of parameters are those of the installed SDK', () => {
  expect(SHAPES_SDK_VERSION).toBe(Stripe.PACKAGE_VERSION)
})

describe('a caller', () => {
  test.each(['sk_live_x', 'rk_live_x', 'rk_test_x', 'pk_test_x'])(
    'with %s is refused',
    async (key) => {
      const error = await failure(clientOf(url(), {}, key).customers.list())
      expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError)
      expect(error.message).toContain('sk_test_')
    },
  )

  test('without a key is told how to give one', async () => {
    const response = await fetch(`${url()}/v1/customers`)
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  })

  test('of another version of the API is refused', async () => {
    const error = await failure(stripe.customers.list({}, { apiVersion: '2024-06-20' }))
    expect(error.message).toContain('Invalid Stripe API version: 2024-06-20')
  })

  test('from another website is refused', async () => {
    const headers = { origin: 'https://elsewhere.test' }
    expect((await fetch(`${url()}/_double/reset`, { method: 'POST', headers })).status).toBe(403)
  })

  test('who asks for what the double lacks gets a 404 that names the path', async () => {
    const error = await failure(stripe.payouts.list())
    expect(error).toMatchObject({ statusCode: 404, type: 'StripeInvalidRequestError' })
    expect(error.message).toContain('GET: /v1/payouts')
  })

  test('learns the id of the request, also of one that failed', async () => {
    const customer = await stripe.customers.create()
    expect(customer.lastResponse.requestId).toMatch(/^req_/)
    expect((await failure(stripe.customers.retrieve('cus_none'))).requestId).toMatch(/^req_/)
  })
})

describe('parameters', () => {
  const session = (params: object) =>
    failure(stripe.checkout.sessions.create(params as Stripe.Checkout.SessionCreateParams))
  const item = { price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'x' } } }

  test.each([
    ['unknown', { nonsense: 1 }, 'nonsense', 'parameter_unknown'],
    [
      'unknown, deep',
      { line_items: [{ ...item, colour: 'red' }] },
      'line_items[0][colour]',
      'parameter_unknown',
    ],
    [
      'of an older version',
      { payment_method_types: ['card'] },
      'payment_method_types',
      'parameter_unknown',
    ],
    ['of no such value', { mode: 'gift' }, 'mode', undefined],
    [
      'no number',
      { line_items: [{ ...item, quantity: 'two' }] },
      'line_items[0][quantity]',
      'parameter_invalid_integer',
    ],
    [
      'missing, deep',
      { line_items: [{ price_data: { unit_amount: 5 } }] },
      'line_items[0][price_data][currency]',
      'parameter_missing',
    ],
    ['missing', { mode: 'payment', line_items: [item] }, 'success_url', 'parameter_missing'],
    [
      'of an object that is not there',
      { customer: 'cus_none', success_url: 'http://a.test' },
      'customer',
      'resource_missing',
    ],
  ])('%s', async (_name, params, param, code) => {
    const error = await session(params)
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError', param })
    expect(error.code).toBe(code)
  })

  test('metadata merges, and an empty value removes its key', async () => {
    const { id } = await stripe.customers.create({ metadata: { a: '1', b: 2 } })
    const updated = await stripe.customers.update(id, { metadata: { a: '', c: '3' } })
    expect(updated.metadata).toEqual({ b: '2', c: '3' })
  })

  test('an object that is gone: 404, resource_missing', async () => {
    const error = await failure(stripe.prices.retrieve('price_none'))
    expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'id' })
  })
})

describe('a list', () => {
  test('has pages in both directions, and the SDK walks through all of them', async () => {
    for (let index = 0; index < 25; index += 1) await stripe.customers.create({ name: `${index}` })
    const first = await stripe.customers.list()
    expect(first.data.map(({ name }) => name)).toEqual([
      '24',
      '23',
      '22',
      '21',
      '20',
      '19',
      '18',
      '17',
      '16',
      '15',
    ])
    expect(first.has_more).toBe(true)
    const last = first.data.at(-1)?.id ?? ''
    const next = await stripe.customers.list({ starting_after: last, limit: 20 })
    expect(next).toMatchObject({ has_more: false })
    expect(next.data).toHaveLength(15)
    const back = await stripe.customers.list({ ending_before: next.data[0]!.id, limit: 3 })
    expect(back.data.map(({ name }) => name)).toEqual(['17', '16', '15'])
    const all = await stripe.customers.list({ limit: 7 }).autoPagingToArray({ limit: 100 })
    expect(new Set(all.map(({ id }) => id)).size).toBe(25)
  })

  test('is filtered by time', async () => {
    const { created } = await stripe.customers.create()
    const count = async (filter: Stripe.RangeQueryParam) =>
      (await stripe.customers.list({ created: filter })).data.length
    expect(await count({ gte: created })).toBe(1)
    expect(await count({ gt: created })).toBe(0)
  })

  test('with a cursor that is not there is refused', async () => {
    expect(await failure(stripe.customers.list({ starting_after: 'cus_none' }))).toMatchObject({
      code: 'resource_missing',
      param: 'starting_after',
    })
  })
})

describe('prices', () => {
  test('a lookup key is one price’s, and moves when it is told to', async () => {
    const product = await stripe.products.create({ name: 'Pro' })
    const create = (cents: number, transfer?: boolean) =>
      stripe.prices.create({
        product: product.id,
        currency: 'usd',
        unit_amount: cents,
        recurring: { interval: 'month' },
        lookup_key: 'pro',
        ...(transfer ? { transfer_lookup_key: true } : {}),
      })
    const old = await create(1900)
    expect(await failure(create(2900))).toMatchObject({ param: 'lookup_key' })
    const price = await create(2900, true)
    const found = await stripe.prices.list({
      lookup_keys: ['pro'],
      active: true,
      expand: ['data.product'],
    })
    expect(found.data.map(({ id }) => id)).toEqual([price.id])
    expect((found.data[0]?.product as Stripe.Product).name).toBe('Pro')
    expect(found.data[0]?.unit_amount_decimal?.toString()).toBe('2900')
    expect((await stripe.prices.retrieve(old.id)).lookup_key).toBeNull()
  })

  test('what cannot be expanded is said', async () => {
    const { id } = await stripe.products.create({ name: 'x' })
    const error = await failure(stripe.products.retrieve(id, { expand: ['colour'] }))
    expect(error.message).toBe('This property cannot be expanded (colour).')
  })
})
