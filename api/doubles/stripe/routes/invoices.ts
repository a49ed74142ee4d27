import type Stripe from 'stripe'
import { addStandaloneItem, takeLineOfItem, takeStandaloneLines } from '../billing/invoice-items.ts'
import {
  addLines,
  closeInvoice,
  createInvoice,
  finalizeInvoice,
  payInvoice,
  paymentOf,
  settleInvoice,
  subscriptionIdOf,
  voidInvoice,
} from '../billing/invoices.ts'
import { previewInvoice } from '../billing/preview.ts'
import { noPaymentMethod } from '../billing/change.ts'
import { invalidRequest } from '../http/errors.ts'
import type { Includables } from '../http/expand.ts'
import { isCreatedWithin, page, wholeList } from '../http/list.ts'
import { plainRoute, route, type Call, type Route } from '../http/route.ts'
import { declineRefusal } from '../payments/intents.ts'
import { defaultMethodOf } from '../payments/payment-methods.ts'
import { idOf } from '../state/objects.ts'
import { mergeMetadata, orNull } from './fields.ts'

/** Invoices, their items and payments. */
export const invoiceRoutes: Route[] = [
  // Before the route of one invoice, which would take its name for an id.
  route('POST /v1/invoices/create_preview', 'InvoiceCreatePreviewParams', ({ account, params }) =>
    previewInvoice(account, params),
  ),
  route('POST /v1/invoices', 'InvoiceCreateParams', draft),
  route('GET /v1/invoices', 'InvoiceListParams', ({ account, params, url }) => {
    const all = account
      .list('invoice')
      .filter((invoice) => !params.customer || idOf(invoice.customer) === params.customer)
      .filter(
        (invoice) => !params.subscription || subscriptionIdOf(invoice) === params.subscription,
      )
      .filter((invoice) => !params.status || invoice.status === params.status)
      .filter((invoice) => isCreatedWithin(invoice.created, params.created))
    return page(all, params, url)
  }),
  plainRoute('GET /v1/invoices/:id', ({ account, id }) => account.get('invoice', id)),
  route(
    'GET /v1/invoices/:id/lines',
    'InvoiceListLineItemsParams',
    ({ account, id, params, url }) => page(account.get('invoice', id).lines.data, params, url),
  ),
  route('POST /v1/invoices/:id/finalize', 'InvoiceFinalizeInvoiceParams', ({ account, id }) => {
    const invoice = finalizeInvoice(account, id)
    return invoice.amount_due === 0 ? settleInvoice(account, id) : invoice
  }),
  route('POST /v1/invoices/:id/add_lines', 'InvoiceAddLinesParams', addItems),
  route('POST /v1/invoices/:id/pay', 'InvoicePayParams', pay),
  plainRoute('POST /v1/invoices/:id/void', ({ account, id }) => voidInvoice(account, id)),
  plainRoute('POST /v1/invoices/:id/mark_uncollectible', ({ account, id }) =>
    closeInvoice(account, id, 'uncollectible'),
  ),
  route('POST /v1/invoiceitems', 'InvoiceItemCreateParams', ({ account, params }) =>
    addStandaloneItem(account, params),
  ),
  route('GET /v1/invoiceitems', 'InvoiceItemListParams', ({ account, params, url }) => {
    const all = account
      .list('invoiceitem')
      .filter((item) => !params.customer || idOf(item.customer) === params.customer)
      .filter((item) => !params.invoice || idOf(item.invoice) === params.invoice)
      .filter((item) => params.pending === undefined || (item.invoice === null) === params.pending)
      .filter((item) => isCreatedWithin(item.date, params.created))
    return page(all, params, url)
  }),
  plainRoute('GET /v1/invoiceitems/:id', ({ account, id }) => account.get('invoiceitem', id)),
  route('GET /v1/invoice_payments', 'InvoicePaymentListParams', ({ account, params, url }) => {
    const { payment } = params
    const all = account
      .list('invoice_payment')
      .filter((each) => !params.invoice || idOf(each.invoice) === params.invoice)
      .filter((each) => !params.status || each.status === params.status)
      .filter(
        (each) =>
          !payment?.payment_intent || idOf(each.payment.payment_intent) === payment.payment_intent,
      )
      .filter((each) => isCreatedWithin(each.created, params.created))
    return page(all, params, url)
  }),
  plainRoute('GET /v1/invoice_payments/:id', ({ account, id }) =>
    account.get('invoice_payment', id),
  ),
]

