import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { codeOf } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import {
  balanceOf,
  brokenInvariants,
  createOrganization,
  footprint,
  leaveAvailable,
} from '../support/organizations.ts'
import { reservationOf, serviceCalls } from '../support/service-calls.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterEach(async () => {
  expect(await brokenInvariants(api.sql)).toEqual([])
})

afterAll(() => api.stop())

const { reserve } = serviceCalls(() => api)

describe('reserve_credits', () => {
  test('holds the amount and says what is left', async () => {
    const organization = await createOrganization(api.sql)
    const answer = await reserve(organization)
    expect(answer).toEqual({
      status: 200,
      body: {
        reservation_id: expect.any(String),
        status: 'reserved',
        amount_credits: 3,
        available_credits: 1997,
        expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
        quality_level: 'fast',
        model: expect.any(String),
        replayed: false,
      },
    })
    expect(await balanceOf(api.sql, organization.id)).toMatchObject({ posted: 2000, reserved: 3 })
  })

  test('takes the estimate and the lowest level when they are not given', async () => {
    const organization = await createOrganization(api.sql)
    const answer = await reserve(organization, { amount_credits: null, quality_level: null })
    expect(answer.body['amount_credits']).toBe(0.5)
  })

  test('takes a decimal string as well as a number', async () => {
    const organization = await createOrganization(api.sql)
    expect((await reserve(organization, { amount_credits: '0.10' })).body['amount_credits']).toBe(
      0.1,
    )
    expect((await reserve(organization, { amount_credits: 0.1 })).body['amount_credits']).toBe(0.1)
  })

  test('answers the same reservation to the same key and parameters', async () => {
    const organization = await createOrganization(api.sql)
    const input = {
      idempotency_key: randomUUID(),
      context: { order: 7, type: 'x', value: 1 },
    }
    const first = await reserve(organization, input)
    const second = await reserve(organization, input)
    expect(second.body).toEqual({ ...first.body, replayed: true })
    expect(await balanceOf(api.sql, organization.id)).toMatchObject({ reserved: 3 })
    const [row] = await api.sql`
      select context from public.credit_reservations where id = ${reservationOf(first)}`
    expect(row?.['context']).toMatchObject({ order: 7, type: 'x', value: 1 })
  })

  test('refuses the same key with another amount (idempotency_conflict)', async () => {
    const organization = await createOrganization(api.sql)
    const idempotency_key = randomUUID()
    await reserve(organization, { idempotency_key })
    const answer = await reserve(organization, { idempotency_key, amount_credits: 4 })
    expect([answer.status, codeOf(answer)]).toEqual([409, 'idempotency_conflict'])
  })

  test('keeps the keys of organizations apart', async () => {
    const idempotency_key = randomUUID()
    const first = await reserve(await createOrganization(api.sql), { idempotency_key })
    const second = await reserve(await createOrganization(api.sql), { idempotency_key })
    expect(second.body).toMatchObject({ replayed: false })
    expect(reservationOf(second)).not.toBe(reservationOf(first))
  })

  test('cannot reserve more than available (insufficient_credits)', async () => {
    const organization = await createOrganization(api.sql, 'free')
    const answer = await reserve(organization, { amount_credits: 500 })
    expect(answer).toEqual({
      status: 402,
      body: {
        message: expect.any(String),
        extensions: {
          code: 'insufficient_credits',
          required_credits: 500,
          available_credits: 10,
        },
      },
    })
  })

  test('cannot use a capability outside the plan (capability_not_in_plan)', async () => {
    const organization = await createOrganization(api.sql, 'free')
    const answer = await reserve(organization, { capability: 'testimonial_polish' })
    expect(answer.status).toBe(403)
    expect(answer.body.extensions).toEqual({
      code: 'capability_not_in_plan',
      unlocked_by_plan: 'pro',
    })
  })

  test('cannot use a level outside the plan (quality_level_not_allowed)', async () => {
    const organization = await createOrganization(api.sql, 'pro')
    const answer = await reserve(organization, { quality_level: 'premium' })
    expect(answer.body.extensions).toEqual({
      code: 'quality_level_not_allowed',
      allowed_quality_levels: ['fast', 'enhanced'],
      unlocked_by_plan: 'team',
    })
  })

  test('cannot use a capability that is switched off (capability_disabled)', async () => {
    const organization = await createOrganization(api.sql)
    await api.sql`update public.ai_capabilities set is_active = false where id = 'testimonial_polish'`
    const answer = await reserve(organization, { capability: 'testimonial_polish' })
    await api.sql`update public.ai_capabilities set is_active = true where id = 'testimonial_polish'`
    expect(codeOf(answer)).toBe('capability_disabled')
  })

  test('stops at the rate limit (rate_limited)', async () => {
    const organization = await createOrganization(api.sql, 'free')
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => reserve(organization, { amount_credits: 0.5 })),
    )
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused).toHaveLength(1)
    expect(refused[0]).toMatchObject({
      status: 429,
      body: { extensions: { code: 'rate_limited', retry_after_seconds: expect.any(Number) } },
    })
  })

  test('stops when the subscription is not paid (subscription_inactive)', async () => {
    const organization = await createOrganization(api.sql)
    await api.sql`update public.org_plans set status = 'unpaid' where organization_id = ${organization.id}`
    expect(codeOf(await reserve(organization))).toBe('subscription_inactive')
  })

  test('of 64 parallel callers for 1 credit each on 40 available exactly 40 get it', async () => {
    const organization = await createOrganization(api.sql)
    await leaveAvailable(api, organization, 40)
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => reserve(organization, { amount_credits: 1 })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(40)
    expect(answers.filter((answer) => codeOf(answer) === 'insufficient_credits')).toHaveLength(24)
    expect((await balanceOf(api.sql, organization.id)).available).toBe(0)
  })
})

