import Stripe from 'stripe'
import type { OfferedPlan } from '../db/subscriptions.ts'
import { centsOfUsd } from './money.ts'
import { idOf } from './stripe-objects.ts'

const PLAN_METADATA = 'purser_plan_id'
const PRODUCT_PREFIX = 'purser_plan_'

export type Prices = ReturnType<typeof createPrices>

/**
 * The monthly prices of plans at Stripe, under lookup keys. They are made when somebody needs them,
 * once however many ask: the product has an id of its own, and the request for a price names what it
 * replaces in its idempotency key. A changed list price is a new price; who has the old one keeps it.
 */
export function createPrices(stripe: Stripe) {
  /** Prices never change what they are for, so what was read once stays. */
  const plansOfPrices = new Map<string, string | null>()

  async function ensureProduct(plan: OfferedPlan): Promise<string> {
    const id = `${PRODUCT_PREFIX}${plan.id}`
    try {
      await stripe.products.retrieve(id)
    } catch (error) {
      if (!isCode(error, 'resource_missing')) throw error
      await stripe.products
        .create({ id, name: plan.name, metadata: { [PLAN_METADATA]: plan.id } })
        .catch((problem: unknown) => {
          if (!isCode(problem, 'resource_already_exists')) throw problem
        })
    }
    return id
  }

  return {
    /** The id of the price that new subscriptions of the plan pay. */
    async ensure(plan: OfferedPlan): Promise<string> {
      const lookupKey = `purser_plan_${plan.id}_monthly`
      const cents = centsOfUsd(plan.price_usd_monthly)
      const found = await stripe.prices.list({ lookup_keys: [lookupKey], active: true, limit: 1 })
      const [standing] = found.data
      if (standing?.unit_amount === cents) return standing.id
      const price = await stripe.prices.create(
        {
          currency: 'usd',
          unit_amount: cents,
          recurring: { interval: 'month' },
          product: await ensureProduct(plan),
          lookup_key: lookupKey,
          transfer_lookup_key: true,
          metadata: { [PLAN_METADATA]: plan.id },
        },
        { idempotencyKey: `purser-price-${plan.id}-${cents}-${standing?.id ?? 'first'}` },
      )
      return price.id
    },

    /** Which plan a price is for; null for a price that is not of a plan. */
    async planOf(priceId: string): Promise<string | null> {
      const known = plansOfPrices.get(priceId)
      if (known !== undefined) return known
      const plan = planOfPrice(await stripe.prices.retrieve(priceId))
      plansOfPrices.set(priceId, plan)
      return plan
    },
  }
}

export function planOfPrice(price: Stripe.Price): string | null {
  const product = idOf(price.product)
  return (
    price.metadata[PLAN_METADATA] ??
    (product?.startsWith(PRODUCT_PREFIX) ? product.slice(PRODUCT_PREFIX.length) : null)
  )
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Stripe.errors.StripeError && error.code === code
}
