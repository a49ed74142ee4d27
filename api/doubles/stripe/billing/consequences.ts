import type Stripe from 'stripe'
import type { Account } from '../state/account.ts'
import { forget, idOf } from '../state/objects.ts'
import { endSubscription } from './cancel.ts'

/** What a subscription makes of its invoice's payment. */
export function afterInvoicePaid(account: Account, invoice: Stripe.Invoice): void {
  const subscription = subscriptionOf(account, invoice)
  if (!subscription || subscription.status === 'canceled') return
  applyPendingUpdate(account, subscription, invoice.id)
  switch (subscription.status) {
    case 'incomplete':
      account.update(
        'subscription',
        subscription.id,
        { status: 'active' },
        'customer.subscription.updated',
      )
      return
    case 'paused':
      account.emit(
        'customer.subscription.resumed',
        account.update(
          'subscription',
          subscription.id,
          { status: 'active' },
          'customer.subscription.updated',
        ),
      )
      return
    case 'past_due':
    case 'unpaid':
      // An older invoice does not bring the newest one's subscription back.
      if (idOf(subscription.latest_invoice) !== invoice.id) return
      account.update(
        'subscription',
        subscription.id,
        { status: 'active' },
        'customer.subscription.updated',
      )
  }
}

function applyPendingUpdate(
  account: Account,
  subscription: Stripe.Subscription,
  invoiceId: string,
): void {
  const pending = account.hidden.pendingUpdates[subscription.id]
  if (pending?.invoiceId !== invoiceId) return
  forget(account.hidden.pendingUpdates, subscription.id)
  const applied = account.update(
    'subscription',
    subscription.id,
    { items: { ...subscription.items, data: pending.items }, pending_update: null },
    'customer.subscription.updated',
  )
  account.emit('customer.subscription.pending_update_applied', applied)
}

/** What it makes of a failure: late at first, and after the last attempt what the settings say. */
export function afterInvoiceFailed(
  account: Account,
  invoice: Stripe.Invoice,
  isLast: boolean,
): void {
  const subscription = subscriptionOf(account, invoice)
  if (!subscription || account.hidden.pendingUpdates[subscription.id]?.invoiceId === invoice.id)
    return
  if (subscription.status === 'active' || subscription.status === 'trialing') {
    account.update(
      'subscription',
      subscription.id,
      { status: 'past_due' },
      'customer.subscription.updated',
    )
  }
  if (!isLast || invoice.billing_reason !== 'subscription_cycle') return
  switch (account.settings.dunning.then) {
    case 'canceled':
      endSubscription(account, subscription.id, 'payment_failed')
      return
    case 'unpaid':
      account.update(
        'subscription',
        subscription.id,
        { status: 'unpaid' },
        'customer.subscription.updated',
      )
      return
    case 'past_due':
  }
}

function subscriptionOf(
  account: Account,
  invoice: Stripe.Invoice,
): Stripe.Subscription | undefined {
  return account.find('subscription', idOf(invoice.parent?.subscription_details?.subscription))
}
