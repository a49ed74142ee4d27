import { sweepSessions as sweepBatch } from '../db/jobs.ts'
import type { Job } from './job.ts'

const BATCH_SESSIONS = 500
/** 100,000 sessions a run; the next minute goes on. */
const MAXIMUM_BATCHES = 200

/** Ends sessions whose time is over and archives periods. Each batch is a short transaction of its own. */
export const sweepSessions: Job = {
  name: 'sweep_sessions',
  async run({ sql }) {
    const summary = { processed: 0, failed: 0, archived: 0, batches: 0, remaining: true }
    while (summary.remaining && summary.batches < MAXIMUM_BATCHES) {
      const batch = await sweepBatch(sql, BATCH_SESSIONS)
      summary.processed += batch.processed
      summary.failed += batch.failed
      summary.archived += batch.archived
      summary.batches += 1
      summary.remaining = batch.remaining
    }
    return summary
  },
}
