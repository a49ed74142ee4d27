import { FIRST_PLACE, resetPeriods as resetBatch } from '../db/jobs.ts'
import type { Job } from './job.ts'

/** A batch holds the gates of its organizations: some tens of milliseconds. */
const BATCH_ORGANIZATIONS = 500
/** A million organizations a run; the next one goes on. */
const MAXIMUM_BATCHES = 2000

/** Starts the new period of organizations that nobody has touched since their last one ended. */
export const resetPeriods: Job = {
  name: 'reset_periods',
  async run({ sql }) {
    const summary = { processed: 0, failed: 0, periods: 0, batches: 0, remaining: true }
    let place = FIRST_PLACE
    while (summary.remaining && summary.batches < MAXIMUM_BATCHES) {
      const batch = await resetBatch(sql, BATCH_ORGANIZATIONS, place)
      summary.processed += batch.processed
      summary.failed += batch.failed
      summary.periods += batch.periods
      summary.batches += 1
      summary.remaining = batch.remaining
      place = batch.place
    }
    return summary
  },
}
