import { randomUUID } from 'node:crypto'
import { jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { asOwner, asService, callAction, codeOf, type Session } from '../support/actions.ts'
import { CRON_SECRET, startTestApi, type TestApi } from '../support/api.ts'
import {
  brokenInvariants,
  createOrganization,
  type TestOrganization,
} from '../support/organizations.ts'

const REALTIME_SECRET = 'test-realtime-secret-of-more-than-thirty-two'
const UNKNOWN = '00000000-0000-4000-8000-000000000001'

let api: TestApi
let organization: TestOrganization
let owner: Session

beforeAll(async () => {
  api = await startTestApi({ environment: { REALTIME_TOKEN_SECRET: REALTIME_SECRET } })
})
beforeEach(async () => {
  organization = await createOrganization(api.sql, 'free')
  owner = asOwner(organization)
  // Founded yesterday, so that sessions can have begun a while ago.
  await api.sql`
    update public.org_plans set period_start = period_start - interval '1 day'
    where organization_id = ${organization.id}`
})
afterAll(async () => {
  expect(await brokenInvariants(api.sql)).toEqual([])
  await api.stop()
})

const call = (name: string, input: Record<string, unknown>, session = owner) =>
  callAction(api, name, input, session)

const start = (input: object = {}, session = owner) =>
  call('start_session', { input: { idempotency_key: randomUUID(), ...input } }, session)

async function started(session = owner): Promise<string> {
  const { status, body } = await start({}, session)
  expect(status).toBe(200)
  return body['session_id'] as string
}

async function addMember(): Promise<Session> {
  const user = randomUUID()
  await api.sql`
    insert into auth.users (id, name, email, email_verified)
    values (${user}, 'Member', ${`${user}@example.test`}, false)`
  await api.sql`
    insert into auth.members (organization_id, user_id, role)
    values (${organization.id}, ${user}, 'member')`
  return { ...owner, 'x-hasura-role': 'member', 'x-hasura-user-id': user }
}

/** Lets so many seconds pass for a session, as if it had begun earlier. */
async function age(session: string, seconds: number): Promise<void> {
  await api.sql`
    update private.metered_sessions
    set started_at = started_at - make_interval(secs => ${seconds}),
      last_heartbeat_at = last_heartbeat_at - make_interval(secs => ${seconds}),
      lease_expires_at = lease_expires_at - make_interval(secs => ${seconds}),
      included_until = included_until - make_interval(secs => ${seconds}),
      limit_at = limit_at - make_interval(secs => ${seconds}),
      timeout_at = timeout_at - make_interval(secs => ${seconds}),
      stale_at = stale_at - make_interval(secs => ${seconds})
    where id = ${session}`
}

describe('a session', () => {
  test('starts, lives and ends', async () => {
    const { status, body } = await start({ topic: 'Travel', difficulty: 'advanced' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'active',
      end_reason: null,
      topic: 'Travel',
      difficulty: 'advanced',
      used_minutes: 0,
      remaining_minutes: 10,
      period_limit_minutes: 10,
      warning: false,
      heartbeat_interval_seconds: 30,
      charged_credits: 0,
      minute_price_credits: null,
      replayed: false,
    })
    const session = body['session_id'] as string
    await age(session, 50)
    const heartbeat = await call('session_heartbeat', { session_id: session })
    const { used_seconds: used } = heartbeat.body as { used_seconds: number }
    // The time of the machine goes on meanwhile.
    expect(used).toBeGreaterThanOrEqual(50)
    expect(heartbeat.body).toMatchObject({
      status: 'active',
      used_minutes: Math.ceil((used * 5) / 3) / 100,
      remaining_minutes: Math.floor(((600 - used) * 5) / 3) / 100,
      period_used_minutes: Math.ceil((used * 5) / 3) / 100,
    })
    const seen = await call('session_status', { session_id: session })
    expect(seen.body).toMatchObject({ status: 'active', session_id: session })
    const ended = await call('end_session', { session_id: session })
    expect(ended.body).toMatchObject({ status: 'ended', end_reason: 'user_ended' })
    const again = await call('end_session', { session_id: session, reason: 'error' })
    expect(again.body).toEqual(ended.body)
  })

  test('warns when five minutes are left', async () => {
    await api.sql`
      insert into public.member_caps (organization_id, user_id, meter_id, period, limit_amount)
      values (${organization.id}, ${organization.ownerId}, 'session_minutes', 'month', 5)`
    const { body } = await start()
    expect(body).toMatchObject({ warning: true, remaining_minutes: 5 })
  })

  test('answers the same session for the same key (idempotency_conflict for another request)', async () => {
    const key = randomUUID()
    const first = await start({ idempotency_key: key })
    const again = await start({ idempotency_key: key })
    expect(again.body).toMatchObject({ session_id: first.body['session_id'], replayed: true })
    const other = await start({ idempotency_key: key, topic: 'Food' })
    expect([other.status, codeOf(other)]).toEqual([409, 'idempotency_conflict'])
  })

  test('is the only one of its user (session_active)', async () => {
    const session = await started()
    const second = await start()
    expect(second.status).toBe(409)
    expect(second.body.extensions).toEqual({ code: 'session_active', session_id: session })
    const { body } = await call('session_allowance', {})
    expect(body).toMatchObject({
      can_start: false,
      reason: 'session_active',
      active_session_id: session,
    })
    await started(await addMember())
  })

  test('does not start without minutes (quota_exceeded)', async () => {
    const session = await started()
    await api.sql`
      update public.usage_periods set used_seconds = 600
      where organization_id = ${organization.id}`
    await age(session, 700)
    const refused = await start()
    expect(refused.status).toBe(429)
    expect(refused.body.extensions).toMatchObject({
      code: 'quota_exceeded',
      meter: 'session_minutes',
      limit: 10,
      used: 10,
    })
    expect(Date.parse(refused.body.extensions!['resets_at'] as string)).toBeGreaterThan(Date.now())
    const { body } = await call('session_allowance', {})
    expect(body).toMatchObject({ can_start: false, reason: 'quota_exceeded', remaining_minutes: 0 })
  })

  test('tells what is left before it starts', async () => {
    const { status, body } = await call('session_allowance', {})
    expect(status).toBe(200)
    expect(body).toMatchObject({
      can_start: true,
      reason: null,
      active_session_id: null,
      used_minutes: 0,
      limit_minutes: 10,
      remaining_minutes: 10,
      warning: false,
      minute_price_credits: null,
    })
  })

  test.each([
    [{ topic: 'x'.repeat(201) }, 'topic'],
    [{ difficulty: 'expert' }, 'difficulty'],
    [{ idempotency_key: '' }, 'idempotency_key'],
    [{ user_id: UNKNOWN }, 'user_id'],
  ])('refuses %j (invalid_input)', async (input, field) => {
    const refused = await start(input)
    expect(refused.body.extensions).toMatchObject({ code: 'invalid_input', field })
  })
})

describe('who', () => {
  test('is no member starts nothing (not_allowed)', async () => {
    const stranger = await createOrganization(api.sql, 'free')
    const session = { ...owner, 'x-hasura-user-id': stranger.ownerId }
    for (const refused of [
      await start({}, session),
      await call('session_allowance', {}, session),
    ]) {
      expect(codeOf(refused)).toBe('not_allowed')
    }
  })

  test('is another member moves nothing (session_not_found)', async () => {
    const session = await started()
    const member = await addMember()
    for (const name of [
      'session_heartbeat',
      'end_session',
      'session_status',
      'create_realtime_token',
    ]) {
      const refused = await call(name, { session_id: session }, member)
      expect([refused.status, codeOf(refused)], name).toEqual([404, 'session_not_found'])
    }
  })

  test('is of another organization moves nothing, whatever the role', async () => {
    const session = await started()
    const foreign = await createOrganization(api.sql, 'free')
    for (const caller of [asOwner(foreign), asService(foreign)]) {
      for (const name of ['session_heartbeat', 'end_session', 'session_status']) {
        expect(codeOf(await call(name, { session_id: session }, caller))).toBe('session_not_found')
      }
    }
  })

  test('manages the organization sees and ends any session, but keeps none alive', async () => {
    const session = await started(await addMember())
    expect((await call('session_status', { session_id: session })).status).toBe(200)
    expect(codeOf(await call('session_heartbeat', { session_id: session }))).toBe(
      'session_not_found',
    )
    const ended = await call('end_session', { session_id: session })
    expect(ended.body).toMatchObject({ end_reason: 'user_ended' })
  })

  test('serves the organization keeps any session alive and ends it', async () => {
    const session = await started()
    const service = asService(organization)
    expect((await call('session_heartbeat', { session_id: session }, service)).status).toBe(200)
    const ended = await call('end_session', { session_id: session, reason: 'timeout' }, service)
    expect(ended.body).toMatchObject({ end_reason: 'timeout' })
    expect(codeOf(await start({}, service))).toBe('not_allowed')
  })
})

describe('a realtime token', () => {
  test('names the session, its user and organization, for a minute at most', async () => {
    const session = await started()
    const { status, body } = await call('create_realtime_token', { session_id: session })
    expect(status).toBe(200)
    expect(body['minutes_remaining']).toBeGreaterThan(9.9)
    const { payload, protectedHeader } = await jwtVerify(
      body['token'] as string,
      new TextEncoder().encode(REALTIME_SECRET),
      { audience: 'purser-realtime', issuer: api.config.publicUrl },
    )
    expect(protectedHeader.alg).toBe('HS256')
    expect(payload).toMatchObject({
      sub: organization.ownerId,
      session_id: session,
      organization_id: organization.id,
    })
    expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(60)
    expect(payload.exp! * 1000).toBe(Date.parse(body['expires_at'] as string))
    expect(payload.jti).toBeTruthy()
  })

  test('is not given to a session that has ended (session_ended)', async () => {
    const session = await started()
    await call('end_session', { session_id: session })
    const refused = await call('create_realtime_token', { session_id: session })
    expect(refused.status).toBe(409)
    expect(refused.body.extensions).toEqual({ code: 'session_ended', end_reason: 'user_ended' })
  })

  test('is given ten times a minute (rate_limited)', async () => {
    const session = await started()
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => call('create_realtime_token', { session_id: session })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
    const refused = answers.find((answer) => codeOf(answer) === 'rate_limited')!
    expect(refused.body.extensions!['retry_after_seconds']).toBeLessThanOrEqual(60)
  })

  test('of another secret is not ours', async () => {
    const session = await started()
    const { body } = await call('create_realtime_token', { session_id: session })
    const verified = jwtVerify(
      body['token'] as string,
      new TextEncoder().encode(api.config.authSecret),
    )
    await expect(verified).rejects.toThrow()
  })
})

test('the job ends what was left alone, once for a scheduled time', async () => {
  const session = await started()
  await age(session, 700)
  const run = async () => {
    const response = await fetch(`${api.url}/cron/sweep_sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-cron-secret': CRON_SECRET },
      body: JSON.stringify({ name: 'sweep_sessions', scheduled_time: '2026-03-02T10:00:00Z' }),
    })
    return (await response.json()) as Record<string, unknown>
  }
  expect(await run()).toMatchObject({ ran: true, failed: 0, remaining: false })
  expect(await run()).toMatchObject({ ran: false })
  const [row] = await api.sql`
    select status, end_reason, used_seconds from private.metered_sessions where id = ${session}`
  expect(row).toEqual({ status: 'ended', end_reason: 'stale', used_seconds: 0 })
})
