import type Stripe from 'stripe'
import { invalidRequest } from '../http/errors.ts'
import { refuseUnserved } from '../params/served.ts'
import { LEAST_AMOUNT_CENTS } from '../payments/intents.ts'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import { changedItems } from './change.ts'
import { invoiceObject } from './invoice-object.ts'
import { periodLines, type Period } from './lines.ts'
import { nextBoundary } from './months.ts'
import { prorationLines } from './prorate.ts'
import { periodOf, recurringOf } from './subscription-object.ts'

type Params = Stripe.InvoiceCreatePreviewParams

const SERVED = new Set([
  'customer',
  'subscription',
  'subscription_details',
  'preview_mode',
  'currency',
])
const SERVED_DETAILS = new Set([
  'items',
  'proration_behavior',
  'proration_date',
  'cancel_at_period_end',
])

/** The invoice that a change would make now, or the one at the end of the period. Keeps nothing. */
export function previewInvoice(account: Account, params: Params): Stripe.Invoice {
  refuseUnserved(params, SERVED)
  refuseUnserved(params.subscription_details ?? {}, SERVED_DETAILS, 'subscription_details')
  const subscription = subscriptionOf(account, params)
  const details = params.subscription_details ?? {}
  const customerId = idOf(subscription.customer) ?? ''
  const items = changedItems(account, subscription, details.items ?? [])
  const changed = { ...subscription, items: { ...subscription.items, data: items } }
  const behavior = details.proration_behavior ?? 'create_prorations'
  const at = details.proration_date ?? account.now(customerId)
  const isBilled =
    behavior !== 'none' && details.items !== undefined && subscription.status !== 'trialing'
  const prorations = isBilled ? prorationLines(account, subscription, items, at) : []
  if (behavior === 'always_invoice' && details.items !== undefined) {
    return preview(account, subscription, prorations, { start: at, end: at })
  }
  const old = periodOf(subscription)
  const isEnding = details.cancel_at_period_end ?? subscription.cancel_at_period_end
  const waiting = account.hidden.pendingLines.filter(
    (line) => idOf(line.subscription) === subscription.id,
  )
  if (isEnding && waiting.length + prorations.length === 0) {
    throw invalidRequest(
      `No upcoming invoices for customer: ${customerId}`,
      undefined,
      'invoice_upcoming_none',
    )
  }
  const next: Period = {
    start: old.end,
    end: nextBoundary(subscription.billing_cycle_anchor, recurringOf(changed), old.end),
  }
  const renewal = isEnding ? [] : periodLines(account, changed, next)
  return preview(account, subscription, [...waiting, ...prorations, ...renewal], old)
}

function preview(
  account: Account,
  subscription: Stripe.Subscription,
  lines: Stripe.InvoiceLineItem[],
  period: Period,
): Stripe.Invoice {
  const invoice = invoiceObject(
    account,
    {
      customerId: idOf(subscription.customer) ?? '',
      subscription,
      reason: 'upcoming',
      lines,
      period,
      currency: subscription.currency,
      autoAdvance: false,
    },
    newId('upcoming_in'),
  )
  const { balance } = account.get('customer', idOf(subscription.customer) ?? '')
  const sum = invoice.total + balance
  const due = sum < LEAST_AMOUNT_CENTS ? 0 : sum
  return {
    ...invoice,
    starting_balance: balance,
    ending_balance: sum - due,
    amount_due: due,
    amount_remaining: due,
  }
}

function subscriptionOf(account: Account, params: Params): Stripe.Subscription {
  if (params.subscription) {
    const found = account.get('subscription', params.subscription, 'subscription')
    if (found.status !== 'canceled') return found
    throw invalidRequest(
      `No upcoming invoices for customer: ${idOf(found.customer)}`,
      undefined,
      'invoice_upcoming_none',
    )
  }
  const customer = account.get('customer', params.customer ?? '', 'customer')
  const own = account
    .list('subscription')
    .filter((each) => idOf(each.customer) === customer.id && each.status !== 'canceled')
  const [only] = own
  if (only && own.length === 1) return only
  throw invalidRequest(
    `No upcoming invoices for customer: ${customer.id}`,
    undefined,
    'invoice_upcoming_none',
  )
}
