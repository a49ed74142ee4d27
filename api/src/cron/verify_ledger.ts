import { verifyCapabilityOffers, verifyLedger as readViolations } from '../db/jobs.ts'
import type { Job } from './job.ts'

/** Enough to see what is wrong; the functions themselves name every row. */
const SHOWN_ROWS = 20

/**
 * Proves the books of all organizations, and that requests are judged by what the catalogue says. A
 * violation or a difference is a bug or a tampering: somebody must look.
 */
export const verifyLedger: Job = {
  name: 'verify_ledger',
  async run({ sql, log, metrics }) {
    const differences = await verifyCapabilityOffers(sql)
    metrics.offerDifferences.set(differences.length)
    const shownOffers = differences.slice(0, SHOWN_ROWS)
    if (differences.length > 0) {
      log.error({ differences: shownOffers }, 'the offers are not what the catalogue says')
    }
    const violations = await readViolations(sql)
    metrics.ledgerViolations.set(violations.length)
    const shown = violations.slice(0, SHOWN_ROWS)
    if (violations.length > 0) log.error({ violations: shown }, 'the ledger is wrong')
    return {
      processed: 1,
      failed: 0,
      violations: violations.length,
      shown,
      offer_differences: differences.length,
      shown_offers: shownOffers,
    }
  },
}
