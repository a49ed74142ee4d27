import {
  cleanIdempotency as cleanAnswers,
  cleanStripeEvents,
  uncapOrganizations,
} from '../db/jobs.ts'
import type { ExpiryBatch } from '../db/jobs.ts'
import type { Job } from './job.ts'

/** Callers are promised a day; two leave room for a retry after a weekend's outage of their own. */
const RETENTION_HOURS = 48
/** A year of books and the month in which it is closed. */
const EVENT_RETENTION_DAYS = 400
const BATCH_ROWS = 1000
const MAXIMUM_BATCHES = 1000

/**
 * Forgets stored answers that nobody can ask for again, events of Stripe that are long done with, and
 * that an organization had caps on credits which went with their users.
 */
export const cleanIdempotency: Job = {
  name: 'clean_idempotency',
  async run({ sql }) {
    const answers = await cleanAll(() => cleanAnswers(sql, RETENTION_HOURS, BATCH_ROWS))
    const events = await cleanAll(() => cleanStripeEvents(sql, EVENT_RETENTION_DAYS, BATCH_ROWS))
    const uncapped = await cleanAll(() => uncapOrganizations(sql, BATCH_ROWS))
    return {
      processed: answers.processed + events.processed + uncapped.processed,
      failed: 0,
      stripe_events: events.processed,
      uncapped_organizations: uncapped.processed,
      batches: answers.batches + events.batches + uncapped.batches,
      remaining: answers.remaining || events.remaining || uncapped.remaining,
    }
  },
}

async function cleanAll(cleanBatch: () => Promise<ExpiryBatch>) {
  const sum = { processed: 0, batches: 0, remaining: true }
  while (sum.remaining && sum.batches < MAXIMUM_BATCHES) {
    const batch = await cleanBatch()
    sum.processed += batch.processed
    sum.batches += 1
    sum.remaining = batch.remaining
  }
  return sum
}
