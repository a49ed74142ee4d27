import { resetPeriods as resetBatch, startWaitingPeriods } from '../db/jobs.ts'
import type { Job } from './job.ts'
import { runPlacedBatches } from './placed-batches.ts'

/** A batch holds the gates of its organizations: some tens of milliseconds. */
const BATCH_ORGANIZATIONS = 500
/** A million organizations a run; the next one goes on. */
const MAXIMUM_BATCHES = 2000

/**
 * Starts the new period of organizations that nobody has touched since their last one ended; of those
 * that are billed, what was paid before its time.
 */
export const resetPeriods: Job = {
  name: 'reset_periods',
  async run({ sql }) {
    const summary = await runPlacedBatches(MAXIMUM_BATCHES, 'periods', (place) =>
      resetBatch(sql, BATCH_ORGANIZATIONS, place),
    )
    const paidPeriods = await startWaitingPeriods(sql, BATCH_ORGANIZATIONS)
    return { ...summary, paid_periods: paidPeriods }
  },
}
