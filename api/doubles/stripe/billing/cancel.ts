import type Stripe from 'stripe'
import type { Account } from '../state/account.ts'
import { forget } from '../state/objects.ts'

type Reason = 'cancellation_requested' | 'payment_failed' | 'payment_disputed'

/** Ends a subscription now. What it billed stays; what it still wanted to collect is given up. */
export function endSubscription(
  account: Account,
  subscriptionId: string,
  reason: Reason,
): Stripe.Subscription {
  const subscription = account.get('subscription', subscriptionId)
  const now = account.now(subscription.customer as string)
  forget(account.hidden.pendingUpdates, subscriptionId)
  const ended = account.update('subscription', subscriptionId, {
    status: 'canceled',
    canceled_at: subscription.canceled_at ?? now,
    ended_at: now,
    pending_update: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason },
  })
  account.emit('customer.subscription.deleted', ended)
  for (const invoice of account.list('invoice')) {
    const isOwn = invoice.parent?.subscription_details?.subscription === subscriptionId
    if (!isOwn || (invoice.status !== 'draft' && invoice.status !== 'open')) continue
    forget(account.hidden.drafts, invoice.id)
    forget(account.hidden.retries, invoice.id)
    account.update(
      'invoice',
      invoice.id,
      { auto_advance: false, next_payment_attempt: null },
      'invoice.updated',
    )
  }
  return ended
}
