import { pino, type DestinationStream, type Logger } from 'pino'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

export type { Logger } from 'pino'

/** Fields that must never reach a log line, wherever they stand. */
const REDACTED = [
  'password',
  'token',
  '*.password',
  '*.token',
  'headers.authorization',
  'headers.cookie',
  'headers["x-action-secret"]',
  'headers["x-cron-secret"]',
  'headers["stripe-signature"]',
  'client_secret',
  '*.client_secret',
  // Errors of Stripe carry the whole answer: payments with their secrets, cards and addresses.
  'err.raw',
  'err.headers',
  'err.payment_intent',
  'err.payment_method',
  'err.setup_intent',
  'err.source',
]

export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: { service: 'purser-api' }, redact: REDACTED }
  return destination ? pino(options, destination) : pino(options)
}

export type Metrics = ReturnType<typeof createMetrics>

/** One registry an app, so that several apps in one process (tests) do not share counters. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'purser_api_' })
  const registers = [registry]
  /** How many calls wait, by function; asked when somebody reads the metrics. */
  const queuedBy = new Map<string, () => number>()
  return {
    registry,
    queuedBy,
    requests: new Counter({
      name: 'purser_requests_total',
      help: 'HTTP requests by route and status',
      labelNames: ['route', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'purser_request_duration_seconds',
      help: 'Time to answer by route',
      labelNames: ['route'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    outcomes: new Counter({
      name: 'purser_action_outcomes_total',
      help: 'Actions by name and outcome (ok or the error code)',
      labelNames: ['action', 'outcome'],
      registers,
    }),
    batchItems: new Histogram({
      name: 'purser_ledger_batch_items',
      help: 'Calls that left together in one statement',
      labelNames: ['function'],
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'purser_ledger_batch_duration_seconds',
      help: 'Time of one statement of the ledger',
      labelNames: ['function'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    queuedItems: new Gauge({
      name: 'purser_ledger_queued_items',
      help: 'Calls that wait for the next batch',
      labelNames: ['function'],
      registers,
      collect() {
        for (const [name, queued] of queuedBy) this.set({ function: name }, queued())
      },
    }),
    modelCalls: new Counter({
      name: 'purser_model_calls_total',
      help: 'Calls of AI models by model and outcome',
      labelNames: ['model', 'outcome'],
      registers,
    }),
    usageMissing: new Counter({
      name: 'purser_model_usage_missing_total',
      help: 'Answers without token usage, charged by the estimate and to be reconciled',
      labelNames: ['model'],
      registers,
    }),
    ledgerViolations: new Gauge({
      name: 'purser_ledger_violations',
      help: 'Broken rules of the books that the last verification found; anything but 0 is an alarm',
      registers,
    }),
    offerDifferences: new Gauge({
      name: 'purser_offer_differences',
      help: 'Offers that the last verification found to be not what the catalogue says; anything but 0 is an alarm',
      registers,
    }),
    usageViolations: new Gauge({
      name: 'purser_usage_violations',
      help: 'Differences in the books of usage that the last verification found; anything but 0 is an alarm',
      registers,
    }),
    stripeEvents: new Counter({
      name: 'purser_stripe_events_total',
      help: 'Events of Stripe by type and what became of them; refused ones were not signed by Stripe',
      labelNames: ['type', 'result'],
      registers,
    }),
    stripeDifferences: new Gauge({
      name: 'purser_stripe_differences',
      help: 'What the last comparison with Stripe found different, by kind: repaired, or still open',
      labelNames: ['kind', 'result'],
      registers,
    }),
    jobAlerts: new Counter({
      name: 'purser_job_alerts_total',
      help: 'Runs of jobs that failed too often or took too long, by reason',
      labelNames: ['job', 'reason'],
      registers,
    }),
    jobItems: new Counter({
      name: 'purser_job_items_total',
      help: 'Items that scheduled jobs processed or failed',
      labelNames: ['job', 'result'],
      registers,
    }),
  }
}
