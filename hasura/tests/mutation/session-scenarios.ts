import { createMember, grant } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { foundOrganization } from '../support/jobs.ts'
import { setCap } from '../support/quotas.ts'
import {
  admit,
  allowBuying,
  begin,
  end,
  heartbeat,
  live,
  openClock,
  periodsOf,
  seen,
  silentAcross,
  start,
  sweep,
  wrongCounts,
} from '../support/sessions.ts'
import type { Clock, Person } from '../support/sessions.ts'
import { broken, expectEqual } from './expect-equal.ts'
import type { Scenario } from './expect-equal.ts'

const MORNING = '2026-03-02T10:00:00Z'

async function personAt(
  desk: Desk,
  { at = MORNING, plan = 'free' } = {},
): Promise<{ clock: Clock; ada: Person }> {
  const clock = await openClock(desk, at)
  const organization = await foundOrganization(clock.sql, { plan })
  return { clock, ada: { organization, user: await createMember(desk, organization) } }
}

const wrong = async ({ sql }: Clock, { organization }: Person) =>
  (await wrongCounts(sql, organization)).map(({ invariant }) => invariant)

const oneAtATime: Scenario = async (desk) => {
  const { clock, ada } = await personAt(desk)
  const stranger = await personAt(desk)
  const first = await start(clock.sql, ada, { key: 'one' })
  const rows = [
    await start(clock.sql, ada),
    await start(clock.sql, ada, { key: 'one' }),
    await start(clock.sql, ada, { key: 'one', topic: 'Food' }),
    await start(clock.sql, { ...ada, user: stranger.ada.user }),
    await heartbeat(clock.sql, { ...ada, user: stranger.ada.user }, first.session_id),
    await heartbeat(
      clock.sql,
      { organization: stranger.ada.organization, user: null },
      first.session_id,
    ),
  ]
  return expectEqual(
    'outcomes',
    rows.map(({ outcome }) => outcome),
    [
      'session_active',
      'replayed',
      'idempotency_conflict',
      'unknown_user',
      'session_not_found',
      'session_not_found',
    ],
  )
}

const leasesAreCharged: Scenario = async (desk) => {
  const { clock, ada } = await personAt(desk)
  const session = await begin(clock.sql, ada)
  await clock.move(200)
  const late = await heartbeat(clock.sql, ada, session)
  await clock.move(20)
  const failed = await end(clock.sql, ada, session, 'error')
  const vanished = await begin(clock.sql, ada)
  await live(clock, ada, vanished, 60)
  await clock.move(620)
  await sweep(clock.sql)
  const { end_reason: reason, used_seconds: used } = await seen(clock.sql, vanished)
  return [
    ...expectEqual('seconds', [late.used_seconds, failed.used_seconds], [90, 90]),
    ...expectEqual('vanished', [reason, used], ['stale', 60]),
    ...(await wrong(clock, ada)),
  ]
}

const limitsEndSessions: Scenario = async (desk) => {
  const { clock, ada } = await personAt(desk)
  const session = await begin(clock.sql, ada)
  await live(clock, ada, session, 590)
  await clock.move(60)
  const { end_reason: reason, used_seconds: used } = await heartbeat(clock.sql, ada, session)
  const { outcome } = await start(clock.sql, ada)
  return [
    ...expectEqual('end', [reason, used, outcome], ['limit_reached', 600, 'quota_exceeded']),
    ...(await wrong(clock, ada)),
  ]
}

/** Two heartbeats within a minute, so that what is used is not in the ledger yet. */
const unbookedCounts: Scenario = async (desk) => {
  const { clock, ada } = await personAt(desk)
  await clock.sql`
    insert into public.member_caps (organization_id, user_id, meter_id, period, limit_amount)
    values (${ada.organization}, ${ada.user}, 'session_minutes', 'month', 0.75)`
  const session = await begin(clock.sql, ada)
  await live(clock, ada, session, 30)
  await clock.move(60)
  const { used_seconds: used } = await heartbeat(clock.sql, ada, session)
  return expectEqual('used', used, 45)
}

const sharedLimitsHold: Scenario = async (desk) => {
  const { clock, ada } = await personAt(desk)
  const bob = { ...ada, user: await createMember(desk, ada.organization) }
  await clock.sql`
    update public.plan_meter_limits set scope = 'organization', limit_amount = 2
    where plan_id = 'free' and meter_id = 'session_minutes'`
  await begin(clock.sql, ada)
  await begin(clock.sql, bob)
  await clock.move(90)
  await sweep(clock.sql)
  await clock.move(1)
  for (const [session] of await sessionsOf(clock, ada)) await heartbeat(clock.sql, ada, session)
  for (const [session] of await sessionsOf(clock, bob)) await heartbeat(clock.sql, bob, session)
  const used = [...(await sessionsOf(clock, ada)), ...(await sessionsOf(clock, bob))]
  await clock.sql`
    update public.plan_meter_limits set scope = 'user', limit_amount = 10
    where plan_id = 'free' and meter_id = 'session_minutes'`
  const total = used.reduce((sum, [, seconds]) => sum + seconds, 0)
  return expectEqual('used by both', total, 120)
}

async function sessionsOf({ sql }: Clock, { user }: Person): Promise<[string, number][]> {
  const rows = await sql<{ id: string; used_seconds: number }[]>`
    select id, used_seconds from private.metered_sessions where user_id = ${user}`
  return rows.map(({ id, used_seconds: used }) => [id, used])
}

