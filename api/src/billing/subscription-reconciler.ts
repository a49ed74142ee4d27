import type Stripe from 'stripe'
import type { PlanStanding, SubscriptionQueries } from '../db/subscriptions.ts'
import type { Logger } from '../observability.ts'
import { idOf } from './stripe-objects.ts'
import type { Subscriptions } from './subscriptions.ts'

const PAGE = 100
/** The newest; what is older was compared by the runs before. */
const MAXIMUM_INVOICES = 10_000
/** Webhooks are tried again for days; a lost one shows within this time, whatever happened to the job. */
const LOOK_BACK_SECONDS = 35 * 86_400

export interface ReconciledSubscriptions {
  processed: number
  failed: number
  /** Invoices and subscriptions that had to be applied now. */
  repaired: number
}

export interface ReconcilerOptions {
  stripe: Stripe
  queries: SubscriptionQueries
  subscriptions: Subscriptions
}

/**
 * Compares Stripe's own lists of paid invoices and of subscriptions with what is known here, and
 * applies what is missing by the same code as the webhooks: entries, never edits.
 */
export function createSubscriptionReconciler({
  stripe,
  queries,
  subscriptions,
}: ReconcilerOptions) {
  async function attempt(
    summary: ReconciledSubscriptions,
    log: Logger,
    what: object,
    repair: () => Promise<unknown>,
  ): Promise<void> {
    try {
      await repair()
      summary.repaired += 1
      log.warn(what, 'repaired from Stripe')
    } catch (err) {
      summary.failed += 1
      log.error({ ...what, err }, 'could not be repaired from Stripe')
    }
  }

  /** Oldest first: periods are begun in their order. */
  async function missingInvoices(sinceSeconds: number, summary: ReconciledSubscriptions) {
    const listed = await stripe.invoices
      .list({ status: 'paid', created: { gte: sinceSeconds }, limit: PAGE })
      .autoPagingToArray({ limit: MAXIMUM_INVOICES })
    summary.processed += listed.length
    const known = await queries.paidInvoices(listed.map(({ id }) => id))
    const customers = new Set<string | null>()
    for (let at = 0; at < listed.length; at += PAGE) {
      const ids = listed.slice(at, at + PAGE).flatMap(({ customer }) => idOf(customer) ?? [])
      const standings = await queries.findByCustomers(ids)
      for (const standing of standings) customers.add(standing.stripe_customer_id)
    }
    return listed
      .filter(({ id, customer }) => !known.has(id) && customers.has(idOf(customer)))
      .toSorted((one, other) => one.created - other.created)
  }

  return async function reconcile(log: Logger): Promise<ReconciledSubscriptions> {
    const summary: ReconciledSubscriptions = { processed: 0, failed: 0, repaired: 0 }
    const since = Math.floor(Date.now() / 1000) - LOOK_BACK_SECONDS
    for (const { id } of await missingInvoices(since, summary)) {
      await attempt(summary, log, { invoice: id }, () => subscriptions.syncInvoice(id))
    }
    let after: string | undefined
    for (;;) {
      const page = await stripe.subscriptions.list({
        status: 'all',
        limit: PAGE,
        ...(after !== undefined && { starting_after: after }),
      })
      const customerOf = (each: Stripe.Subscription) => idOf(each.customer) ?? ''
      const standings = await queries.findByCustomers(page.data.map(customerOf))
      summary.processed += page.data.length
      for (const listed of page.data) {
        const customer = customerOf(listed)
        const standing = standings.find((each) => each.stripe_customer_id === customer)
        if (!standing || !differs(standing, listed)) continue
        await attempt(summary, log, { subscription: listed.id }, () =>
          subscriptions.syncSubscription(listed.id, customer),
        )
      }
      after = page.data.at(-1)?.id
      if (!page.has_more || after === undefined) return summary
    }
  }
}

const LIVE = ['active', 'trialing', 'past_due']

/** Whether a copy would change something. A subscription that is not the organization's is only begun. */
function differs(standing: PlanStanding, listed: Stripe.Subscription): boolean {
  if (standing.stripe_subscription_id === null) return LIVE.includes(listed.status)
  if (standing.stripe_subscription_id !== listed.id) return false
  const isCanceled = listed.cancel_at !== null || listed.cancel_at_period_end
  const isCanceledHere = standing.pending_change_at !== null && standing.pending_plan_id === null
  return standing.status !== listed.status || isCanceled !== isCanceledHere
}
