import type Stripe from 'stripe'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import { dayText, productName, subscriptionLine, type Period } from './lines.ts'
import { periodOf } from './subscription-object.ts'

/**
 * The two lines of a change in the middle of a period: what was billed for the rest of it comes
 * back, and the rest is billed anew. By seconds, each line rounded to whole cents.
 *
 * What comes back is a part of what was really billed (flexible billing mode, which is Stripe's
 * default since 2025-09-30.clover), not of the price that the item has now: a scheduled downgrade
 * changes the price, not what was paid.
 */
export function prorationLines(
  account: Account,
  before: Stripe.Subscription,
  after: Stripe.SubscriptionItem[],
  at: number,
): Stripe.InvoiceLineItem[] {
  const period = periodOf(before)
  const rest: Period = { start: at, end: period.end }
  return after.flatMap((item) => {
    const old = before.items.data.find((each) => each.id === item.id)
    if (old && old.price.id === item.price.id && old.quantity === item.quantity) return []
    const billed = lastBilled(account, before.id, item.id, at)
    const credit = billed ? [creditLine(account, before, billed, rest)] : []
    return [...credit, debitLine(account, before, item, period, rest)]
  })
}

/** What a pause gives back. */
export function unusedLines(
  account: Account,
  subscription: Stripe.Subscription,
  at: number,
): Stripe.InvoiceLineItem[] {
  const rest: Period = { start: at, end: periodOf(subscription).end }
  return subscription.items.data.flatMap((item) => {
    const billed = lastBilled(account, subscription.id, item.id, at)
    return billed && billed.amount > 0 ? [creditLine(account, subscription, billed, rest)] : []
  })
}

/** The line that pays for this moment: of the newest invoice that is not void, or waiting for one. */
function lastBilled(
  account: Account,
  subscriptionId: string,
  itemId: string,
  at: number,
): Stripe.InvoiceLineItem | undefined {
  const lines = account
    .list('invoice')
    .filter(
      (invoice) => idOf(invoice.parent?.subscription_details?.subscription) === subscriptionId,
    )
    .filter((invoice) => invoice.status !== 'void')
    .flatMap((invoice) => invoice.lines.data)
  const waiting = account.hidden.pendingLines
    .filter((line) => idOf(line.subscription) === subscriptionId)
    .toReversed()
  return [...waiting, ...lines].find(
    (line) =>
      line.parent?.subscription_item_details?.subscription_item === itemId &&
      line.amount >= 0 &&
      line.period.start <= at &&
      line.period.end > at,
  )
}

function creditLine(
  account: Account,
  subscription: Stripe.Subscription,
  billed: Stripe.InvoiceLineItem,
  rest: Period,
): Stripe.InvoiceLineItem {
  const price = account.get('price', idOf(billed.pricing?.price_details?.price) ?? '')
  const share = partOf(billed.amount, rest, billed.period)
  const itemId = billed.parent?.subscription_item_details?.subscription_item ?? ''
  return subscriptionLine(subscription, {
    amount: share === 0 ? 0 : -share,
    description: `Unused time on ${productName(account, price)} after ${dayText(rest.start)}`,
    period: rest,
    price,
    quantity: billed.quantity ?? 1,
    itemId,
    proration: true,
    invoiceItemId: newId('ii'),
    credited: billed.invoice ? { invoice: billed.invoice, invoice_line_items: [billed.id] } : null,
  })
}

function debitLine(
  account: Account,
  subscription: Stripe.Subscription,
  item: Stripe.SubscriptionItem,
  period: Period,
  rest: Period,
): Stripe.InvoiceLineItem {
  const quantity = item.quantity ?? 1
  const whole = subscription.status === 'trialing' ? 0 : (item.price.unit_amount ?? 0) * quantity
  return subscriptionLine(subscription, {
    amount: partOf(whole, rest, period),
    description: `Remaining time on ${quantity === 1 ? '' : `${quantity} × `}${productName(account, item.price)} after ${dayText(rest.start)}`,
    period: rest,
    price: item.price,
    quantity,
    itemId: item.id,
    proration: true,
    invoiceItemId: newId('ii'),
  })
}

function partOf(amount: number, part: Period, whole: Period): number {
  const seconds = Math.max(0, part.end - part.start)
  return Math.round((amount * seconds) / Math.max(1, whole.end - whole.start))
}
