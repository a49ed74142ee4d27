import type Stripe from 'stripe'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { createInvoice, finalizeInvoice, payInvoice } from './invoices.ts'
import { periodLines } from './lines.ts'
import { nextBoundary } from './months.ts'
import { itemObject, subscriptionObject } from './subscription-object.ts'

export interface SubscriptionOrder {
  customerId: string
  items: { price: Stripe.Price; quantity: number }[]
  methodId: string | null
  metadata: Stripe.Metadata
  description: string | null
  trialEnd: number | null
  missingPaymentMethod: string
  /** The payment that a checkout has made already; `now`: by the card on file; `none`: nothing due. */
  payment: { intentId: string } | 'now' | 'none'
}

/** A subscription with its first invoice, paid or not as the payment says. */
export function createSubscription(
  account: Account,
  order: SubscriptionOrder,
): Stripe.Subscription {
  const { customerId, trialEnd } = order
  const now = account.now(customerId)
  const id = newId('sub')
  const recurring = order.items[0]?.price.recurring
  if (!recurring) throw new Error('A subscription needs a recurring price')
  const period = { start: now, end: trialEnd ?? nextBoundary(now, recurring, now) }
  const subscription = account.insert(
    'subscription',
    subscriptionObject(account, {
      ...order,
      id,
      anchor: trialEnd ?? now,
      items: order.items.map((item) => itemObject(id, item, period)),
    }),
    'customer.subscription.created',
  )
  const invoice = createInvoice(account, {
    customerId,
    subscription,
    reason: 'subscription_create',
    lines: periodLines(account, subscription, period, trialEnd !== null),
    period: { start: now, end: now },
    currency: subscription.currency,
    autoAdvance: true,
  })
  finalizeInvoice(
    account,
    invoice.id,
    typeof order.payment === 'object' ? order.payment : undefined,
  )
  const paid = payInvoice(account, invoice.id)
  // A bank debit is on its way: Stripe lets the subscription begin.
  if (paid.status === 'open' && typeof order.payment === 'object') {
    account.update('subscription', id, { status: 'active' }, 'customer.subscription.updated')
  }
  return account.get('subscription', id)
}
