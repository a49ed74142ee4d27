import { cleanIdempotency as cleanBatch } from '../db/jobs.ts'
import type { Job } from './job.ts'

/** Callers are promised a day; two leave room for a retry after a weekend's outage of their own. */
const RETENTION_HOURS = 48
const BATCH_RESULTS = 1000
const MAXIMUM_BATCHES = 1000

/** Forgets stored answers that nobody can ask for again. */
export const cleanIdempotency: Job = {
  name: 'clean_idempotency',
  async run({ sql }) {
    const summary = { processed: 0, failed: 0, batches: 0, remaining: true }
    while (summary.remaining && summary.batches < MAXIMUM_BATCHES) {
      const batch = await cleanBatch(sql, RETENTION_HOURS, BATCH_RESULTS)
      summary.processed += batch.processed
      summary.batches += 1
      summary.remaining = batch.remaining
    }
    return summary
  },
}
