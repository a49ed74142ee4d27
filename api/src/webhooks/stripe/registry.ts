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

/** All handlers of the event's type, one after the other; one that applied it makes it applied. */
export async function applyStripeEvent(
  event: Stripe.Event,
  context: StripeEventContext,
): Promise<StripeEventResult> {
  const results: StripeEventResult[] = []
  for (const { type, handle } of stripeEventHandlers) {
    if (type === event.type) results.push(await handle(event, context))
  }
  if (results.length === 0) return ignored(`nobody handles ${event.type}`)
  return (
    results.find(({ outcome }) => outcome === 'applied') ??
    ignored(results.map(({ detail }) => detail).join('; '))
  )
}
