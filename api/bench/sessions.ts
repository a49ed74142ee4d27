import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type postgres from 'postgres'
import { sweepSessions } from '../src/cron/sweep_sessions.ts'
import { connect } from '../src/db/client.ts'
import { createSessions } from '../src/db/sessions.ts'
import { createLogger, createMetrics } from '../src/observability.ts'
import { startBenchDatabase, type BenchDatabase } from './cluster.ts'
import { createCustomers, requireCorrectLedger } from './customers.ts'
import { figuresOf, formatNumber, type Figures } from './figures.ts'

const CALLERS = 16
/** What requirements promise: a start in 100 ms, and a crowd that was left alone ended in 10 s. */
const START_GOAL_MILLISECONDS = 100
const SWEEP_GOAL_SECONDS = 10
const MEMBERS = 10
/** Until every connection of the pool has its plans. */
const WARM_UP_SECONDS = 2

export interface SessionsResult {
  start: Figures
  heartbeat: Figures
  end: Figures
  sweep: { sessions: number; seconds: number }
}

/** Sessions as the api moves them, each call a transaction of its own, by callers of their own users. */
async function measureMoves(database: BenchDatabase, seconds: number) {
  const customers = await createCustomers(database.admin, 'sessions-', CALLERS)
  const sql = connect(database.apiUrl)
  const sessions = createSessions(sql)
  const latencies = { start: [] as number[], heartbeat: [] as number[], end: [] as number[] }
  const warmAt = performance.now() + WARM_UP_SECONDS * 1000
  const deadline = warmAt + seconds * 1000
  async function timed<Row extends { outcome: string }>(
    kind: keyof typeof latencies,
    expected: string,
    move: () => Promise<Row>,
  ): Promise<Row> {
    const startedAt = performance.now()
    const row = await move()
    if (startedAt >= warmAt) latencies[kind].push(performance.now() - startedAt)
    if (row.outcome !== expected) throw new Error(`${kind} answered ${row.outcome}`)
    return row
  }
  await Promise.all(
    customers.map(async ({ organizationId, userId }) => {
      while (performance.now() < deadline) {
        const { session_id: sessionId } = await timed('start', 'started', () =>
          sessions.start({
            organizationId,
            userId,
            topic: 'Travel',
            difficulty: 'beginner',
            idempotencyKey: randomUUID(),
          }),
        )
        const session = { organizationId, sessionId, userId }
        for (let times = 0; times < 4; times += 1) {
          await timed('heartbeat', 'active', () => sessions.heartbeat(session))
        }
        await timed('end', 'ended', () =>
          sessions.end(session, { reason: 'user_ended', isWitness: false }),
        )
      }
    }),
  )
  await sql.end()
  return {
    start: figuresOf(latencies.start, seconds),
    heartbeat: figuresOf(latencies.heartbeat, seconds),
    end: figuresOf(latencies.end, seconds),
  }
}

/**
 * Sessions of many organizations that were all left alone a quarter of an hour ago: half of them in
 * their last minute, half with hours left, each with 40 seconds that are in no ledger yet.
 */
async function abandonCrowd(sql: postgres.Sql, count: number): Promise<void> {
  await sql`
    insert into auth.organizations (name, slug)
    select 'Crowd', 'crowd-' || number from generate_series(1, ${count / MEMBERS}::int) as number`
  await sql`
    insert into private.metered_sessions (
      organization_id, user_id, started_at, last_heartbeat_at, lease_expires_at, included_until,
      limit_at, timeout_at, stale_at, used_seconds, idempotency_key, request_fingerprint
    )
    select
      organization.id, gen_random_uuid(), moment.at - interval '10 minutes', moment.at,
      moment.at + interval '60 seconds', 'infinity',
      case when number % 2 = 0 then moment.at + interval '60 seconds' else 'infinity' end,
      'infinity', moment.at + interval '10 minutes', 40, 'bench ' || number, '\\x00'
    from generate_series(1, ${count}::int) as number
    join auth.organizations as organization
      on organization.slug = 'crowd-' || (number % ${count / MEMBERS}::int + 1)
    cross join (select date_trunc('second', now()) - interval '15 minutes' as at) as moment`
  await sql`
    insert into public.usage_periods
      (organization_id, user_id, period_start, period_end, plan_id, used_seconds, sessions)
    select session.organization_id, session.user_id, month.period_start, month.period_end, 'free', 40, 1
    from private.metered_sessions as session
    join public.org_plans as subscription using (organization_id)
    cross join lateral private.quota_period(
      'month', 'session_minutes', session.last_heartbeat_at - interval '1 second', subscription
    ) as month
    where session.idempotency_key like 'bench %'`
  await sql`vacuum analyze`
}

async function measureSweep(database: BenchDatabase, count: number) {
  await abandonCrowd(database.admin, count)
  const sql = connect(database.apiUrl)
  const log = createLogger('silent')
  const startedAt = performance.now()
  const summary = await sweepSessions.run({
    sql,
    log,
    metrics: createMetrics(),
    billing: null,
    stripeInbox: null,
  })
  const seconds = (performance.now() - startedAt) / 1000
  await sql.end()
  if (summary.processed !== count || summary.failed > 0) {
    throw new Error(`the sweep was not complete: ${JSON.stringify(summary)}`)
  }
  return { sessions: count, seconds }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '5' },
      sessions: { type: 'string', default: '10000' },
      json: { type: 'string' },
    },
  })
  const database = await startBenchDatabase()
  try {
    const moves = await measureMoves(database, Number(values.seconds))
    const sweep = await measureSweep(database, Number(values.sessions))
    await requireCorrectLedger(database.admin)
    const result: SessionsResult = { ...moves, sweep }
    for (const name of ['start', 'heartbeat', 'end'] as const) {
      const { p50Milliseconds, p95Milliseconds, operationsPerSecond } = result[name]
      const isMet = p95Milliseconds < START_GOAL_MILLISECONDS
      const goal = name === 'start' ? ` (below 100: ${isMet ? 'met' : 'NOT met'})` : ''
      console.log(
        `${name}, ${CALLERS} callers: p50 ${formatNumber(p50Milliseconds)} ms, p95 ${formatNumber(p95Milliseconds)} ms${goal}, ${formatNumber(operationsPerSecond)} a second`,
      )
    }
    const verdict = sweep.seconds < SWEEP_GOAL_SECONDS ? 'met' : 'NOT met'
    console.log(
      `sweep of ${formatNumber(sweep.sessions)} sessions in one run: ${formatNumber(sweep.seconds)} s (below 10: ${verdict})`,
    )
    if (values.json) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`)
  } finally {
    await database.stop()
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main()
