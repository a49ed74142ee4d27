import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMember, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { foundOrganization } from '../support/jobs.ts'
import {
  admit,
  allowance,
  begin,
  bookedOf,
  end,
  heartbeat,
  live,
  openClock,
  periodsOf,
  seen,
  start,
  status,
  sweep,
} from '../support/sessions.ts'
import type { Clock, Person } from '../support/sessions.ts'

let desk: Desk
let clock: Clock

beforeAll(async () => {
  desk = await openDesk()
  clock = await openClock(desk, '2026-03-02T10:00:00Z')
})
afterAll(() => desk.close())

async function person(plan = 'pro'): Promise<Person> {
  const organization = await foundOrganization(clock.sql, { plan })
  return { organization, user: await createMember(desk, organization) }
}

/** What is written, whatever time it is. */
async function stored(session: string) {
  const [row] = await desk.admin`
    select end_reason, used_seconds from private.metered_sessions where id = ${session}`
  return row
}

describe('a session', () => {
  test('counts the seconds between heartbeats, and books them', async () => {
    const ada = await person()
    const session = await begin(clock.sql, ada)
    const answer = await live(clock, ada, session, 75)
    expect(answer).toMatchObject({ outcome: 'active', used_seconds: 75, remaining_seconds: 5925 })
    await clock.move(10)
    expect(await end(clock.sql, ada, session)).toMatchObject({
      outcome: 'ended',
      end_reason: 'user_ended',
      used_seconds: 85,
      remaining_seconds: 5915,
    })
    expect(await bookedOf(clock.sql, ada)).toMatchObject([{ minutes: 1.4167 }])
    expect(await periodsOf(clock.sql, ada)).toMatchObject([
      { used: 85, booked: 1.4167, limit: 100, plan: 'pro' },
    ])
  })

  test('is counted once, however often a heartbeat comes', async () => {
    const ada = await person()
    const session = await begin(clock.sql, ada)
    await clock.move(30)
    for (let times = 0; times < 3; times++) await heartbeat(clock.sql, ada, session)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({ used_seconds: 30 })
  })

  test('is not charged beyond its lease when a heartbeat is late', async () => {
    const ada = await person()
    const session = await begin(clock.sql, ada)
    await clock.move(90)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({ used_seconds: 90 })
    await clock.move(91)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({ used_seconds: 180 })
    await clock.move(599)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      status: 'active',
      used_seconds: 270,
    })
  })

  test('does not mind a clock that goes back', async () => {
    const ada = await person()
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 60)
    await clock.move(-20)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({ used_seconds: 60 })
    await clock.move(50)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({ used_seconds: 90 })
  })

  test('is the same for the same key, and another request under it is refused', async () => {
    const ada = await person()
    const first = await start(clock.sql, ada, {
      key: 'one',
      topic: 'Travel',
      difficulty: 'beginner',
    })
    await clock.move(10)
    const again = await start(clock.sql, ada, {
      key: 'one',
      topic: 'Travel',
      difficulty: 'beginner',
    })
    expect(again).toMatchObject({ outcome: 'replayed', session_id: first.session_id })
    expect(await start(clock.sql, ada, { key: 'one', topic: 'Food' })).toMatchObject({
      outcome: 'idempotency_conflict',
    })
    await end(clock.sql, ada, first.session_id)
    expect(
      await start(clock.sql, ada, { key: 'one', topic: 'Travel', difficulty: 'beginner' }),
    ).toMatchObject({ outcome: 'replayed', session_id: first.session_id, status: 'ended' })
  })

  test('is the only one of its user in the organization (session_active)', async () => {
    const ada = await person()
    const bob = { ...ada, user: await createMember(desk, ada.organization) }
    const session = await begin(clock.sql, ada)
    expect(await start(clock.sql, ada)).toMatchObject({
      outcome: 'session_active',
      session_id: session,
    })
    expect(await allowance(clock.sql, ada)).toMatchObject({
      outcome: 'session_active',
      session_id: session,
    })
    expect(await start(clock.sql, bob)).toMatchObject({ outcome: 'started' })
    await end(clock.sql, ada, session)
    expect(await start(clock.sql, ada)).toMatchObject({ outcome: 'started' })
  })

  test('starts for members of a paying organization only', async () => {
    const ada = await person()
    const stranger = await person()
    const asked = { organization: ada.organization, user: stranger.user }
    expect(await start(clock.sql, asked)).toMatchObject({ outcome: 'unknown_user' })
    const nowhere = { ...ada, organization: '00000000-0000-4000-8000-000000000009' }
    expect(await start(clock.sql, nowhere)).toMatchObject({ outcome: 'unknown_organization' })
    expect(await start(clock.sql, ada, { key: '' })).toMatchObject({ outcome: 'invalid_key' })
    await clock.sql`
      update public.org_plans set status = 'unpaid' where organization_id = ${ada.organization}`
    expect(await start(clock.sql, ada)).toMatchObject({ outcome: 'subscription_inactive' })
    expect(await allowance(clock.sql, ada)).toMatchObject({ outcome: 'subscription_inactive' })
  })

  test('is not there for another user or organization (session_not_found)', async () => {
    const ada = await person()
    const stranger = await person()
    const session = await begin(clock.sql, ada)
    for (const asked of [stranger, { ...ada, user: stranger.user }]) {
      for (const move of [heartbeat, end, status, admit]) {
        expect(await move(clock.sql, asked, session)).toMatchObject({
          outcome: 'session_not_found',
          session_id: null,
        })
      }
    }
    const service = { organization: ada.organization, user: null }
    expect(await status(clock.sql, service, session)).toMatchObject({ outcome: 'active' })
  })
})

