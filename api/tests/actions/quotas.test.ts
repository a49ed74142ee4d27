import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asOwner, asService, callAction, codeOf } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import { createOrganization, type TestOrganization } from '../support/organizations.ts'
import { reservationOf, serviceCalls } from '../support/service-calls.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const { call, reserve } = serviceCalls(() => api)

const use = (organization: TestOrganization, input: Record<string, unknown> = {}) =>
  call(organization, 'consume_quota', {
    meter: 'letters',
    amount: 1,
    idempotency_key: randomUUID(),
    ...input,
  })

const PLATFORM_ADMIN = { 'x-hasura-role': 'platform_admin' }

const set = (input: Record<string, unknown>) =>
  callAction(api, 'set_quota_override', { input: { reason: 'a test', ...input } }, PLATFORM_ADMIN)

describe('consume_quota', () => {
  test('counts the use and tells the closest limit', async () => {
    const organization = await createOrganization(api.sql, 'free')
    const answer = await use(organization, { amount: 4, metadata: { letter: 7 } })
    expect(answer).toEqual({
      status: 200,
      body: {
        allowed: true,
        reason: null,
        message: 'Allowed.',
        meter: 'letters',
        amount: 4,
        limit: 5,
        used: 4,
        held: 0,
        remaining: 1,
        period: 'month',
        resets_at: expect.any(String),
        level: 'plan',
        source: { plan: 'free', in_plan: true },
        warning: 0.8,
        over_limit: false,
        usage_id: expect.any(String),
        replayed: false,
      },
    })
  })

  test('beyond a hard limit: 429 quota_exceeded with the numbers, and nothing is counted', async () => {
    const organization = await createOrganization(api.sql, 'free')
    const answer = await use(organization, { amount: 5.5 })
    expect(answer.status).toBe(429)
    expect(answer.body.extensions).toMatchObject({
      code: 'quota_exceeded',
      meter: 'letters',
      limit: 5,
      used: 0,
      resets_at: expect.any(String),
      source: { plan: 'free' },
    })
    const [row] = await api.sql`
      select count(*)::int as rows from public.usage_ledger
      where organization_id = ${organization.id}`
    expect(row).toEqual({ rows: 0 })
  })

  test('many callers at the same time: exactly the limit', async () => {
    const organization = await createOrganization(api.sql, 'pro')
    const answers = await Promise.all(Array.from({ length: 130 }, () => use(organization)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
  })

  test('a repeated call answers the first result', async () => {
    const organization = await createOrganization(api.sql)
    const idempotency_key = randomUUID()
    const first = await use(organization, { idempotency_key, amount: '1.50' })
    const again = await use(organization, { idempotency_key, amount: 1.5 })
    expect(again.body).toEqual({ ...first.body, replayed: true })
    expect(codeOf(await use(organization, { idempotency_key, amount: 2 }))).toBe(
      'idempotency_conflict',
    )
  })

  test.each([
    [{ amount: 0 }, 'amount', 'invalid_amount'],
    [{ amount: -1 }, 'amount', 'invalid_amount'],
    [{ meter: 'storage_bytes', amount: -1 }, 'amount', 'below_zero'],
    [{ amount: 0.00001 }, 'amount', 'at_most_four_decimals'],
    [{ amount: '0.12345' }, 'amount', 'at_most_four_decimals'],
    [{ amount: 'many' }, 'amount', 'not_a_number'],
    [{ meter: 'nothing' }, 'meter', 'unknown'],
    [{ user_id: randomUUID() }, 'user_id', 'unknown'],
    [{ meter: 'session_minutes' }, 'user_id', 'required'],
    [{ idempotency_key: ' ' }, 'idempotency_key', 'not_empty'],
    [{ metadata: [] }, 'metadata', 'object'],
    [{ event_at: '2026-01-01T00:00:00Z' }, 'event_at', 'unrecognized_keys'],
  ])('refuses %j', async (input, field, rule) => {
    const organization = await createOrganization(api.sql)
    const answer = await use(organization, input)
    expect(answer.body.extensions).toMatchObject({ code: 'invalid_input', field, rule })
  })
})

describe('record_usage', () => {
  test('counts what has happened beyond a limit', async () => {
    const organization = await createOrganization(api.sql, 'free')
    const answer = await call(organization, 'record_usage', {
      meter: 'letters',
      amount: 7,
      idempotency_key: randomUUID(),
      event_at: new Date(Date.now() - 60_000).toISOString(),
    })
    expect(answer.body).toMatchObject({ used: 7, remaining: 0, over_limit: true, warning: 1 })
    const old = await call(organization, 'record_usage', {
      meter: 'letters',
      amount: 7,
      idempotency_key: randomUUID(),
      event_at: '2020-01-01T00:00:00Z',
    })
    expect(old.body.extensions).toMatchObject({ field: 'event_at' })
  })
})

describe('check_quota and explain_quota', () => {
  test('a check answers a denial as data and changes nothing', async () => {
    const organization = await createOrganization(api.sql, 'free')
    const check = (amount: number) =>
      callAction(api, 'check_quota', { meter: 'letters', amount }, asOwner(organization))
    expect((await check(5)).body).toMatchObject({ allowed: true, reason: null, used: 0, limit: 5 })
    expect((await check(6)).body).toMatchObject({
      allowed: false,
      reason: 'quota_exceeded',
      usage_id: null,
    })
  })

  test('a member asks about himself only', async () => {
    const organization = await createOrganization(api.sql)
    const other = await createOrganization(api.sql)
    const session = { ...asOwner(organization), 'x-hasura-role': 'member' }
    for (const action of ['check_quota', 'explain_quota']) {
      const input = { meter: 'letters', user_id: other.ownerId }
      expect(codeOf(await callAction(api, action, input, session))).toBe('not_allowed')
      const own = { meter: 'letters', user_id: organization.ownerId }
      expect((await callAction(api, action, own, session)).status).toBe(200)
    }
  })

  test('the explanation follows an override until it is removed', async () => {
    const organization = await createOrganization(api.sql, 'free')
    const explain = async () => {
      const answer = await callAction(
        api,
        'explain_quota',
        { meter: 'letters' },
        asService(organization),
      )
      return (answer.body['rules'] as Record<string, unknown>[])[0]
    }
    const expires_at = new Date(Date.now() + 3_600_000).toISOString()
    const made = await set({
      organization_id: organization.id,
      meter: 'letters',
      limit_amount: 50,
      expires_at,
    })
    expect(made.body).toMatchObject({ period: 'month', limit_amount: 50, expires_at })
    expect(await explain()).toMatchObject({
      level: 'override',
      limit: 50,
      binds: true,
      source: { reason: 'a test', replaced_limit: 5 },
    })
    const { override_id } = made.body
    const removed = await callAction(api, 'remove_quota_override', { override_id }, PLATFORM_ADMIN)
    expect(removed.body).toMatchObject({ organization_id: organization.id, meter: 'letters' })
    expect(await explain()).toMatchObject({ level: 'plan', limit: 5 })
    const missing = { override_id: randomUUID() }
    expect(codeOf(await callAction(api, 'remove_quota_override', missing, PLATFORM_ADMIN))).toBe(
      'not_found',
    )
  })

  test.each([
    [{ organization_id: randomUUID() }, 'organization_id'],
    [{ meter: 'nothing' }, 'meter'],
    [{ period: 'none' }, 'period'],
    [{ limit_amount: -1 }, 'limit_amount'],
    [{ expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    [{ reason: '' }, 'reason'],
  ])('an override of %j is refused', async (input, field) => {
    const { id } = await createOrganization(api.sql)
    const answer = await set({ organization_id: id, meter: 'letters', ...input })
    expect(answer.body.extensions).toMatchObject({ code: 'invalid_input', field })
  })
})

describe('reserve_credits with quotas', () => {
  test('holds both, settles both, and a refused line leaves no hold', async () => {
    const organization = await createOrganization(api.sql, 'free')
    const amount_credits = 2
    const refused = await reserve(organization, {
      amount_credits,
      quotas: [{ meter: 'letters', amount: 6 }],
    })
    expect(refused.body.extensions).toMatchObject({ code: 'quota_exceeded', meter: 'letters' })
    const answer = await reserve(organization, {
      amount_credits,
      quotas: [{ meter: 'letters', amount: 5 }],
    })
    expect(answer.body).toMatchObject({ status: 'reserved', available_credits: 8 })
    expect(codeOf(await use(organization))).toBe('quota_exceeded')

    const reservation_id = reservationOf(answer)
    const wrong = await call(organization, 'settle_credits', {
      reservation_id,
      amount_credits: 1,
      quotas: [{ meter: 'mails', amount: 1 }],
    })
    expect(wrong.body.extensions).toMatchObject({ field: 'quotas', rule: 'invalid_quotas' })
    const settled = await call(organization, 'settle_credits', {
      reservation_id,
      amount_credits: 1,
      quotas: [{ meter: 'letters', amount: 2 }],
    })
    expect(settled.body).toMatchObject({ status: 'settled', charged_credits: 1 })
    expect((await use(organization)).body).toMatchObject({ used: 3, held: 0 })
  })

  test('lines that are none are the mistake of the caller', async () => {
    const organization = await createOrganization(api.sql)
    const line = { meter: 'letters', amount: 1 }
    const answer = await reserve(organization, { quotas: [line, line] })
    expect(answer.body.extensions).toMatchObject({ code: 'invalid_input', field: 'quotas' })
  })
})

describe('caps on the credits of a member', () => {
  test('refuse with the numbers, and the check says so before', async () => {
    const organization = await createOrganization(api.sql)
    await api.sql`
      insert into public.member_caps (organization_id, user_id, meter_id, limit_amount)
      values (${organization.id}, ${organization.ownerId}, 'credits', 4)`
    const user = { user_id: organization.ownerId }
    expect((await reserve(organization, user)).body).toMatchObject({ status: 'reserved' })
    const refused = await reserve(organization, user)
    expect(refused.status).toBe(429)
    expect(refused.body.extensions).toMatchObject({
      code: 'member_cap_exceeded',
      meter: 'credits',
      limit: 4,
      used: 0,
      held: 3,
      remaining: 1,
      resets_at: expect.any(String),
    })
    const withLines = { ...user, quotas: [{ meter: 'letters', amount: 1 }] }
    expect((await reserve(organization, withLines)).body.extensions).toMatchObject({
      code: 'member_cap_exceeded',
      limit: 4,
    })
    const access = await callAction(
      api,
      'check_ai_access',
      { capability: 'question_generation', amount_credits: 2 },
      asOwner(organization),
    )
    expect(access.body).toMatchObject({ allowed: false, reason: 'member_cap_exceeded' })
    expect((await reserve(organization)).status).toBe(200)
  })
})
