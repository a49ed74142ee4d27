import type Stripe from 'stripe'
import { invalidRequest } from '../http/errors.ts'
import {
  attemptPayment,
  createIntent,
  declineRefusal,
  LEAST_AMOUNT_CENTS,
} from '../payments/intents.ts'
import { defaultMethodOf } from '../payments/payment-methods.ts'
import type { Account } from '../state/account.ts'
import { idOf } from '../state/objects.ts'
import { addInvoiceItems, keepForNextInvoice } from './invoice-items.ts'
import { createInvoice, finalizeInvoice, payInvoice } from './invoices.ts'
import { prorationLines } from './prorate.ts'
import { planOf } from './subscription-object.ts'

export interface ItemsChange {
  items: Stripe.SubscriptionItem[]
  behavior: string
  paymentBehavior: string
  at: number
  isOffSession: boolean
  /** What else changes with it. */
  patch: Partial<Stripe.Subscription>
}

const PENDING_SECONDS = 23 * 60 * 60

type ItemParams = Pick<
  Stripe.SubscriptionUpdateParams.Item,
  'id' | 'price' | 'quantity' | 'deleted'
>

/** The items as they would be. The double changes prices and quantities; it adds and removes nothing. */
export function changedItems(
  account: Account,
  subscription: Stripe.Subscription,
  wanted: ItemParams[],
): Stripe.SubscriptionItem[] {
  const changes = new Map<string, ItemParams>()
  for (const [index, change] of wanted.entries()) {
    const known = subscription.items.data.some((item) => item.id === change.id)
    if (change.id !== undefined && !known) {
      throw invalidRequest(
        `No such subscription item: '${change.id}'`,
        `items[${index}][id]`,
        'resource_missing',
      )
    }
    if (change.id === undefined || change.deleted) {
      throw invalidRequest(
        "Purser's stand-in for Stripe changes subscription items (give their id); it does not add or delete them.",
        `items[${index}]`,
      )
    }
    changes.set(change.id, change)
  }
  return subscription.items.data.map((item) => changedItem(account, item, changes.get(item.id)))
}

function changedItem(
  account: Account,
  item: Stripe.SubscriptionItem,
  change: ItemParams | undefined,
): Stripe.SubscriptionItem {
  if (!change) return item
  const price = change.price ? account.get('price', change.price, 'items[0][price]') : item.price
  const { recurring } = price
  if (!recurring)
    throw invalidRequest(
      'The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.',
      'items[0][price]',
    )
  if (change.price && !price.active) {
    throw invalidRequest(
      'The price specified is inactive. This field only accepts active prices.',
      'items[0][price]',
    )
  }
  const { interval, interval_count: count } = item.price.recurring ?? recurring
  if (recurring.interval !== interval || recurring.interval_count !== count) {
    throw invalidRequest(
      "Purser's stand-in for Stripe does not change a billing interval.",
      'items[0][price]',
    )
  }
  return { ...item, price, plan: planOf(price), quantity: change.quantity ?? item.quantity ?? 1 }
}

/** Changes items and bills the difference as asked; a refused payment refuses the change, or not. */
export function changeItems(
  account: Account,
  subscription: Stripe.Subscription,
  change: ItemsChange,
): void {
  const isBilled = change.behavior !== 'none' && subscription.status !== 'trialing'
  const lines = isBilled ? prorationLines(account, subscription, change.items, change.at) : []
  const customerId = idOf(subscription.customer) ?? ''
  const apply = () => {
    const items = { ...subscription.items, data: change.items }
    account.update(
      'subscription',
      subscription.id,
      { ...change.patch, items },
      'customer.subscription.updated',
    )
  }
  if (change.behavior !== 'always_invoice' || lines.length === 0) {
    apply()
    keepForNextInvoice(account, customerId, lines)
    return
  }
  if (change.paymentBehavior === 'error_if_incomplete') {
    const intentId = payFirst(account, subscription, lines, change.isOffSession)
    apply()
    const invoice = invoiceNow(account, subscription, lines, intentId)
    payInvoice(account, invoice.id)
    return
  }
  if (change.paymentBehavior === 'pending_if_incomplete') {
    const invoice = invoiceNow(account, subscription, lines, null)
    const paid = payInvoice(account, invoice.id, { isOffSession: change.isOffSession })
    if (paid.status === 'paid') apply()
    else keepPending(account, subscription, change.items, invoice.id)
    return
  }
  apply()
  const invoice = invoiceNow(account, subscription, lines, null)
  if (change.paymentBehavior === 'default_incomplete') {
    if (invoice.amount_due > 0) markPastDue(account, subscription.id)
    else payInvoice(account, invoice.id)
    return
  }
  payInvoice(account, invoice.id, { isOffSession: change.isOffSession })
}