describe('the end', () => {
  test('comes at the limit, to the second, whoever asks first', async () => {
    const ada = await person('free')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 570)
    await clock.move(29)
    expect(await seen(clock.sql, session)).toMatchObject({ status: 'active', used_seconds: 570 })
    await clock.move(1)
    const endedAt = clock.now()
    const ended = { status: 'ended', end_reason: 'limit_reached', used_seconds: 600 }
    expect(await seen(clock.sql, session)).toMatchObject({ ...ended, ended_at: endedAt })
    await clock.move(1000)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      ...ended,
      ended_at: endedAt,
      remaining_seconds: 0,
    })
    expect(await seen(clock.sql, session)).toMatchObject({ ...ended, ended_at: endedAt })
    expect(await start(clock.sql, ada)).toMatchObject({
      outcome: 'quota_exceeded',
      session_id: null,
      limit_minutes: '10.0000',
    })
    expect(await allowance(clock.sql, ada)).toMatchObject({ outcome: 'quota_exceeded' })
  })

  test('is written by the job when nobody asks', async () => {
    const ada = await person('free')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 590)
    await clock.move(60)
    await sweep(clock.sql)
    expect(await stored(session)).toEqual({ end_reason: 'limit_reached', used_seconds: 600 })
    expect(await sweep(clock.sql)).toMatchObject({ processed: 0, failed: 0, remaining: false })
    expect(await status(clock.sql, ada, session)).toMatchObject({
      end_reason: 'limit_reached',
      used_seconds: 600,
    })
  })

  test('comes ten minutes after the last heartbeat (stale), and costs what was used until then', async () => {
    const ada = await person('team')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 120)
    const lastHeartbeat = clock.now()
    await clock.move(599)
    expect(await seen(clock.sql, session)).toMatchObject({ status: 'active' })
    await clock.move(1)
    expect(await seen(clock.sql, session)).toMatchObject({
      status: 'ended',
      end_reason: 'stale',
      used_seconds: 120,
    })
    await clock.move(3600)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      end_reason: 'stale',
      used_seconds: 120,
      last_heartbeat_at: lastHeartbeat,
      ended_at: new Date(lastHeartbeat.getTime() + 600_000),
    })
    expect(await bookedOf(clock.sql, ada)).toMatchObject([{ minutes: 2 }])
  })

  test('a browser that vanishes at once costs nothing, also on the smallest plan', async () => {
    const ada = await person('free')
    const session = await begin(clock.sql, ada)
    await clock.move(3600)
    await sweep(clock.sql)
    expect(await status(clock.sql, ada, session)).toMatchObject({
      end_reason: 'stale',
      used_seconds: 0,
      remaining_seconds: 600,
    })
    expect(await bookedOf(clock.sql, ada)).toHaveLength(0)
  })

  test.each(['user_ended', 'timeout'])('%s counts until now', async (reason) => {
    const ada = await person()
    const session = await begin(clock.sql, ada)
    await clock.move(20)
    expect(await end(clock.sql, ada, session, reason)).toMatchObject({
      outcome: 'ended',
      end_reason: reason,
      used_seconds: 20,
    })
  })

  test('error counts until the last heartbeat: nobody knows when it failed', async () => {
    const ada = await person()
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 30)
    await clock.move(20)
    expect(await end(clock.sql, ada, session, 'error')).toMatchObject({
      end_reason: 'error',
      used_seconds: 30,
    })
  })

  test('error told by who used the minutes counts what he had', async () => {
    const ada = await person()
    const session = await begin(clock.sql, ada)
    await clock.move(60)
    expect(await end(clock.sql, ada, session, 'error', false)).toMatchObject({
      end_reason: 'error',
      used_seconds: 60,
    })
  })

  test('a second end answers the first, and an unknown reason ends nothing', async () => {
    const ada = await person()
    const session = await begin(clock.sql, ada)
    expect(await end(clock.sql, ada, session, 'stale')).toMatchObject({
      outcome: 'invalid_reason',
      status: 'active',
    })
    await clock.move(20)
    await end(clock.sql, ada, session)
    await clock.move(20)
    expect(await end(clock.sql, ada, session, 'error')).toMatchObject({
      end_reason: 'user_ended',
      used_seconds: 20,
    })
  })

  test('comes after the longest time that the plan allows (timeout)', async () => {
    await clock.sql`update public.plans set session_maximum_minutes = 2 where id = 'team'`
    const ada = await person('team')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 90)
    await clock.move(31)
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({
      end_reason: 'timeout',
      used_seconds: 120,
    })
    await clock.sql`update public.plans set session_maximum_minutes = 240 where id = 'team'`
  })
})

