import type { Billing } from '../billing/billing.ts'
import type { StripeInbox } from '../billing/stripe-inbox.ts'
import type { Database } from '../db/client.ts'
import type { Logger, Metrics } from '../observability.ts'

/** What a run did, kept in job_runs and answered to the trigger. */
export interface JobSummary {
  processed: number
  failed: number
  [detail: string]: unknown
}

/** What a job may use. */
export interface JobServices {
  sql: Database
  log: Logger
  metrics: Metrics
  /** null: no key of Stripe is set. */
  billing: Billing | null
  stripeInbox: StripeInbox | null
}

/** The summary of a job that needs Stripe, while no key is set. */
export const withoutStripe: JobSummary = { processed: 0, failed: 0, reason: 'no key of Stripe' }

export interface Job {
  /** The same word as the trigger in hasura/metadata/cron_triggers.yaml. */
  name: string
  /** Safe to run twice and in two places at once. */
  run(services: JobServices): Promise<JobSummary>
}
