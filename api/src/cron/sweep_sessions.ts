import { sweepSessions as sweepBatch } from '../db/jobs.ts'
import type { Job } from './job.ts'
import { runPlacedBatches } from './placed-batches.ts'

const BATCH_SESSIONS = 500
/** 100,000 sessions a run; the next minute goes on. */
const MAXIMUM_BATCHES = 200

/** Ends sessions whose time is over and archives periods. Each batch is a short transaction. */
export const sweepSessions: Job = {
  name: 'sweep_sessions',
  run: ({ sql }) =>
    runPlacedBatches(MAXIMUM_BATCHES, 'archived', (place) =>
      sweepBatch(sql, BATCH_SESSIONS, place),
    ),
}
