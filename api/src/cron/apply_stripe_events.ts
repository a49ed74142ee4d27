import { withoutStripe, type Job } from './job.ts'

/** Each asks Stripe two or three questions. */
const BATCH_EVENTS = 20
const MAXIMUM_BATCHES = 25

/** Handles events that a crash or a failure left behind. What fails is due again, later each time. */
export const applyStripeEvents: Job = {
  name: 'apply_stripe_events',
  async run({ stripeInbox }) {
    if (!stripeInbox) return withoutStripe
    const summary = { processed: 0, failed: 0, dead: 0, batches: 0 }
    for (let events = BATCH_EVENTS; events === BATCH_EVENTS;) {
      if (summary.batches === MAXIMUM_BATCHES) break
      const states = await stripeInbox.applyDue(BATCH_EVENTS)
      events = states.length
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