describe('a realtime token', () => {
  test('is for the lease, a minute at most, and counts as a heartbeat', async () => {
    const ada = await person('free')
    const session = await begin(clock.sql, ada)
    await clock.move(30)
    const first = await admit(clock.sql, ada, session)
    expect(first).toMatchObject({ outcome: 'admitted', used_seconds: 30 })
    expect(first.token_expires_at).toEqual(new Date(clock.now().getTime() + 60_000))
    await live(clock, ada, session, 550)
    const last = await admit(clock.sql, ada, session)
    expect(last.token_expires_at).toEqual(new Date(clock.now().getTime() + 20_000))
    await clock.move(20)
    expect(await admit(clock.sql, ada, session)).toMatchObject({
      outcome: 'ended',
      end_reason: 'limit_reached',
      token_expires_at: null,
    })
  })

  test('is given ten times a minute (rate_limited)', async () => {
    const ada = await person()
    const session = await begin(clock.sql, ada)
    for (let times = 0; times < 10; times++) await admit(clock.sql, ada, session)
    await clock.move(20)
    expect(await admit(clock.sql, ada, session)).toMatchObject({
      outcome: 'rate_limited',
      retry_after_seconds: 40,
      token_expires_at: null,
    })
    await clock.move(40)
    expect(await admit(clock.sql, ada, session)).toMatchObject({ outcome: 'admitted' })
  })
})
