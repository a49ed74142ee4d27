import type Stripe from 'stripe'
import { defaultMethodOf } from '../payments/payment-methods.ts'
import type { Account } from '../state/account.ts'
import { forget, idOf } from '../state/objects.ts'
import { endSubscription } from './cancel.ts'
import { takePendingLines } from './invoice-items.ts'
import {
  closeInvoice,
  createInvoice,
  finalizeInvoice,
  payInvoice,
  voidInvoice,
} from './invoices.ts'
import { periodLines, type Period } from './lines.ts'
import { nextBoundary } from './months.ts'
import { periodOf, recurringOf, withItems } from './subscription-object.ts'

/** The end of a period: the next one begins and its invoice is drafted, or the subscription ends. */
export function endPeriod(account: Account, subscriptionId: string): void {
  const subscription = account.get('subscription', subscriptionId)
  const old = periodOf(subscription)
  if (subscription.cancel_at_period_end || (subscription.cancel_at ?? Infinity) <= old.end) {
    endSubscription(account, subscriptionId, 'cancellation_requested')
    return
  }
  if (subscription.status === 'trialing' && endsWithoutCard(account, subscription)) return
  const end = nextBoundary(subscription.billing_cycle_anchor, recurringOf(subscription), old.end)
  const period: Period = { start: old.end, end }
  const moved = account.update(
    'subscription',
    subscriptionId,
    {
      ...withItems(subscription, () => ({
        current_period_start: period.start,
        current_period_end: end,
      })),
      ...(subscription.status === 'trialing' ? { status: 'active' as const } : {}),
    },
    'customer.subscription.updated',
  )
  draftInvoice(account, moved, old, period)
}

/** At the end of a trial nobody left a card for. true: the subscription does not go on. */
function endsWithoutCard(account: Account, subscription: Stripe.Subscription): boolean {
  if (defaultMethodOf(account, idOf(subscription.customer) ?? '', subscription) !== null)
    return false
  const wanted = subscription.trial_settings?.end_behavior.missing_payment_method
  if (wanted === 'cancel') {
    endSubscription(account, subscription.id, 'cancellation_requested')
    return true
  }
  if (wanted !== 'pause') return false
  const paused = account.update(
    'subscription',
    subscription.id,
    { status: 'paused' },
    'customer.subscription.updated',
  )
  account.emit('customer.subscription.paused', paused)
  return true
}

function draftInvoice(
  account: Account,
  subscription: Stripe.Subscription,
  old: Period,
  period: Period,
): void {
  const isUnpaid = subscription.status === 'unpaid'
  const held = subscription.pause_collection?.behavior
  const goesOn = !isUnpaid && held !== 'keep_as_draft'
  const customerId = idOf(subscription.customer) ?? ''
  const invoice = createInvoice(account, {
    customerId,
    subscription,
    reason: 'subscription_cycle',
    lines: [
      ...takePendingLines(account, subscription.id),
      ...periodLines(account, subscription, period),
    ],
    period: old,
    currency: subscription.currency,
    autoAdvance: goesOn,
    ...(goesOn ? { finalizesAt: account.now(customerId) + account.settings.draft_seconds } : {}),
  })
  if (held !== 'void' && held !== 'mark_uncollectible') return
  finalizeInvoice(account, invoice.id)
  if (held === 'void') voidInvoice(account, invoice.id)
  else closeInvoice(account, invoice.id, 'uncollectible')
}

/** About an hour after it was drafted an invoice is final and paid. */
export function collectDraft(account: Account, invoiceId: string): void {
  forget(account.hidden.drafts, invoiceId)
  const draft = account.find('invoice', invoiceId)
  if (draft?.status !== 'draft') return
  finalizeInvoice(account, invoiceId)
  payInvoice(account, invoiceId)
}

/** Three days before the end, or at once where the trial is shorter. */
export function announceTrialEnd(account: Account, subscription: Stripe.Subscription): void {
  account.hidden.trialsAnnounced[subscription.id] = subscription.trial_end ?? 0
  account.emit('customer.subscription.trial_will_end', account.get('subscription', subscription.id))
}

/** A first invoice that nobody paid for 23 hours. */
export function expireIncomplete(account: Account, subscriptionId: string): void {
  const subscription = account.get('subscription', subscriptionId)
  const invoiceId = idOf(subscription.latest_invoice)
  account.update(
    'subscription',
    subscriptionId,
    { status: 'incomplete_expired', ended_at: account.now(subscription.customer as string) },
    'customer.subscription.updated',
  )
  if (invoiceId && account.find('invoice', invoiceId)?.status === 'open')
    voidInvoice(account, invoiceId)
}

/** A change whose invoice was not paid in time never happened. */
export function expirePendingUpdate(account: Account, subscriptionId: string): void {
  const pending = account.hidden.pendingUpdates[subscriptionId]
  forget(account.hidden.pendingUpdates, subscriptionId)
  if (pending && account.find('invoice', pending.invoiceId)?.status === 'open') {
    voidInvoice(account, pending.invoiceId)
  }
  const expired = account.update(
    'subscription',
    subscriptionId,
    { pending_update: null },
    'customer.subscription.updated',
  )
  account.emit('customer.subscription.pending_update_expired', expired)
}
