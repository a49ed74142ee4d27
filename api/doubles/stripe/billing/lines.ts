import type Stripe from 'stripe'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import { decimal } from '../routes/fields.ts'

export interface Period {
  start: number
  end: number
}

export interface LineInput {
  amount: number
  description: string
  period: Period
  price: Stripe.Price
  quantity: number
  itemId: string
  proration: boolean
  /** Of a proration that was kept as an invoice item. */
  invoiceItemId?: string | null
  /** Of a credit: the line that had billed it. */
  credited?: { invoice: string; invoice_line_items: string[] } | null
}

/** A line that a subscription makes; its invoice is filled in when there is one. */
export function subscriptionLine(
  subscription: Stripe.Subscription,
  input: LineInput,
): Stripe.InvoiceLineItem {
  return {
    id: newId('il'),
    object: 'line_item',
    amount: input.amount,
    currency: input.price.currency,
    description: input.description,
    discount_amounts: [],
    discountable: !input.proration,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: { ...subscription.metadata },
    parent: {
      type: 'subscription_item_details',
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: input.invoiceItemId ?? null,
        proration: input.proration,
        proration_details: { credited_items: input.credited ?? null },
        subscription: subscription.id,
        subscription_item: input.itemId,
      },
    } as Stripe.InvoiceLineItem.Parent,
    period: { ...input.period },
    pretax_credit_amounts: [],
    pricing: pricingOf(input.price),
    quantity: input.quantity,
    quantity_decimal: decimal(input.quantity),
    subscription: subscription.id,
    subtotal: input.amount,
    taxes: [],
  }
}

export function pricingOf(price: Stripe.Price): Stripe.InvoiceLineItem.Pricing {
  return {
    type: 'price_details',
    price_details: { price: price.id, product: idOf(price.product) ?? '' },
    unit_amount_decimal: decimal(price.unit_amount ?? 0),
  }
}

/** A whole period of each item; in a trial for nothing. */
export function periodLines(
  account: Account,
  subscription: Stripe.Subscription,
  period: Period,
  isTrial = false,
): Stripe.InvoiceLineItem[] {
  return subscription.items.data.map((item) => {
    const quantity = item.quantity ?? 1
    const name = productName(account, item.price)
    return subscriptionLine(subscription, {
      amount: isTrial ? 0 : (item.price.unit_amount ?? 0) * quantity,
      description: isTrial
        ? `Trial period for ${name}`
        : `${quantity} × ${name} (at ${priceText(item.price)})`,
      period,
      price: item.price,
      quantity,
      itemId: item.id,
      proration: false,
    })
  })
}

export function productName(account: Account, price: Stripe.Price): string {
  return account.find('product', idOf(price.product))?.name ?? 'Product'
}

export function moneyText(amount: number, currency: string): string {
  const digits = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: currency.toUpperCase(),
  })
  return digits.format(amount / 100)
}

/** As in “Unused time on Pro after 14 Nov 2026”. */
export function dayText(seconds: number): string {
  const date = new Date(seconds * 1000)
  const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' })
  return `${String(date.getUTCDate()).padStart(2, '0')} ${month} ${date.getUTCFullYear()}`
}

function priceText(price: Stripe.Price): string {
  const { interval = 'month', interval_count: count = 1 } = price.recurring ?? {}
  const each = count === 1 ? interval : `${count} ${interval}s`
  return `${moneyText(price.unit_amount ?? 0, price.currency)} / ${each}`
}