const periodsAreSplit: Scenario = async (desk) => {
  const { clock, ada } = await personAt(desk, { at: '2026-01-10T12:00:00Z' })
  await clock.move('2026-02-09T23:59:40Z')
  const session = await begin(clock.sql, ada)
  await live(clock, ada, session, 30)
  await clock.move(3000)
  const { ada: bob, clock: other } = await personAt(desk, { at: '2026-01-10T12:00:00Z' })
  await other.sql`
    insert into public.member_caps (organization_id, user_id, meter_id, period, limit_amount)
    values (${bob.organization}, ${bob.user}, 'session_minutes', 'month', 0.5)`
  await other.move('2026-02-09T23:59:40Z')
  await begin(other.sql, bob)
  await other.move(3000)
  await sweep(other.sql)
  const used = async (who: Clock, person: Person) =>
    (await periodsOf(who.sql, person)).map((row) => row.used)
  return [
    ...expectEqual('by heartbeats', await used(clock, ada), [20, 10]),
    ...expectEqual('by the job', await used(other, bob), [20, 30]),
    ...(await wrong(other, bob)),
  ]
}

const silencesAreBooked: Scenario = async (desk) => {
  const { clock, ada } = await personAt(desk, { at: '2026-01-10T12:00:00Z', plan: 'pro' })
  await silentAcross(clock, ada, '2026-02-10T00:00:00Z')
  await sweep(clock.sql)
  return wrong(clock, ada)
}

const plansReachSessions: Scenario = async (desk) => {
  const { clock, ada } = await personAt(desk, { plan: 'pro' })
  const session = await begin(clock.sql, ada)
  await live(clock, ada, session, 700)
  await clock.sql`select private.set_organization_plan(${ada.organization}, 'free', null)`
  const { status, used_seconds: used } = await seen(clock.sql, session)
  return expectEqual('at once', [status, used], ['ended', 700])
}

/** Of a session on bought minutes at once, of another one with the grace. */
const suspensionsEndSessions: Scenario = async (desk) => {
  const { clock, ada } = await personAt(desk, { plan: 'pro' })
  await setCap({ admin: clock.sql }, ada.organization, ada.user, {
    meter: 'session_minutes',
    limit: '1',
  })
  await allowBuying(clock.sql, ada.organization)
  await grant({ api: clock.sql }, ada.organization, { amount: '100' })
  const bought = await begin(clock.sql, ada)
  await live(clock, ada, bought, 90)
  await clock.move(10)
  await clock.sql`
    update public.org_plans set status = 'unpaid' where organization_id = ${ada.organization}`
  const { ada: bob } = await personAt(desk)
  await clock.sql`
    update public.org_plans
    set stripe_subscription_id = ${`sub_${bob.organization}`},
      grace_ends_at = ${clock.now()}::timestamptz + interval '50 seconds'
    where organization_id = ${bob.organization}`
  const graced = await begin(clock.sql, bob)
  await clock.move(60)
  await heartbeat(clock.sql, bob, graced)
  const ends = [await seen(clock.sql, bought), await seen(clock.sql, graced)]
  return [
    ...expectEqual(
      'ends',
      ends.map((row) => [row.end_reason, row.used_seconds, row.charged_credits]),
      [
        ['limit_reached', 100, '1.34'],
        ['limit_reached', 50, '0.00'],
      ],
    ),
    ...(await wrong(clock, ada)),
    ...(await wrong(clock, bob)),
  ]
}

const minutesAreBought: Scenario = async (desk) => {
  const { clock, ada } = await personAt(desk, { plan: 'pro' })
  await clock.sql`
    insert into public.member_caps (organization_id, user_id, meter_id, period, limit_amount)
    values (${ada.organization}, ${ada.user}, 'session_minutes', 'month', 1)`
  await clock.sql`
    insert into public.session_settings (organization_id) values (${ada.organization})`
  await grant({ api: clock.sql }, ada.organization, { amount: '100' })
  const unasked = await live(clock, ada, await begin(clock.sql, ada), 60)
  await clock.sql`update public.member_caps set limit_amount = 2 where user_id = ${ada.user}`
  await allowBuying(clock.sql, ada.organization)
  const session = await begin(clock.sql, ada)
  await live(clock, ada, session, 90)
  await clock.move(900)
  await sweep(clock.sql)
  const { bought_seconds: bought, charged_credits: charged } = await seen(clock.sql, session)
  return [
    ...expectEqual('unasked', unasked.end_reason, 'limit_reached'),
    ...expectEqual('bought', [bought, charged], [30, '1.00']),
    ...(await wrong(clock, ada)),
    ...(await broken(desk, ada.organization)),
  ]
}

const tokensAreFew: Scenario = async (desk) => {
  const { clock, ada } = await personAt(desk)
  const session = await begin(clock.sql, ada)
  const outcomes: string[] = []
  for (let times = 0; times < 11; times++) {
    outcomes.push((await admit(clock.sql, ada, session)).outcome)
  }
  return expectEqual('last', outcomes.slice(-2), ['admitted', 'rate_limited'])
}

export const SESSION_SCENARIOS = {
  oneAtATime,
  leasesAreCharged,
  limitsEndSessions,
  unbookedCounts,
  sharedLimitsHold,
  periodsAreSplit,
  silencesAreBooked,
  plansReachSessions,
  suspensionsEndSessions,
  minutesAreBought,
  tokensAreFew,
} as const satisfies Record<string, Scenario>
