import { withoutStripe, type Job } from './job.ts'

/** Each asks Stripe two or three questions: even in an outage a batch ends before its leases. */
const BATCH_EVENTS = 3
/** The next minute's run goes on. */
const TIME_LIMIT_MILLISECONDS = 45_000

/** Handles events that a crash or a failure left behind. What fails is due again, later each time. */
export const applyStripeEvents: Job = {
  name: 'apply_stripe_events',
  async run({ stripeInbox }) {
    if (!stripeInbox) return withoutStripe
    const summary = { processed: 0, failed: 0, dead: 0, batches: 0 }
    const startedAt = performance.now()
    let isMore = true
    while (isMore && performance.now() - startedAt < TIME_LIMIT_MILLISECONDS) {
      const states = await stripeInbox.applyDue(BATCH_EVENTS)
      isMore = states.length === BATCH_EVENTS
      summary.batches += 1
      for (const { status } of states) {
        if (status === 'dead') summary.dead += 1
        if (status === 'dead' || status === 'failed') summary.failed += 1
        else summary.processed += 1
      }
    }
    return summary
  },
}
