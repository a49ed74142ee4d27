import { expireReservations as expireBatch } from '../db/jobs.ts'
import type { Job } from './job.ts'

const BATCH_RESERVATIONS = 500
/** 100,000 holds a run; the next minute goes on. */
const MAXIMUM_BATCHES = 200

/** Ends holds whose time is over. Each batch is a short transaction of its own. */
export const expireReservations: Job = {
  name: 'expire_reservations',
  async run({ sql }) {
    const summary = { processed: 0, failed: 0, batches: 0, remaining: true }
    while (summary.remaining && summary.batches < MAXIMUM_BATCHES) {
      const batch = await expireBatch(sql, BATCH_RESERVATIONS)
      summary.processed += batch.processed
      summary.failed += batch.failed
      summary.batches += 1
      summary.remaining = batch.remaining
      // What failed once fails again in this run: leave it to the next one.
      if (batch.processed === 0) break
    }
    return summary
  },
}