describe('bad input of reserve_credits is named and writes nothing', () => {
  const cases: [string, Record<string, unknown>, string, string][] = [
    ['a negative amount', { amount_credits: -1 }, 'amount_credits', 'not_negative'],
    ['three decimals', { amount_credits: 1.234 }, 'amount_credits', 'at_most_two_decimals'],
    [
      'three decimals as text',
      { amount_credits: '1.234' },
      'amount_credits',
      'at_most_two_decimals',
    ],
    ['a tiny amount', { amount_credits: 1e-7 }, 'amount_credits', 'at_most_two_decimals'],
    ['a huge amount', { amount_credits: 1e15 }, 'amount_credits', 'too_large'],
    ['an absurd amount', { amount_credits: 1e300 }, 'amount_credits', 'too_large'],
    ['no amount at all', { amount_credits: 0 }, 'amount_credits', 'invalid_amount'],
    ['NaN', { amount_credits: 'NaN' }, 'amount_credits', 'not_a_number'],
    ['a text', { amount_credits: 'ten' }, 'amount_credits', 'not_a_number'],
    ['an unknown capability', { capability: 'telepathy' }, 'capability', 'unknown'],
    ['an unknown level', { quality_level: 'ultra' }, 'quality_level', 'unknown'],
    ['a missing key', { idempotency_key: undefined }, 'idempotency_key', 'required'],
    ['an empty key', { idempotency_key: ' ' }, 'idempotency_key', 'not_empty'],
    [
      'a long key',
      { idempotency_key: 'k'.repeat(201) },
      'idempotency_key',
      'at_most_200_characters',
    ],
    [
      'a control character',
      { idempotency_key: 'a\u0000b' },
      'idempotency_key',
      'no_control_characters',
    ],
    ['half a surrogate pair', { capability: '\ud83d' }, 'capability', 'no_control_characters'],
    ['no time', { expires_in_seconds: 0 }, 'expires_in_seconds', 'at_least_1'],
    ['too much time', { expires_in_seconds: 999_999 }, 'expires_in_seconds', 'at_most_3600'],
    ['half a second', { expires_in_seconds: 1.5 }, 'expires_in_seconds', 'integer'],
    ['a user who is no member', { user_id: randomUUID() }, 'user_id', 'unknown'],
    ['a user that is no uuid', { user_id: 'me' }, 'user_id', 'uuid'],
    ['a context that is no object', { context: 'x' }, 'context', 'object'],
    ['NUL deep in the context', { context: { a: ['\u0000'] } }, 'context', 'no_control_characters'],
    [
      'another organization',
      { organization_id: randomUUID() },
      'organization_id',
      'unrecognized_keys',
    ],
  ]
  test.each(cases)('%s', async (_case, overrides, field, rule) => {
    const organization = await createOrganization(api.sql)
    const before = await footprint(api.sql, organization.id)
    const answer = await reserve(organization, overrides)
    expect(answer.status).toBe(400)
    expect(answer.body.extensions).toEqual({ code: 'invalid_input', field, rule })
    expect(await footprint(api.sql, organization.id)).toEqual(before)
  })

  test('an organization that does not exist (not_allowed)', async () => {
    const answer = await reserve({ id: randomUUID() })
    expect([answer.status, codeOf(answer)]).toEqual([403, 'not_allowed'])
  })

  test('does not hurt good calls of the same batch', async () => {
    const organization = await createOrganization(api.sql)
    const answers = await Promise.all([
      reserve(organization, { capability: 'telepathy' }),
      reserve(organization),
      reserve({ id: randomUUID() }),
      reserve(organization, { amount_credits: 5_000 }),
      reserve(organization),
    ])
    expect(answers.map(({ status }) => status)).toEqual([400, 200, 403, 402, 200])
  })
})
