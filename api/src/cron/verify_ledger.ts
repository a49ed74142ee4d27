import { verifyLedger as readViolations } from '../db/jobs.ts'
import type { Job } from './job.ts'

/** Enough to see what is wrong; the function itself names every row. */
const SHOWN_VIOLATIONS = 20

/** Proves the books of all organizations. A violation is a bug or a tampering: somebody must look. */
export const verifyLedger: Job = {
  name: 'verify_ledger',
  async run({ sql, log, metrics }) {
    const violations = await readViolations(sql)
    metrics.ledgerViolations.set(violations.length)
    if (violations.length > 0) {
      log.error({ violations: violations.slice(0, SHOWN_VIOLATIONS) }, 'the ledger is wrong')
    }
    return {
      processed: 1,
      failed: 0,
      violations: violations.length,
      shown: violations.slice(0, SHOWN_VIOLATIONS),
    }
  },
}
