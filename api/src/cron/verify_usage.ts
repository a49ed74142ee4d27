import { verifyUsage as readViolations } from '../db/jobs.ts'
import type { Job } from './job.ts'

/** Enough to see what is wrong; the function itself names every difference. */
const SHOWN_VIOLATIONS = 20

/** Proves the books of usage: ledger, roll-ups, counters, holds and sessions. A violation is a bug or a tampering. */
export const verifyUsage: Job = {
  name: 'verify_usage',
  async run({ sql, log, metrics }) {
    const violations = await readViolations(sql)
    metrics.usageViolations.set(violations.length)
    const shown = violations.slice(0, SHOWN_VIOLATIONS)
    if (violations.length > 0) log.error({ violations: shown }, 'the usage ledger is wrong')
    return { processed: 1, failed: 0, violations: violations.length, shown }
  },
}
