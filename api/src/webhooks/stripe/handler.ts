import type Stripe from 'stripe'
import type { StripeEventResult } from '../../billing/stripe-inbox.ts'
import type { Purchases } from '../../billing/purchases.ts'
import type { Subscriptions } from '../../billing/subscriptions.ts'
import type { Logger } from '../../observability.ts'

/** What handlers stand on; everything in it is safe to use from several processes at once. */
export interface StripeEventContext {
  stripe: Stripe
  purchases: Purchases
  subscriptions: Subscriptions
  log: Logger
}

type EventOf<Type extends Stripe.Event['type']> = Extract<Stripe.Event, { type: Type }>

/**
 * One for a type of event; several may handle the same type (top-ups and subscriptions share
 * `checkout.session.completed`). A handler takes from the payload only what the event is about: it
 * reads the object's state from Stripe, because events come late, twice and in any order, and applies
 * it by one SQL function under a key of the business. It throws what shall be tried again.
 */
export interface StripeEventHandler<Type extends Stripe.Event['type'] = Stripe.Event['type']> {
  type: Type
  handle(event: EventOf<Type>, context: StripeEventContext): Promise<StripeEventResult>
}

/** Keeps the type of the event inside the handler; outside, all handlers are alike. */
export function stripeEventHandler<Type extends Stripe.Event['type']>(
  handler: StripeEventHandler<Type>,
): StripeEventHandler {
  return handler as unknown as StripeEventHandler
}

export const ignored = (detail: string): StripeEventResult => ({ outcome: 'ignored', detail })

export const applied = (detail: string, organizationId: string): StripeEventResult => ({
  outcome: 'applied',
  detail,
  organizationId,
})
