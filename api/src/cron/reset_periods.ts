import { resetPeriods as resetBatch, startWaitingPeriods, type Place } from '../db/jobs.ts'
import type { Job } from './job.ts'
import { runPlacedBatches } from './placed-batches.ts'

/** A batch holds the gates of its organizations: some tens of milliseconds. */
const BATCH_ORGANIZATIONS = 500
/** A million organizations a run; the next one goes on. */
const MAXIMUM_BATCHES = 2000
/** Batches at once: the work is the database's own, so many of its processors share it. */
export const RESET_LANES = 2

/**
 * Starts the new period of organizations that nobody has touched since their last one ended; of those
 * that are billed, what was paid before its time.
 */
export const resetPeriods: Job = {
  name: 'reset_periods',
  async run({ sql }) {
    const summary = await resetDuePeriods((limit, place) => resetBatch(sql, limit, place))
    const paidPeriods = await startWaitingPeriods(sql, BATCH_ORGANIZATIONS)
    return { ...summary, paid_periods: paidPeriods }
  },
}

/** All that is due, batch by batch; each lane runs one at a time. */
export function resetDuePeriods(
  runBatch: (limit: number, place: Place, lane: number) => ReturnType<typeof resetBatch>,
) {
  return runPlacedBatches(
    MAXIMUM_BATCHES,
    'periods',
    (place, lane) => runBatch(BATCH_ORGANIZATIONS, place, lane),
    RESET_LANES,
  )
}
