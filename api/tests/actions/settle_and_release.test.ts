import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { codeOf } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import { brokenInvariants, createOrganization, footprint } from '../support/organizations.ts'
import { reservationOf, serviceCalls } from '../support/service-calls.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterEach(async () => {
  expect(await brokenInvariants(api.sql)).toEqual([])
})

afterAll(() => api.stop())

const { call, reserve } = serviceCalls(() => api)

describe('settle_credits', () => {
  test('charges the amount, gives back the rest and names the ledger rows', async () => {
    const organization = await createOrganization(api.sql)
    const reservation_id = reservationOf(await reserve(organization))
    const answer = await call(organization, 'settle_credits', {
      reservation_id,
      amount_credits: 1.25,
    })
    expect(answer).toEqual({
      status: 200,
      body: {
        reservation_id,
        status: 'settled',
        charged_credits: 1.25,
        released_credits: 1.75,
        shortfall_credits: 0,
        available_credits: 1998.75,
        transaction_ids: [expect.any(String)],
        replayed: false,
      },
    })
    const again = await call(organization, 'settle_credits', {
      reservation_id,
      amount_credits: 1.25,
    })
    expect(again.body).toEqual({ ...answer.body, replayed: true })
  })

  test('prices token usage', async () => {
    const organization = await createOrganization(api.sql)
    const reserved = await reserve(organization)
    const answer = await call(organization, 'settle_credits', {
      reservation_id: reservationOf(reserved),
      usage: { model: reserved.body['model'], input_tokens: 10, output_tokens: 10 },
    })
    expect(answer.body).toMatchObject({ status: 'settled', charged_credits: 0.25 })
  })

  test('refuses another cost afterwards (idempotency_conflict)', async () => {
    const organization = await createOrganization(api.sql)
    const reservation_id = reservationOf(await reserve(organization))
    await call(organization, 'settle_credits', { reservation_id, amount_credits: 1 })
    const answer = await call(organization, 'settle_credits', { reservation_id, amount_credits: 2 })
    expect([answer.status, codeOf(answer)]).toEqual([409, 'idempotency_conflict'])
  })

  test('cannot charge a released reservation (reservation_not_open)', async () => {
    const organization = await createOrganization(api.sql)
    const reservation_id = reservationOf(await reserve(organization))
    await call(organization, 'release_credits', { reservation_id, reason: 'changed my mind' })
    const answer = await call(organization, 'settle_credits', { reservation_id, amount_credits: 1 })
    expect(answer.body.extensions).toEqual({ code: 'reservation_not_open', status: 'released' })
  })

  test("cannot touch another organization's reservation (reservation_not_found)", async () => {
    const reservation_id = reservationOf(await reserve(await createOrganization(api.sql)))
    const stranger = await createOrganization(api.sql)
    for (const [name, input] of [
      ['settle_credits', { amount_credits: 1 }],
      ['release_credits', { reason: 'mine now' }],
      ['extend_reservation', { expires_in_seconds: 60 }],
    ] as const) {
      const answer = await call(stranger, name, { reservation_id, ...input })
      expect([answer.status, codeOf(answer)]).toEqual([404, 'reservation_not_found'])
    }
  })

  const usage = { model: 'm', input_tokens: 1, output_tokens: 1 }
  const badInputs: [string, Record<string, unknown>, string, string][] = [
    ['neither amount nor usage', {}, 'amount_credits', 'either_amount_or_usage'],
    ['both', { amount_credits: 1, usage }, 'amount_credits', 'either_amount_or_usage'],
    ['a negative amount', { amount_credits: -0.01 }, 'amount_credits', 'not_negative'],
    ['three decimals', { amount_credits: 0.125 }, 'amount_credits', 'at_most_two_decimals'],
    ['an unknown model', { usage }, 'usage.model', 'unknown'],
    [
      'negative tokens',
      { usage: { ...usage, input_tokens: -1 } },
      'usage.input_tokens',
      'not_negative',
    ],
    ['half a token', { usage: { ...usage, output_tokens: 0.5 } }, 'usage.output_tokens', 'integer'],
    [
      'more cached than input',
      { usage: { ...usage, cached_input_tokens: 2 } },
      'usage.cached_input_tokens',
      'at_most_input_tokens',
    ],
    [
      'a reservation that is no uuid',
      { reservation_id: 'x', amount_credits: 1 },
      'reservation_id',
      'uuid',
    ],
  ]
  test.each(badInputs)('refuses %s and writes nothing', async (_case, input, field, rule) => {
    const organization = await createOrganization(api.sql)
    const reservation_id = reservationOf(await reserve(organization))
    const before = await footprint(api.sql, organization.id)
    const answer = await call(organization, 'settle_credits', { reservation_id, ...input })
    expect(answer.body.extensions).toEqual({ code: 'invalid_input', field, rule })
    expect(await footprint(api.sql, organization.id)).toEqual(before)
  })
})

describe('release_credits and extend_reservation', () => {
  test('release gives everything back, once', async () => {
    const organization = await createOrganization(api.sql)
    const reservation_id = reservationOf(await reserve(organization))
    const input = { reservation_id, reason: 'model failed' }
    const first = await call(organization, 'release_credits', input)
    expect(first.body).toEqual({
      reservation_id,
      status: 'released',
      released_credits: 3,
      available_credits: 2000,
      replayed: false,
    })
    const second = await call(organization, 'release_credits', input)
    expect(second.body).toEqual({ ...first.body, replayed: true })
  })

  test('release after settle is refused (reservation_not_open)', async () => {
    const organization = await createOrganization(api.sql)
    const reservation_id = reservationOf(await reserve(organization))
    await call(organization, 'settle_credits', { reservation_id, amount_credits: 1 })
    const answer = await call(organization, 'release_credits', { reservation_id, reason: 'late' })
    expect(answer.body.extensions).toEqual({ code: 'reservation_not_open', status: 'settled' })
  })

  test('extend moves the expiry, and not of a closed reservation (reservation_not_open)', async () => {
    const organization = await createOrganization(api.sql)
    const reserved = await reserve(organization)
    const reservation_id = reservationOf(reserved)
    const input = { reservation_id, expires_in_seconds: 3600 }
    const extended = await call(organization, 'extend_reservation', input)
    expect(extended.body).toMatchObject({ status: 'reserved', amount_credits: 3 })
    expect(String(extended.body['expires_at']) > String(reserved.body['expires_at'])).toBe(true)
    await call(organization, 'release_credits', { reservation_id, reason: 'done' })
    expect(codeOf(await call(organization, 'extend_reservation', input))).toBe(
      'reservation_not_open',
    )
  })
})
