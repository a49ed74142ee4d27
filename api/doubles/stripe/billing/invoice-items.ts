import type Stripe from 'stripe'
import { invalidRequest } from '../http/errors.ts'
import { decimal, mergeMetadata, orNull } from '../routes/fields.ts'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import { pricingOf } from './lines.ts'

/** Keeps lines for the next invoice of their subscription, each as an invoice item. */
export function keepForNextInvoice(
  account: Account,
  customerId: string,
  lines: Stripe.InvoiceLineItem[],
): void {
  for (const line of lines) {
    account.insert('invoiceitem', itemOfLine(account, customerId, line), 'invoiceitem.created')
    account.hidden.pendingLines.push(line)
  }
}

/** What waits for the next invoice of a subscription; taken away with it. */
export function takePendingLines(
  account: Account,
  subscriptionId: string,
): Stripe.InvoiceLineItem[] {
  const isOwn = (line: Stripe.InvoiceLineItem) => idOf(line.subscription) === subscriptionId
  const own = account.hidden.pendingLines.filter(isOwn)
  account.hidden.pendingLines = account.hidden.pendingLines.filter((line) => !isOwn(line))
  return own
}

/** Lines of an invoice that is made at once have items as well. */
export function addInvoiceItems(
  account: Account,
  customerId: string,
  lines: Stripe.InvoiceLineItem[],
): void {
  for (const line of lines) {
    account.insert('invoiceitem', itemOfLine(account, customerId, line), 'invoiceitem.created')
  }
}

function itemOfLine(
  account: Account,
  customerId: string,
  line: Stripe.InvoiceLineItem,
): Stripe.InvoiceItem {
  const details = line.parent?.subscription_item_details
  const id = details?.invoice_item ?? line.parent?.invoice_item_details?.invoice_item ?? ''
  return {
    id,
    object: 'invoiceitem',
    amount: line.amount,
    currency: line.currency,
    customer: customerId,
    customer_account: null,
    date: account.now(customerId),
    description: line.description,
    discountable: line.discountable,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: {},
    net_amount: line.amount,
    parent: details
      ? {
          type: 'subscription_details',
          subscription_details: {
            subscription: details.subscription ?? '',
            subscription_item: details.subscription_item,
          },
        }
      : null,
    period: line.period,
    pricing: line.pricing as Stripe.InvoiceItem.Pricing | null,
    proration: details?.proration ?? false,
    quantity: line.quantity ?? 1,
    quantity_decimal: decimal(line.quantity ?? 1),
    tax_rates: [],
    test_clock: idOf(account.find('customer', customerId)?.test_clock),
  } satisfies Stripe.InvoiceItem
}

/** An item of one's own: on the next invoice of its subscription, or of its customer. */
export function addStandaloneItem(
  account: Account,
  params: Stripe.InvoiceItemCreateParams,
): Stripe.InvoiceItem {
  const customer = account.get('customer', params.customer ?? '', 'customer')
  if (params.invoice) {
    throw invalidRequest(
      "Purser's stand-in for Stripe adds items to the next invoice only.",
      'invoice',
    )
  }
  if (params.subscription) account.get('subscription', params.subscription, 'subscription')
  const price = params.pricing?.price
    ? account.get('price', params.pricing.price, 'pricing[price]')
    : null
  const quantity = params.quantity ?? 1
  const amount = params.amount ?? (price?.unit_amount ?? 0) * quantity
  const now = account.now(customer)
  const id = newId('ii')
  const line = {
    id: newId('il'),
    object: 'line_item',
    amount,
    currency: price?.currency ?? params.currency ?? 'usd',
    description: orNull(params.description),
    discount_amounts: [],
    discountable: params.discountable ?? true,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    parent: {
      type: 'invoice_item_details',
      invoice_item_details: {
        invoice_item: id,
        proration: false,
        proration_details: { credited_items: null },
        subscription: params.subscription ?? null,
      },
      subscription_item_details: null,
    } as Stripe.InvoiceLineItem.Parent,
    period: params.period ?? { start: now, end: now },
    pretax_credit_amounts: [],
    pricing: price ? pricingOf(price) : null,
    quantity,
    quantity_decimal: decimal(quantity),
    subscription: params.subscription ?? null,
    subtotal: amount,
    taxes: [],
  } satisfies Stripe.InvoiceLineItem
  keepForNextInvoice(account, customer.id, [line])
  return account.get('invoiceitem', id)
}

/** What waits for an invoice of the customer's own. */
export function takeStandaloneLines(
  account: Account,
  customerId: string,
): Stripe.InvoiceLineItem[] {
  const isOwn = (line: Stripe.InvoiceLineItem) => {
    const item = account.find('invoiceitem', line.parent?.invoice_item_details?.invoice_item)
    return line.subscription === null && idOf(item?.customer) === customerId
  }
  const own = account.hidden.pendingLines.filter(isOwn)
  account.hidden.pendingLines = account.hidden.pendingLines.filter((line) => !isOwn(line))
  return own
}

/** One that waits for an invoice, taken for an invoice that asks for it by its item. */
export function takeLineOfItem(account: Account, itemId: string): Stripe.InvoiceLineItem {
  const isOwn = (line: Stripe.InvoiceLineItem) =>
    line.parent?.invoice_item_details?.invoice_item === itemId
  const own = account.hidden.pendingLines.find(isOwn)
  if (!own) {
    throw invalidRequest(
      `The invoice item ${itemId} is on an invoice already.`,
      'lines[invoice_item]',
    )
  }
  account.hidden.pendingLines = account.hidden.pendingLines.filter((line) => !isOwn(line))
  return own
}
