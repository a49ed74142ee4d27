import { Hono } from 'hono'
import { z } from 'zod'
import { finishJobRun, startJobRun } from '../db/jobs.ts'
import { AppError, invalidInput } from '../errors.ts'
import type { AppEnvironment } from '../http/request-context.ts'
import { requireSecret } from '../http/secret.ts'
import { applyStripeEvents } from './apply_stripe_events.ts'
import { autoTopup } from './auto_topup.ts'
import { cleanIdempotency } from './clean_idempotency.ts'
import { expireGrants } from './expire_grants.ts'
import { expireReservations } from './expire_reservations.ts'
import { foldCreditUsage } from './fold_credit_usage.ts'
import type { Job, JobServices, JobSummary } from './job.ts'
import { reconcileStripe } from './reconcile_stripe.ts'
import { resetPeriods } from './reset_periods.ts'
import { sweepSessions } from './sweep_sessions.ts'
import { verifyLedger } from './verify_ledger.ts'
import { verifyUsage } from './verify_usage.ts'

/** Above these somebody should look, whatever the job. */
const ALERT_ERROR_RATE = 0.05
const ALERT_DURATION_SECONDS = 30

/** What Hasura posts for a cron trigger; a retry of the same run carries the same scheduled_time. */
const triggerSchema = z.object({
  name: z.string(),
  scheduled_time: z.iso.datetime({ offset: true }),
})

/** Every trigger of hasura/metadata/cron_triggers.yaml. */
export const jobs: ReadonlyMap<string, Job> = new Map(
  [
    expireReservations,
    expireGrants,
    resetPeriods,
    sweepSessions,
    verifyLedger,
    verifyUsage,
    foldCreditUsage,
    cleanIdempotency,
    applyStripeEvents,
    autoTopup,
    reconcileStripe,
  ].map((job) => [job.name, job]),
)

export interface CronOptions extends Omit<JobServices, 'log'> {
  cronSecret: string
}

export function cronRoutes({ cronSecret, ...services }: CronOptions) {
  const routes = new Hono<AppEnvironment>()
  routes.post('/:trigger', async (c) => {
    requireSecret(c.req.header('x-cron-secret'), cronSecret)
    const job = jobs.get(c.req.param('trigger'))
    if (!job) throw new AppError('not_found', {}, { message: 'There is no such job.' })
    const trigger = triggerSchema.safeParse(await c.req.json().catch(() => null))
    if (!trigger.success) throw invalidInput('body', 'cron_event')
    const { name, scheduled_time } = trigger.data
    if (name !== job.name) throw invalidInput('name', 'same_as_route')
    const log = c.get('log').child({ job: name, scheduled_time })
    return c.json(await runOnce(job, new Date(scheduled_time), { ...services, log }))
  })
  return routes
}

/** One run for one scheduled time, however often and in however many places it is delivered. */
async function runOnce(job: Job, scheduledTime: Date, services: JobServices): Promise<object> {
  const { sql, log, metrics } = services
  const runKey = `${job.name} ${scheduledTime.toISOString()}`
  const { run_id: runId, is_started: isStarted } = await startJobRun(
    sql,
    job.name,
    runKey,
    scheduledTime,
  )
  if (!isStarted) return { job: job.name, ran: false, reason: 'this run was taken before' }
  const summary = await runRecorded(job, runId, services)
  metrics.jobItems.inc({ job: job.name, result: 'processed' }, summary.processed)
  metrics.jobItems.inc({ job: job.name, result: 'failed' }, summary.failed)
  for (const reason of summary.alerts) {
    metrics.jobAlerts.inc({ job: job.name, reason })
    log.error({ reason, summary }, 'job needs attention')
  }
  log.info({ summary }, 'job finished')
  return { job: job.name, ran: true, ...summary }
}

/** A run that throws is recorded as failed, so that nobody waits for its end; the next run goes on. */
async function runRecorded(
  job: Job,
  runId: string,
  services: JobServices,
): Promise<JobSummary & { alerts: string[] }> {
  const { sql, log } = services
  const startedAt = performance.now()
  try {
    const summary = judged(await job.run(services), (performance.now() - startedAt) / 1000)
    await finishJobRun(sql, runId, summary)
    return summary
  } catch (error) {
    const failure = { processed: 0, failed: 1, error: String(error) }
    await finishJobRun(sql, runId, failure).catch((err: unknown) =>
      log.warn({ err }, 'the failure was not recorded'),
    )
    throw error
  }
}

/** The summary with what operators ask first: how much failed, and whether they should look. */
function judged(summary: JobSummary, seconds: number) {
  const items = summary.processed + summary.failed
  const errorRate = items === 0 ? 0 : summary.failed / items
  const alerts = [
    ...(errorRate > ALERT_ERROR_RATE ? ['error_rate'] : []),
    ...(seconds > ALERT_DURATION_SECONDS ? ['duration'] : []),
  ]
  return { ...summary, error_rate: errorRate, alerts }
}
