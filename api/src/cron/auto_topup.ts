import type { Billing } from '../billing/billing.ts'
import { FIRST_PLACE } from '../db/jobs.ts'
import type { Logger } from '../observability.ts'
import { withoutStripe, type Job } from './job.ts'

const BATCH_ORGANIZATIONS = 200
const MAXIMUM_BATCHES = 50
/** Each may wait for Stripe. */
const MAXIMUM_RESUMED = 100

/** Goes on with purchases that somebody began and did not end, then buys where it is due. */
export const autoTopup: Job = {
  name: 'auto_topup',
  async run({ billing, log }) {
    if (!billing) return withoutStripe
    const resumed = await resume(billing, log)
    const bought = await buyWhereDue(billing, log)
    return {
      processed: resumed.processed + bought.processed,
      failed: resumed.failed + bought.failed,
      resumed: resumed.processed,
      bought: bought.bought,
    }
  },
}

async function resume({ fundingQueries, autoTopups, payAsYouGo }: Billing, log: Logger) {
  const summary = { processed: 0, failed: 0 }
  const attempt = async (work: Promise<void>, purchase: string) => {
    try {
      await work
      summary.processed += 1
    } catch (err) {
      summary.failed += 1
      log.warn({ err, purchase }, 'a purchase was not ended')
    }
  }
  for (const row of await fundingQueries.unfinishedAutoTopups(MAXIMUM_RESUMED)) {
    const name = { organizationId: row.organization_id, purchaseId: row.id }
    await attempt(autoTopups.charge(name), row.id)
  }
  for (const row of await fundingQueries.uninvoiced(MAXIMUM_RESUMED)) {
    const name = { organizationId: row.organization_id, purchaseId: row.id }
    await attempt(payAsYouGo.invoice(name), row.id)
  }
  for (const row of await fundingQueries.uncollected(MAXIMUM_RESUMED)) {
    const name = { organizationId: row.organization_id, purchaseId: row.id }
    await attempt(payAsYouGo.collect(name), row.id)
  }
  return summary
}

async function buyWhereDue({ fundingQueries, autoTopups }: Billing, log: Logger) {
  const summary = { processed: 0, failed: 0, bought: 0 }
  let after = FIRST_PLACE.organizationId
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch++) {
    const organizationIds = await fundingQueries.dueAutoTopups(BATCH_ORGANIZATIONS, after)
    for (const organizationId of organizationIds) {
      try {
        if ((await autoTopups.run(organizationId)) === 'claimed') summary.bought += 1
        summary.processed += 1
      } catch (err) {
        summary.failed += 1
        log.warn({ err, organization: organizationId }, 'automatic top-up')
      }
    }
    const last = organizationIds.at(-1)
    if (last === undefined || organizationIds.length < BATCH_ORGANIZATIONS) break
    after = last
  }
  return summary
}
