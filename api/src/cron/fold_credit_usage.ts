import { foldCreditUsage as foldBatch, FIRST_PLACE } from '../db/jobs.ts'
import type { Job } from './job.ts'

const BATCH_ORGANIZATIONS = 500
/** 500,000 organizations a run; the next minute goes on from the first one. */
const MAXIMUM_BATCHES = 1_000

/** Brings the roll-ups of credits up to the ledger, so that charts read days instead of charges. */
export const foldCreditUsage: Job = {
  name: 'fold_credit_usage',
  async run({ sql }) {
    const summary = { processed: 0, failed: 0, rows: 0, batches: 0, remaining: true }
    let after = FIRST_PLACE.organizationId
    while (summary.remaining && summary.batches < MAXIMUM_BATCHES) {
      const batch = await foldBatch(sql, BATCH_ORGANIZATIONS, after)
      summary.processed += batch.processed
      summary.failed += batch.failed
      summary.rows += batch.rows
      summary.batches += 1
      summary.remaining = batch.remaining
      after = batch.after_organization_id
    }
    return summary
  },
}
