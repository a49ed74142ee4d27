import { expireGrants as expireBatch } from '../db/jobs.ts'
import type { Job } from './job.ts'
import { runPlacedBatches } from './placed-batches.ts'

const BATCH_ORGANIZATIONS = 500
/** 100,000 organizations a run; the next one goes on. */
const MAXIMUM_BATCHES = 200

/** Expires grants of organizations that nobody touches. Each batch is a short transaction. */
export const expireGrants: Job = {
  name: 'expire_grants',
  run: ({ sql }) =>
    runPlacedBatches(MAXIMUM_BATCHES, 'grants', (place) =>
      expireBatch(sql, BATCH_ORGANIZATIONS, place),
    ),
}
