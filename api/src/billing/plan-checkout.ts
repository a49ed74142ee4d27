import type Stripe from 'stripe'
import type { OfferedPlan, PlanStanding } from '../db/subscriptions.ts'
import type { Customers } from './customers.ts'
import { INVOICE_EXPANSIONS, isOnItsWay } from './invoice-state.ts'
import { planOfPrice, type Prices } from './prices.ts'
import { expanded } from './stripe-objects.ts'
import { pageUrl } from './urls.ts'

/** In the metadata of a page: which request it was made for. */
const REQUEST = 'purser_request'

const requestOf = (planId: string, idempotencyKey: string) => `${planId} ${idempotencyKey}`

export interface PlanCheckoutOptions {
  stripe: Stripe
  customers: Customers
  prices: Prices
  /** Where the web app stands, without a slash at its end. */
  webUrl: string
}

export type PlanCheckout = ReturnType<typeof createPlanCheckout>

/** Opens Stripe's page for the first payment of a plan; what was paid is learnt from Stripe afterwards. */
export function createPlanCheckout({ stripe, customers, prices, webUrl }: PlanCheckoutOptions) {
  /**
   * One page at a time: two that are paid would be two subscriptions. Answers the page of this very
   * request, which a crash kept its first caller from hearing of.
   */
  async function closeOtherPages(customer: string, request: string): Promise<string | null> {
    const open = await stripe.checkout.sessions.list({ customer, status: 'open', limit: 100 })
    let own: string | null = null
    for (const session of open.data) {
      if (session.mode !== 'subscription') continue
      if (session.metadata?.[REQUEST] === request) own = session.url
      // It may be completed at this very moment; then its subscription is found by the next request.
      else await stripe.checkout.sessions.expire(session.id).catch(() => undefined)
    }
    return own
  }

  return {
    /** A subscription that Stripe has and we have not heard of. */
    async unknownSubscription({ stripe_customer_id: customer }: PlanStanding) {
      if (customer === null) return null
      const { data } = await stripe.subscriptions.list({ customer, limit: 10 })
      const live = data.find(({ status }) => ['active', 'trialing', 'past_due'].includes(status))
      return live ? { subscriptionId: live.id, customerId: customer } : null
    },

    /** The plan whose first payment is on its way, as from a bank. null: none is. */
    async planUnderWay({ stripe_customer_id: customer }: PlanStanding): Promise<string | null> {
      if (customer === null) return null
      const { data } = await stripe.subscriptions.list({
        customer,
        limit: 100,
        expand: ['data.latest_invoice'],
      })
      for (const { latest_invoice: latest, items } of data) {
        const planId = items.data[0] ? planOfPrice(items.data[0].price) : null
        const listed = expanded(latest)
        if (planId === null || listed?.status !== 'open') continue
        const invoice = await stripe.invoices.retrieve(listed.id, { expand: INVOICE_EXPANSIONS })
        if (isOnItsWay(invoice)) return planId
      }
      return null
    },

    /** Whether the page that was made for this very request can still be paid. */
    async isOpen(
      { stripe_customer_id: customer }: PlanStanding,
      planId: string,
      idempotencyKey: string,
    ): Promise<boolean> {
      if (customer === null) return false
      const open = await stripe.checkout.sessions.list({ customer, status: 'open', limit: 100 })
      const request = requestOf(planId, idempotencyKey)
      return open.data.some(({ metadata }) => metadata?.[REQUEST] === request)
    },

    async open(
      standing: PlanStanding,
      plan: OfferedPlan,
      { returnPath, idempotencyKey }: { returnPath: string | null; idempotencyKey: string },
    ): Promise<string> {
      const organizationId = standing.organization_id
      const customer = await customers.ensure(organizationId)
      const price = await prices.ensure(plan)
      const request = requestOf(plan.id, idempotencyKey)
      const standingPage = await closeOtherPages(customer, request)
      if (standingPage !== null) return standingPage
      const metadata = { purser_organization_id: organizationId, purser_plan_id: plan.id }
      const session = await stripe.checkout.sessions.create(
        {
          mode: 'subscription',
          customer,
          line_items: [{ price, quantity: 1 }],
          metadata: { ...metadata, [REQUEST]: request },
          subscription_data: {
            metadata,
            ...(trialDays(standing, plan) > 0 && { trial_period_days: trialDays(standing, plan) }),
          },
          success_url: pageUrl(webUrl, returnPath, { checkout: 'success', plan: plan.id }),
          cancel_url: pageUrl(webUrl, returnPath, { checkout: 'canceled' }),
        },
        { idempotencyKey: `purser-plan-${organizationId}-${idempotencyKey}` },
      )
      if (session.url === null) throw new Error(`session ${session.id} has no page`)
      return session.url
    },
  }
}

/** An organization has one trial. */
export function trialDays(standing: PlanStanding, plan: OfferedPlan): number {
  return standing.trial_used_at === null ? plan.trial_days : 0
}
