import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brokenRules, createMember, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { setClock } from '../support/operations.ts'
import {
  begin,
  end,
  heartbeat,
  openClock,
  seen,
  start,
  sweep,
  wrongCounts,
} from '../support/sessions.ts'
import type { Person } from '../support/sessions.ts'

const CALLERS = 64
let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

async function person(plan: 'free' | 'pro' = 'pro'): Promise<Person> {
  const organization = await createOrganization(desk, { plan })
  return { organization, user: await createMember(desk, organization) }
}

test(`${CALLERS} parallel starts of one user: exactly one session`, async () => {
  const ada = await person()
  const answers = await Promise.all(Array.from({ length: CALLERS }, () => start(desk.api, ada)))
  const outcomes = answers.map(({ outcome }) => outcome)
  expect(outcomes.filter((outcome) => outcome === 'started')).toHaveLength(1)
  expect(outcomes.filter((outcome) => outcome === 'session_active')).toHaveLength(CALLERS - 1)
  expect(new Set(answers.map((answer) => answer.session_id)).size).toBe(1)
})

test('parallel starts under one key: one session, replayed', async () => {
  const ada = await person()
  const answers = await Promise.all(
    Array.from({ length: CALLERS }, () => start(desk.api, ada, { key: 'same' })),
  )
  const outcomes = answers.map(({ outcome }) => outcome)
  expect(outcomes.filter((outcome) => outcome === 'started')).toHaveLength(1)
  expect(outcomes.filter((outcome) => outcome === 'replayed')).toHaveLength(CALLERS - 1)
})

describe('parallel heartbeats, ends and sweeps', () => {
  test('of a session whose limit has passed agree, and charge it once', async () => {
    const ada = await person('free')
    const session = await begin(desk.api, ada)
    await desk.admin`
      update private.metered_sessions
      set last_heartbeat_at = last_heartbeat_at - interval '95 seconds',
        started_at = started_at - interval '95 seconds',
        lease_expires_at = lease_expires_at - interval '95 seconds',
        limit_at = lease_expires_at - interval '95 seconds'
      where id = ${session}`
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, (_, index) => {
        if (index % 3 === 0) return heartbeat(desk.api, ada, session)
        if (index % 3 === 1) return end(desk.api, ada, session)
        return sweep(desk.api).then(() => null)
      }),
    )
    for (const answer of answers) {
      if (answer) expect(answer).toMatchObject({ end_reason: 'limit_reached', used_seconds: 90 })
    }
    const booked = await desk.admin`
      select sum(amount)::float8 as minutes from public.usage_ledger
      where organization_id = ${ada.organization} and meter_id = 'session_minutes'`
    expect([...booked]).toEqual([{ minutes: 1.5 }])
  })

  test('of a running session end it once, whoever comes first', async () => {
    const ada = await person()
    const session = await begin(desk.api, ada)
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, (_, index) =>
        index % 2 === 0
          ? heartbeat(desk.api, ada, session)
          : end(desk.api, ada, session, index % 4 === 1 ? 'user_ended' : 'error'),
      ),
    )
    const reasons = new Set(answers.map((answer) => answer.end_reason).filter(Boolean))
    expect(reasons.size).toBe(1)
    expect(await seen(desk.admin, session)).toMatchObject({ status: 'ended' })
  })
})

test('a thousand sessions that were left alone are swept by two runners at once', async () => {
  const SESSIONS = 1000
  const clock = await openClock(desk, '2099-01-01T00:00:00Z')
  await clock.sql`
    insert into auth.organizations (name, slug)
    select 'Crowd', 'crowd-' || n from generate_series(1, 100) as n`
  await clock.sql`
    with people as (
      insert into auth.users (name, email, email_verified)
      select 'Guest', 'guest-' || n || '@example.test', true
      from generate_series(1, ${SESSIONS}::int) as n
      returning id, split_part(split_part(email, '@', 1), '-', 2)::int as n
    )
    insert into auth.members (organization_id, user_id, role)
    select organization.id, people.id, 'member'
    from people
    join auth.organizations as organization on organization.slug = 'crowd-' || (people.n % 100 + 1)`
  await clock.sql`
    select count(private.start_session(
      member.organization_id, member.user_id, null, null, member.user_id::text
    ))
    from auth.members as member
    join auth.organizations as organization on organization.id = member.organization_id
    where organization.slug like 'crowd-%'`
  await clock.move(60)
  await clock.sql`
    select count(private.session_heartbeat(session.organization_id, session.id, null))
    from private.metered_sessions as session
    where session.started_at = '2099-01-01 00:00:00+00'`
  await clock.move(600)

  const runners = [clock.sql, desk.database.sql({ max: 1 })]
  for (const runner of runners) await setClock(runner, clock.now())
  const runs = await Promise.all(
    runners.map(async (runner) => {
      const sum = { processed: 0, failed: 0 }
      for (let after: string | undefined; ;) {
        const batch = await sweep(runner, 200, after)
        after = batch.after_organization_id
        sum.processed += batch.processed
        sum.failed += batch.failed
        if (!batch.remaining) return sum
      }
    }),
  )
  // Where one runner was, the other passed by: the next run takes what is left.
  await sweep(clock.sql)
  const [ended] = await clock.sql`
    select count(*)::int as sessions, sum(used_seconds)::int as seconds
    from private.metered_sessions
    where started_at = '2099-01-01 00:00:00+00' and end_reason = 'stale'`
  expect(ended).toEqual({ sessions: SESSIONS, seconds: SESSIONS * 60 })
  expect(runs.map(({ failed }) => failed)).toEqual([0, 0])
  expect([...(await brokenRules(desk))]).toEqual([])
  expect(await wrongCounts(desk.admin)).toEqual([])
})
