import { newKey } from './desk.ts'
import type { Desk, Sql } from './desk.ts'
import { setClock } from './operations.ts'
import { setCap } from './quotas.ts'

export interface SessionAnswer {
  outcome: string
  session_id: string
  user_id: string
  status: string
  end_reason: string | null
  started_at: Date
  last_heartbeat_at: Date
  ended_at: Date | null
  used_seconds: number
  bought_seconds: number
  charged_credits: string
  lease_expires_at: Date
  limit_at: Date | null
  remaining_seconds: number | null
  minute_price_credits: string | null
  period_used_seconds: number
  bound_by: string | null
  limit_minutes: string | null
  limit_used_minutes: string | null
  resets_at: Date | null
  retry_after_seconds: number | null
  token_expires_at: Date | null
}

/** A connection of its own with a clock that only the test moves. */
export interface Clock {
  sql: Sql
  now(): Date
  /** Seconds from where it stands, or a moment. */
  move(to: number | string): Promise<void>
}

export async function openClock(desk: Desk, at: string): Promise<Clock> {
  const sql = desk.database.sql({ max: 1 })
  let now = new Date(at)
  await setClock(sql, now)
  return {
    sql,
    now: () => now,
    async move(to) {
      now = typeof to === 'number' ? new Date(now.getTime() + to * 1000) : new Date(to)
      await setClock(sql, now)
    },
  }
}

export interface Person {
  organization: string
  user: string
}

export interface StartOptions {
  topic?: string | null
  difficulty?: string | null
  key?: string
}

export async function start(
  sql: Sql,
  { organization, user }: Person,
  { topic = null, difficulty = null, key = newKey() }: StartOptions = {},
): Promise<SessionAnswer> {
  const [row] = await sql<SessionAnswer[]>`
    select * from private.start_session(${organization}, ${user}, ${topic}, ${difficulty}, ${key})`
  return row!
}

/** A session that must start; returns its id. */
export async function begin(sql: Sql, person: Person): Promise<string> {
  const started = await start(sql, person)
  if (started.outcome !== 'started') throw new Error(`not started: ${started.outcome}`)
  return started.session_id
}

export async function heartbeat(
  sql: Sql,
  { organization, user }: { organization: string; user: string | null },
  session: string,
): Promise<SessionAnswer> {
  const [row] = await sql<SessionAnswer[]>`
    select * from private.session_heartbeat(${organization}, ${session}, ${user})`
  return row!
}

export async function end(
  sql: Sql,
  { organization, user }: { organization: string; user: string | null },
  session: string,
  reason = 'user_ended',
  isWitness = true,
): Promise<SessionAnswer> {
  const [row] = await sql<SessionAnswer[]>`
    select * from private.end_session(
      ${organization}, ${session}, ${user}, ${reason}, ${isWitness}
    )`
  return row!
}

export async function status(
  sql: Sql,
  { organization, user }: { organization: string; user: string | null },
  session: string,
): Promise<SessionAnswer> {
  const [row] = await sql<SessionAnswer[]>`
    select * from private.session_status(${organization}, ${session}, ${user})`
  return row!
}

export async function admit(sql: Sql, { organization, user }: Person, session: string) {
  const [row] = await sql<SessionAnswer[]>`
    select * from private.admit_to_realtime(${organization}, ${session}, ${user})`
  return row!
}

export async function allowance(sql: Sql, { organization, user }: Person) {
  const [row] = await sql<SessionAnswer[]>`
    select * from private.session_allowance(${organization}, ${user})`
  return row!
}

export interface Swept {
  processed: number
  failed: number
  remaining: boolean
  archived: number
  after_organization_id: string
}

const FIRST_ORGANIZATION = '00000000-0000-0000-0000-000000000000'

/** One call of the job; whole runs pass on where the last call ended. */
export async function sweep(
  sql: Sql,
  limit = 1000,
  after: string = FIRST_ORGANIZATION,
): Promise<Swept> {
  const [row] = await sql<Swept[]>`select * from private.sweep_sessions(${limit}, ${after})`
  return row!
}

/** Heartbeats every 30 seconds, for so many seconds. */
export async function live(
  clock: Clock,
  person: Person,
  session: string,
  seconds: number,
): Promise<SessionAnswer> {
  let answer: SessionAnswer | undefined
  for (let left = seconds; left > 0; left -= 30) {
    await clock.move(Math.min(30, left))
    answer = await heartbeat(clock.sql, person, session)
  }
  return answer!
}

/**
 * A session with 54 seconds of the plan, too few to be booked as a minute, and 56 bought ones, in a
 * lease that ends before a boundary; returns what the next heartbeat, after it, answers.
 */
export async function silentAcross(
  clock: Clock,
  person: Person,
  boundary: string,
): Promise<SessionAnswer> {
  const { organization, user } = person
  await setCap({ admin: clock.sql }, organization, user, { meter: 'session_minutes', limit: '0.9' })
  await allowBuying(clock.sql, organization)
  await clock.move(boundary)
  await clock.move(-140)
  const session = await begin(clock.sql, person)
  await live(clock, person, session, 20)
  await clock.move(130)
  return heartbeat(clock.sql, person, session)
}

/** What is seen in the view, as Hasura shows it. */
export async function seen(sql: Sql, session: string) {
  const [row] = await sql<
    {
      status: string
      end_reason: string | null
      used_seconds: number
      bought_seconds: number
      used_minutes: string
      ended_at: Date | null
      charged_credits: string
    }[]
  >`select * from public.usage_sessions where id = ${session}`
  return row!
}

export async function periodsOf(sql: Sql, { organization, user }: Person) {
  return sql<
    {
      start: string
      end: string
      plan: string
      used: number
      bought: number
      limit: number | null
      booked: number
      archived: boolean
    }[]
  >`
    select period_start::text as start, period_end::text as end, plan_id as plan,
      used_seconds as used, bought_seconds as bought, limit_minutes::float8 as limit,
      booked_minutes::float8 as booked, archived_at is not null as archived
    from public.usage_periods
    where organization_id = ${organization} and user_id = ${user}
    order by period_start`
}

/** Minutes in the usage ledger, by period. */
export async function bookedOf(sql: Sql, { organization, user }: Person) {
  return sql<{ start: string; minutes: number }[]>`
    select period_start::text as start, sum(amount)::float8 as minutes
    from public.usage_ledger
    where organization_id = ${organization} and user_id = ${user}
      and meter_id = 'session_minutes'
    group by 1 order by 1`
}

export async function allowBuying(sql: Sql, organization: string): Promise<void> {
  await sql`
    insert into public.session_settings (organization_id, buy_minutes_with_credits)
    values (${organization}, true)
    on conflict (organization_id) do update set buy_minutes_with_credits = true`
}

/** What is wrong with the counts of sessions, of all organizations unless one is named. */
export async function wrongCounts(sql: Sql, organization: string | null = null) {
  const rows = await sql<{ invariant: string }[]>`
    select * from private.verify_sessions(${organization})`
  return [...rows]
}
