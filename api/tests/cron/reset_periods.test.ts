import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { CRON_SECRET, startTestApi, type TestApi } from '../support/api.ts'
import { brokenInvariants } from '../support/organizations.ts'

const ORGANIZATIONS = 1000

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
  // Each has its account from the moment of its foundation; that was 40 days ago.
  await api.sql`
    insert into auth.organizations (name, slug)
    select 'Organization ' || number, 'organization-' || number
    from generate_series(1, ${ORGANIZATIONS}) as number`
  await makeDue()
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => api.stop())

/** Lets the running period of all organizations end a moment ago. */
async function makeDue(): Promise<void> {
  await api.sql`
    update public.org_plans
    set period_start = now() - interval '31 days', period_end = now() - interval '1 second',
      anchor_day = extract(day from now() at time zone 'UTC')`
  await api.sql`
    update public.organization_credit_balances
    set period_start = now() - interval '31 days', period_end = now() - interval '1 second',
      next_grant_expires_at = now() - interval '1 second'`
  await api.sql`
    update public.credit_grants
    set effective_at = least(effective_at, now() - interval '31 days'),
      expires_at = now() - interval '1 second'
    where closed_at is null`
}

async function run(scheduledTime = new Date(Math.random() * 1e12).toISOString()) {
  const response = await fetch(`${api.url}/cron/reset_periods`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-cron-secret': CRON_SECRET },
    body: JSON.stringify({
      id: randomUUID(),
      name: 'reset_periods',
      scheduled_time: scheduledTime,
      payload: {},
    }),
  })
  return (await response.json()) as Record<string, unknown> & { processed: number }
}

async function allocations(): Promise<number> {
  const [row] = await api.sql<{ count: number }[]>`
    select count(*)::int as count from public.credit_transactions where type = 'plan_allocation'`
  return row!.count
}

const alerts = async (reason: string): Promise<number> => {
  const text = await (await fetch(`${api.url}/metrics`)).text()
  const line = new RegExp(
    `purser_job_alerts_total\\{job="reset_periods",reason="${reason}"\\} (\\d+)`,
  )
  return Number(line.exec(text)?.[1] ?? 0)
}

test('two runners at once reset 1,000 organizations, each once, well under 30 seconds', async () => {
  const before = await allocations()
  const startedAt = performance.now()
  const [first, second] = await Promise.all([run(), run()])
  const seconds = (performance.now() - startedAt) / 1000
  // What one runner holds, the other leaves; nobody is left by both.
  const again = await run()
  expect(first.processed + second.processed + again.processed).toBe(ORGANIZATIONS)
  expect(await run()).toMatchObject({ processed: 0, periods: 0, alerts: [] })
  expect(await allocations()).toBe(before + ORGANIZATIONS)
  expect(seconds).toBeLessThan(30)
  expect(await brokenInvariants(api.sql)).toEqual([])
})

test('a late delivery of a run does nothing, and each run leaves its summary', async () => {
  await makeDue()
  const scheduledTime = '2026-11-22T00:05:00.000Z'
  expect(await run(scheduledTime)).toMatchObject({ ran: true, processed: ORGANIZATIONS })
  expect(await run(scheduledTime)).toMatchObject({ ran: false })
  const [row] = await api.sql<{ summary: object }[]>`
    select processed, failed, duration_milliseconds is not null as is_timed, summary
    from public.job_runs where run_key = ${`reset_periods ${scheduledTime}`}`
  expect(row).toMatchObject({
    processed: ORGANIZATIONS,
    failed: 0,
    is_timed: true,
    summary: { periods: ORGANIZATIONS, error_rate: 0, alerts: [] },
  })
})

test('more than 5 % of failures raise an alert, and the others are reset', async () => {
  await makeDue()
  const broken = await api.sql`
    update public.org_plans set time_zone = 'Mars/Olympus'
    where organization_id in (select id from auth.organizations order by id limit 60)`
  expect(broken.count).toBe(60)
  expect(await run()).toMatchObject({
    processed: ORGANIZATIONS - 60,
    failed: 60,
    error_rate: 0.06,
    alerts: ['error_rate'],
  })
  expect(await alerts('error_rate')).toBe(1)
  expect(api.logLines.filter(({ msg }) => msg === 'job needs attention')).toHaveLength(1)
  await api.sql`update public.org_plans set time_zone = 'UTC'`
  // The next run takes what this one could not.
  expect(await run()).toMatchObject({ processed: 60, failed: 0, alerts: [] })
  expect(await brokenInvariants(api.sql)).toEqual([])
})

test('more than 30 seconds raise an alert', async () => {
  let calls = 0
  const real = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => real() + calls++ * 31_000)
  expect(await run()).toMatchObject({ alerts: ['duration'] })
  vi.restoreAllMocks()
  expect(await alerts('duration')).toBe(1)
})
