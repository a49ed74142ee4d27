import type Stripe from 'stripe'
import { invalidRequest } from '../http/errors.ts'
import type { Account } from '../state/account.ts'
import { idOf } from '../state/objects.ts'
import { keepForNextInvoice, takePendingLines } from './invoice-items.ts'
import { createInvoice, finalizeInvoice, payInvoice } from './invoices.ts'
import { periodLines } from './lines.ts'
import { nextBoundary } from './months.ts'
import { unusedLines } from './prorate.ts'
import { recurringOf, withItems } from './subscription-object.ts'

/** Nothing is billed until it is resumed; the unused time is a credit on the next invoice. */
export function pauseSubscription(
  account: Account,
  subscriptionId: string,
  params: Stripe.SubscriptionPauseParams,
): Stripe.Subscription {
  const subscription = account.get('subscription', subscriptionId)
  if (subscription.status !== 'active' && subscription.status !== 'trialing') {
    throw invalidRequest(`Subscriptions with a status of ${subscription.status} cannot be paused.`)
  }
  if (params.invoicing_behavior === 'invoice') {
    throw invalidRequest(
      "Purser's stand-in for Stripe keeps the credit of a pause for the next invoice.",
      'invoicing_behavior',
    )
  }
  const customerId = idOf(subscription.customer) ?? ''
  if (params.bill_for?.unused_time_from?.type !== 'none') {
    keepForNextInvoice(
      account,
      customerId,
      unusedLines(account, subscription, account.now(customerId)),
    )
  }
  const paused = account.update(
    'subscription',
    subscriptionId,
    { status: 'paused' },
    'customer.subscription.updated',
  )
  account.emit('customer.subscription.paused', paused)
  return paused
}

/** A new cycle from now, billed at once; active when that is paid. */
export function resumeSubscription(
  account: Account,
  subscriptionId: string,
  params: Stripe.SubscriptionResumeParams,
): Stripe.Subscription {
  const subscription = account.get('subscription', subscriptionId)
  if (subscription.status !== 'paused') {
    throw invalidRequest(
      `Only paused subscriptions can be resumed; this one is ${subscription.status}.`,
    )
  }
  if (params.billing_cycle_anchor?.type === 'unchanged') {
    throw invalidRequest(
      "Purser's stand-in for Stripe resumes with `billing_cycle_anchor=now`.",
      'billing_cycle_anchor',
    )
  }
  startCycleNow(account, subscription, {})
  return account.get('subscription', subscriptionId)
}

/** Begins a period at this moment and bills it: after a pause, or when a trial is ended early. */
export function startCycleNow(
  account: Account,
  subscription: Stripe.Subscription,
  patch: Partial<Stripe.Subscription>,
): void {
  const customerId = idOf(subscription.customer) ?? ''
  const now = account.now(customerId)
  const period = { start: now, end: nextBoundary(now, recurringOf(subscription), now) }
  const moved = account.update(
    'subscription',
    subscription.id,
    {
      ...patch,
      billing_cycle_anchor: now,
      ...withItems(subscription, () => ({
        current_period_start: now,
        current_period_end: period.end,
      })),
    },
    'customer.subscription.updated',
  )
  const invoice = createInvoice(account, {
    customerId,
    subscription: moved,
    reason: subscription.status === 'trialing' ? 'subscription_cycle' : 'subscription_update',
    lines: [...takePendingLines(account, subscription.id), ...periodLines(account, moved, period)],
    period: { start: now, end: now },
    currency: subscription.currency,
    autoAdvance: true,
  })
  finalizeInvoice(account, invoice.id)
  payInvoice(account, invoice.id)
}
