import { expireGrants as expireBatch, FIRST_PLACE } from '../db/jobs.ts'
import type { Job } from './job.ts'

const BATCH_ORGANIZATIONS = 500
/** 100,000 organizations a run; the next one goes on. */
const MAXIMUM_BATCHES = 200

/** Expires grants of organizations that nobody touches. Each batch is a short transaction. */
export const expireGrants: Job = {
  name: 'expire_grants',
  async run({ sql }) {
    const summary = { processed: 0, failed: 0, grants: 0, batches: 0, remaining: true }
    let place = FIRST_PLACE
    while (summary.remaining && summary.batches < MAXIMUM_BATCHES) {
      const batch = await expireBatch(sql, BATCH_ORGANIZATIONS, place)
      summary.processed += batch.processed
      summary.failed += batch.failed
      summary.grants += batch.grants
      summary.batches += 1
      summary.remaining = batch.remaining
      place = batch.place
    }
    return summary
  },
}
