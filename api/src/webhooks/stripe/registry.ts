import type Stripe from 'stripe'
import type { StripeEventResult } from '../../billing/stripe-inbox.ts'
import { topUpHandlers } from './credit-purchases.ts'
import { subscriptionHandlers } from './subscriptions.ts'
import { ignored, type StripeEventContext, type StripeEventHandler } from './handler.ts'

/** Every handler of the product. The webhook endpoint at Stripe subscribes to these types. */
export const stripeEventHandlers: readonly StripeEventHandler[] = [
  ...topUpHandlers,
  ...subscriptionHandlers,
]

/**
 * All handlers of the event's type, one after the other; one that applied it makes it applied. What one
 * of them cannot do keeps none of the others from its part: the event fails when all have had their turn.
 */
export async function applyStripeEvent(
  event: Stripe.Event,
  context: StripeEventContext,
): Promise<StripeEventResult> {
  const results: StripeEventResult[] = []
  const failures: unknown[] = []
  for (const { type, handle } of stripeEventHandlers) {
    if (type !== event.type) continue
    try {
      results.push(await handle(event, context))
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 1) context.log.error({ err: failures[1] }, 'and another handler failed')
  if (failures.length > 0) throw failures[0]
  if (results.length === 0) return ignored(`nobody handles ${event.type}`)
  return (
    results.find(({ outcome }) => outcome === 'applied') ??
    ignored(results.map(({ detail }) => detail).join('; '))
  )
}