export const invoiceIncludables: Includables = {
  'invoice.payments': (account, { id }) =>
    wholeList(
      account.list('invoice_payment').filter((each) => idOf(each.invoice) === id),
      `/v1/invoice_payments?invoice=${id}`,
    ),
  'invoice.confirmation_secret': (account, { id }) => {
    const intent = account.find(
      'payment_intent',
      idOf(paymentOf(account, id)?.payment.payment_intent),
    )
    return intent ? { client_secret: intent.client_secret, type: 'payment_intent' } : null
  },
}

function draft({ account, params }: Call<Stripe.InvoiceCreateParams>): Stripe.Invoice {
  const customer = account.get('customer', params.customer ?? '', 'customer')
  if (params.subscription) {
    throw invalidRequest(
      "Purser's stand-in for Stripe makes the invoices of subscriptions by itself.",
      'subscription',
    )
  }
  const lines =
    params.pending_invoice_items_behavior === 'exclude'
      ? []
      : takeStandaloneLines(account, customer.id)
  const now = account.now(customer)
  const methodId = params.default_payment_method ?? null
  if (methodId) account.get('payment_method', methodId, 'default_payment_method')
  const invoice = createInvoice(account, {
    customerId: customer.id,
    subscription: null,
    reason: 'manual',
    lines,
    period: { start: now, end: now },
    currency: lines[0]?.currency ?? params.currency ?? 'usd',
    autoAdvance: params.auto_advance ?? false,
    metadata: mergeMetadata({}, params.metadata),
    description: orNull(params.description),
    ...(params.auto_advance ? { finalizesAt: now + account.settings.draft_seconds } : {}),
  })
  return methodId === null
    ? invoice
    : account.update('invoice', invoice.id, { default_payment_method: methodId })
}

/** Items that wait, onto a draft. New lines without an item are not served. */
function addItems({ account, id, params }: Call<Stripe.InvoiceAddLinesParams>): Stripe.Invoice {
  if (account.get('invoice', id).status !== 'draft') {
    throw invalidRequest('This invoice is no longer editable.', undefined, 'invoice_not_editable')
  }
  const itemIds = params.lines.map(({ invoice_item: itemId }) => {
    if (itemId) return account.get('invoiceitem', itemId, 'lines[invoice_item]').id
    throw invalidRequest("Purser's stand-in for Stripe adds items only.", 'lines')
  })
  return addLines(
    account,
    id,
    itemIds.map((itemId) => takeLineOfItem(account, itemId)),
  )
}

function pay({ account, id, params }: Call<Stripe.InvoicePayParams>): Stripe.Invoice {
  if (account.get('invoice', id).status === 'draft') finalizeInvoice(account, id)
  const invoice = account.get('invoice', id)
  if (invoice.status === 'paid')
    throw invalidRequest('Invoice is already paid', undefined, 'invoice_already_paid')
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw invalidRequest(
      `This invoice can't be paid: it is ${invoice.status}.`,
      undefined,
      'invoice_not_editable',
    )
  }
  if (params.paid_out_of_band) return settleInvoice(account, id)
  const methodId = params.payment_method ?? null
  if (methodId) account.get('payment_method', methodId, 'payment_method')
  const subscription = account.find('subscription', subscriptionIdOf(invoice))
  const known = methodId ?? defaultMethodOf(account, idOf(invoice.customer) ?? '', subscription)
  if (invoice.amount_due > 0 && known === null) throw noPaymentMethod()
  const tried = payInvoice(account, id, { methodId, isOffSession: params.off_session ?? true })
  if (tried.status === 'paid') return tried
  const intent = account.find(
    'payment_intent',
    idOf(paymentOf(account, id)?.payment.payment_intent),
  )
  if (intent?.last_payment_error) throw declineRefusal(intent)
  return tried
}
