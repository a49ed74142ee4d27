import type { Database } from '../db/client.ts'
import type { Logger, Metrics } from '../observability.ts'

/** What a run did, kept in job_runs and answered to the trigger. */
export interface JobSummary {
  processed: number
  failed: number
  [detail: string]: unknown
}

export interface Job {
  /** The same word as the trigger in hasura/metadata/cron_triggers.yaml. */
  name: string
  /** Safe to run twice and in two places at once. */
  run(services: { sql: Database; log: Logger; metrics: Metrics }): Promise<JobSummary>
}
