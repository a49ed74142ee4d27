import type { Billing } from '../billing/billing.ts'
import { billingNotSetUp } from '../billing/stripe-client.ts'
import type { StripeInbox } from '../billing/stripe-inbox.ts'
import type { ActionServices } from './action.ts'

/** Refuses what needs Stripe while no key is set. */
export function requireBilling({ billing }: ActionServices): Billing {
  if (!billing) throw billingNotSetUp()
  return billing
}

export function requireStripeInbox({ stripeInbox }: ActionServices): StripeInbox {
  if (!stripeInbox) throw billingNotSetUp()
  return stripeInbox
}
