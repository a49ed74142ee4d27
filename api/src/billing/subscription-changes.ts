import type Stripe from 'stripe'
import { AppError } from '../errors.ts'
import { planOfPrice, type Prices } from './prices.ts'
import { idOf } from './stripe-objects.ts'

/** What the running period was paid at, so that a change that waits can be taken back at that price. */
const RUNNING_PRICE = 'purser_running_price_id'

export type SubscriptionChanges = ReturnType<typeof createSubscriptionChanges>

/** Changes of a subscription at Stripe. Each says what is wanted, so doing it twice is doing it once. */
export function createSubscriptionChanges(stripe: Stripe, prices: Prices) {
  function onlyItem(subscription: Stripe.Subscription): Stripe.SubscriptionItem {
    const [item, ...others] = subscription.items.data
    if (!item || others.length > 0) {
      throw new Error(`subscription ${subscription.id} has not exactly one item`)
    }
    return item
  }

  /** The price of the running plan: what is paid now, while another one may wait already. */
  async function runningPrice(subscription: Stripe.Subscription, planId: string) {
    const item = onlyItem(subscription)
    if (planOfPrice(item.price) === planId) return item.price.id
    const remembered = subscription.metadata[RUNNING_PRICE]
    if (remembered && (await prices.planOf(remembered)) === planId) return remembered
    return null
  }

  async function useFromNextPeriod(
    subscription: Stripe.Subscription,
    priceId: string,
    running: string | null,
  ): Promise<void> {
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: onlyItem(subscription).id, price: priceId }],
      proration_behavior: 'none',
      cancel_at_period_end: false,
      ...(running !== null && { metadata: { [RUNNING_PRICE]: running } }),
    })
  }

  return {
    useFromNextPeriod: async (
      subscription: Stripe.Subscription,
      priceId: string,
      runningPlanId: string,
    ) => useFromNextPeriod(subscription, priceId, await runningPrice(subscription, runningPlanId)),

    async cancelAtPeriodEnd(subscription: Stripe.Subscription): Promise<void> {
      await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true })
    },

    /** The running plan goes on, at the price at which it runs. */
    async keep(subscription: Stripe.Subscription, planId: string, listPriceId: string) {
      const running = await runningPrice(subscription, planId)
      await useFromNextPeriod(subscription, running ?? listPriceId, null)
    },

    /**
     * A better plan from now on, paid now: Stripe changes nothing when the payment fails. Returns the
     * invoice.
     */
    async upgrade(subscription: Stripe.Subscription, priceId: string): Promise<string | null> {
      const item = onlyItem(subscription)
      const updated = await stripe.subscriptions.update(subscription.id, {
        items: [{ id: item.id, price: priceId }],
        proration_behavior: 'always_invoice',
        payment_behavior: 'error_if_incomplete',
      })
      return idOf(updated.latest_invoice)
    },

    /** What Stripe would charge now for the rest of the period on another plan, in cents. */
    async previewUpgrade(subscription: Stripe.Subscription, priceId: string): Promise<number> {
      const preview = await stripe.invoices.createPreview({
        customer: idOf(subscription.customer) ?? '',
        subscription: subscription.id,
        subscription_details: {
          items: [{ id: onlyItem(subscription).id, price: priceId }],
          proration_behavior: 'always_invoice',
        },
      })
      return preview.amount_due
    },
  }
}

/** While a payment is missing there is nothing to build an upgrade on. */
export function requireGoodStanding({ status }: Stripe.Subscription): void {
  if (status === 'active' || status === 'trialing') return
  throw new AppError(
    'payment_failed',
    { reason: 'The last invoice is not paid.', decline_code: null },
    { message: 'The last invoice is not paid. Pay it first; your plan was not changed.' },
  )
}
