import type Stripe from 'stripe'
import type { PlanStanding, SubscriptionQueries } from '../db/subscriptions.ts'
import { createFindings, type Reconciler } from './reconcile.ts'
import { idOf } from './stripe-objects.ts'
import type { Subscriptions } from './subscriptions.ts'

const PAGE = 100
/** The newest; what is older was compared by the runs before. */
const MAXIMUM_INVOICES = 10_000
/** Webhooks are tried again for days; a lost one shows within this time, whatever happened to the job. */
const LOOK_BACK_SECONDS = 35 * 86_400

export interface ReconcilerOptions {
  queries: SubscriptionQueries
  subscriptions: Subscriptions
}

type Findings = ReturnType<typeof createFindings>

/**
 * Compares Stripe's own lists of paid invoices and of subscriptions with what is known here, and
 * applies what is missing by the same code as the webhooks: entries, never edits.
 */
export function createSubscriptionReconciler(options: ReconcilerOptions): Reconciler {
  const { queries, subscriptions } = options
  return async ({ stripe, log }) => {
    const found = createFindings('subscriptions')
    // Oldest first: periods are begun in their order.
    for (const { id } of await missingInvoices(stripe, queries, found)) {
      await found.different(`invoice ${id} is paid`, () => subscriptions.syncInvoice(id), log)
    }
    let after: string | undefined
    do {
      const page = await stripe.subscriptions.list({
        status: 'all',
        limit: PAGE,
        ...(after !== undefined && { starting_after: after }),
      })
      for (const { listed, customer } of await changed(page.data, queries)) {
        await found.different(
          `subscription ${listed.id} is ${listed.status}`,
          () => subscriptions.syncSubscription(listed.id, customer),
          log,
        )
      }
      found.compared(page.data.length)
      after = page.has_more ? page.data.at(-1)?.id : undefined
    } while (after !== undefined)
    return found.findings
  }
}

async function missingInvoices(
  stripe: Stripe,
  queries: SubscriptionQueries,
  found: Findings,
): Promise<Stripe.Invoice[]> {
  const since = Math.floor(Date.now() / 1000) - LOOK_BACK_SECONDS
  const listed = await stripe.invoices
    .list({ status: 'paid', created: { gte: since }, limit: PAGE })
    .autoPagingToArray({ limit: MAXIMUM_INVOICES })
  found.compared(listed.length)
  const known = await queries.paidInvoices(listed.map(({ id }) => id))
  const unknown = listed.filter(({ id }) => !known.has(id))
  const customers = unknown.flatMap(({ customer }) => idOf(customer) ?? [])
  const ours = new Set(
    (await queries.findByCustomers(customers)).map((standing) => standing.stripe_customer_id),
  )
  return unknown
    .filter(({ customer }) => ours.has(idOf(customer)))
    .toSorted((one, other) => one.created - other.created)
}

/** Those of a page that a copy would change. */
async function changed(page: Stripe.Subscription[], queries: SubscriptionQueries) {
  const customers = page.flatMap(({ customer }) => idOf(customer) ?? [])
  const standings = new Map(
    (await queries.findByCustomers(customers)).map((each) => [each.stripe_customer_id, each]),
  )
  return page.flatMap((listed) => {
    const customer = idOf(listed.customer) ?? ''
    const standing = standings.get(customer)
    return standing && differs(standing, listed) ? [{ listed, customer }] : []
  })
}

const LIVE = ['active', 'trialing', 'past_due']

/** A subscription that is not the organization's can only be begun. */
function differs(standing: PlanStanding, listed: Stripe.Subscription): boolean {
  if (standing.stripe_subscription_id === null) return LIVE.includes(listed.status)
  if (standing.stripe_subscription_id !== listed.id) return false
  const isCanceled = listed.cancel_at !== null || listed.cancel_at_period_end
  const isCanceledHere = standing.pending_change_at !== null && standing.pending_plan_id === null
  return standing.status !== listed.status || isCanceled !== isCanceledHere
}
