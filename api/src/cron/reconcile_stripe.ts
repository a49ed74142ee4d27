import type { ReconcileFindings } from '../billing/reconcile.ts'
import { withoutStripe, type Job } from './job.ts'

/**
 * Compares what Stripe has with what we have, and repairs by entries, with the functions that events
 * use: what was repaired here are events that never arrived. What stays different needs somebody.
 */
export const reconcileStripe: Job = {
  name: 'reconcile_stripe',
  async run({ billing, log, metrics }) {
    if (!billing) return withoutStripe
    const summary = { processed: 0, failed: 0, repaired: 0, open: 0 }
    const details: Record<string, ReconcileFindings | { error: string }> = {}
    for (const [name, reconcile] of Object.entries(billing.reconcilers)) {
      try {
        const findings = await reconcile({ stripe: billing.stripe, log })
        const { kind, compared, repaired, open } = findings
        details[kind] = findings
        metrics.stripeDifferences.set({ kind, result: 'repaired' }, repaired)
        metrics.stripeDifferences.set({ kind, result: 'open' }, open)
        summary.processed += compared
        summary.repaired += repaired
        summary.open += open
        summary.failed += open
      } catch (err) {
        // One kind that cannot be compared does not keep the others from it.
        log.error({ err, reconciler: name }, 'not compared with stripe')
        details[name] = { error: String(err) }
        summary.failed += 1
      }
    }
    return { ...summary, details }
  },
}