/** A decline leaves a failed payment and nothing else. */
function payFirst(
  account: Account,
  subscription: Stripe.Subscription,
  lines: Stripe.InvoiceLineItem[],
  isOffSession: boolean,
): string | null {
  const customerId = idOf(subscription.customer) ?? ''
  const total = lines.reduce((sum, line) => sum + line.amount, 0)
  const due = total + account.get('customer', customerId).balance
  if (due < LEAST_AMOUNT_CENTS) return null
  const methodId = defaultMethodOf(account, customerId, subscription)
  if (methodId === null) throw noPaymentMethod()
  const intent = createIntent(account, {
    amount: due,
    currency: subscription.currency,
    customer: customerId,
    description: 'Subscription update',
    setupFutureUsage: 'off_session',
  })
  const tried = attemptPayment(account, intent.id, {
    methodId,
    isOffSession,
    isAuthenticated: false,
  })
  if (tried.status === 'requires_payment_method') throw declineRefusal(tried)
  if (tried.status === 'requires_action') {
    throw declineRefusal({
      ...tried,
      last_payment_error: {
        type: 'card_error',
        code: 'subscription_payment_intent_requires_action' as 'authentication_required',
        message:
          'Payment for this subscription requires additional user action before it can be completed successfully.',
      },
    })
  }
  return intent.id
}

export function noPaymentMethod() {
  return invalidRequest(
    'This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.',
    undefined,
    'resource_missing',
  )
}

function invoiceNow(
  account: Account,
  subscription: Stripe.Subscription,
  lines: Stripe.InvoiceLineItem[],
  intentId: string | null,
): Stripe.Invoice {
  const customerId = idOf(subscription.customer) ?? ''
  const now = account.now(customerId)
  addInvoiceItems(account, customerId, lines)
  const invoice = createInvoice(account, {
    customerId,
    subscription,
    reason: 'subscription_update',
    lines,
    period: { start: now, end: now },
    currency: subscription.currency,
    autoAdvance: true,
  })
  return finalizeInvoice(account, invoice.id, intentId === null ? undefined : { intentId })
}

function keepPending(
  account: Account,
  subscription: Stripe.Subscription,
  items: Stripe.SubscriptionItem[],
  invoiceId: string,
): void {
  account.hidden.pendingUpdates[subscription.id] = { invoiceId, items }
  const pendingUpdate: Stripe.Subscription.PendingUpdate = {
    billing_cycle_anchor: null,
    cancel_at_period_end: null,
    discount: null,
    discounts: null,
    expires_at: account.now(subscription.customer as string) + PENDING_SECONDS,
    metadata: null,
    subscription_items: items,
    trial_end: null,
    trial_from_plan: null,
  }
  account.update(
    'subscription',
    subscription.id,
    { pending_update: pendingUpdate },
    'customer.subscription.updated',
  )
}

function markPastDue(account: Account, subscriptionId: string): void {
  account.update(
    'subscription',
    subscriptionId,
    { status: 'past_due' },
    'customer.subscription.updated',
  )
}
