import type Stripe from 'stripe'
import { invalidRequest } from '../http/errors.ts'
import { attemptPayment, createIntent, LEAST_AMOUNT_CENTS } from '../payments/intents.ts'
import { defaultMethodOf } from '../payments/payment-methods.ts'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { forget, idOf } from '../state/objects.ts'
import { afterInvoiceFailed, afterInvoicePaid } from './consequences.ts'
import { invoiceObject, type NewInvoice } from './invoice-object.ts'

/** A draft; with `finalizesAt` it goes on by itself. */
export function createInvoice(account: Account, input: NewInvoice): Stripe.Invoice {
  const invoice = account.insert('invoice', invoiceObject(account, input), 'invoice.created')
  for (const line of invoice.lines.data) {
    const itemId =
      line.parent?.subscription_item_details?.invoice_item ??
      line.parent?.invoice_item_details?.invoice_item
    if (itemId) account.update('invoiceitem', itemId, { invoice: invoice.id })
  }
  if (input.finalizesAt !== undefined) account.hidden.drafts[invoice.id] = input.finalizesAt
  if (input.subscription)
    account.update('subscription', input.subscription.id, { latest_invoice: invoice.id })
  return invoice
}

/** More lines on a draft. */
export function addLines(
  account: Account,
  invoiceId: string,
  added: Stripe.InvoiceLineItem[],
): Stripe.Invoice {
  const draft = account.get('invoice', invoiceId)
  const data = [...draft.lines.data, ...added.map((line) => ({ ...line, invoice: invoiceId }))]
  const total = data.reduce((sum, line) => sum + line.amount, 0)
  for (const { parent } of added) {
    const itemId = parent?.invoice_item_details?.invoice_item
    if (itemId) account.update('invoiceitem', itemId, { invoice: invoiceId })
  }
  return account.update(
    'invoice',
    invoiceId,
    {
      lines: { ...draft.lines, data },
      total,
      subtotal: total,
      amount_due: Math.max(0, total),
      amount_remaining: Math.max(0, total),
    },
    'invoice.updated',
  )
}

/** From a draft to what can be paid; the customer's balance is added (credit is negative). */
export function finalizeInvoice(
  account: Account,
  invoiceId: string,
  paidBy?: { intentId: string },
): Stripe.Invoice {
  const draft = account.get('invoice', invoiceId)
  if (draft.status !== 'draft') {
    throw invalidRequest(
      "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
      undefined,
      'invoice_not_editable',
    )
  }
  forget(account.hidden.drafts, invoiceId)
  const customer = account.get('customer', idOf(draft.customer) ?? '')
  const number = customer.next_invoice_sequence ?? 1
  const { balance } = customer
  const sum = draft.total + balance
  // Too little to charge is kept for the next invoice, as is what the customer is owed.
  const due = sum < LEAST_AMOUNT_CENTS ? 0 : sum
  const endingBalance = sum - due
  account.update('customer', customer.id, { next_invoice_sequence: number + 1 })
  account.update('customer', customer.id, { balance: endingBalance }, 'customer.updated')
  const page = `${account.baseUrl}/i/${invoiceId}`
  const open = account.update('invoice', invoiceId, {
    status: 'open',
    number: `${customer.invoice_prefix}-${String(number).padStart(4, '0')}`,
    hosted_invoice_url: page,
    invoice_pdf: `${page}/pdf`,
    starting_balance: balance,
    ending_balance: endingBalance,
    amount_due: due,
    amount_remaining: due,
    automatically_finalizes_at: null,
    effective_at: account.now(customer),
    status_transitions: { ...draft.status_transitions, finalized_at: account.now(customer) },
  })
  account.emit('invoice.finalized', open)
  if (due > 0) addPayment(account, open, paidBy?.intentId ?? intentFor(account, open).id)
  return open
}

function intentFor(account: Account, invoice: Stripe.Invoice): Stripe.PaymentIntent {
  const reasons: Record<string, string> = {
    subscription_create: 'Subscription creation',
    subscription_update: 'Subscription update',
  }
  return createIntent(account, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: idOf(invoice.customer),
    description: reasons[invoice.billing_reason ?? ''] ?? `Payment for Invoice ${invoice.number}`,
    setupFutureUsage: 'off_session',
  })
}

function addPayment(account: Account, invoice: Stripe.Invoice, intentId: string): void {
  const payment = {
    id: newId('inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: account.now(invoice.customer as string),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { type: 'payment_intent', payment_intent: intentId },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  } satisfies Stripe.InvoicePayment
  account.insert('invoice_payment', payment)
}

export function paymentOf(account: Account, invoiceId: string): Stripe.InvoicePayment | undefined {
  return account.list('invoice_payment').find((payment) => idOf(payment.invoice) === invoiceId)
}

export interface PayOptions {
  methodId?: string | null
  isOffSession?: boolean
  isAuthenticated?: boolean
}

/** Pays an open invoice with the card on file; the answer's status says whether that went well. */
export function payInvoice(
  account: Account,
  invoiceId: string,
  options: PayOptions = {},
): Stripe.Invoice {
  const invoice = account.get('invoice', invoiceId)
  forget(account.hidden.retries, invoiceId)
  const intentId = idOf(paymentOf(account, invoiceId)?.payment.payment_intent)
  if (!intentId || invoice.amount_due === 0) return settleInvoice(account, invoiceId)
  const intent = account.get('payment_intent', intentId)
  if (intent.status === 'succeeded') return settleInvoice(account, invoiceId)
  if (intent.status === 'processing') return invoice
  const customerId = idOf(invoice.customer) ?? ''
  const subscription = account.find('subscription', subscriptionIdOf(invoice))
  const methodId =
    options.methodId ??
    idOf(invoice.default_payment_method) ??
    defaultMethodOf(account, customerId, subscription)
  if (methodId === null) return failInvoice(account, invoiceId)
  const tried = attemptPayment(account, intentId, {
    methodId,
    isOffSession: options.isOffSession ?? true,
    isAuthenticated: options.isAuthenticated ?? false,
    isToldToFail:
      invoice.billing_reason === 'subscription_cycle' && takeFailure(account, customerId),
  })
  if (tried.status === 'succeeded') return settleInvoice(account, invoiceId)
  return tried.status === 'requires_payment_method' ? failInvoice(account, invoiceId) : invoice
}

function takeFailure(account: Account, customerId: string): boolean {
  const { failingRenewals } = account.hidden
  const name = failingRenewals[customerId] ? customerId : '*'
  const left = failingRenewals[name] ?? 0
  if (left > 0) failingRenewals[name] = left - 1
  return left > 0
}

/** The money is there, or none was due. */
export function settleInvoice(account: Account, invoiceId: string): Stripe.Invoice {
  const invoice = account.get('invoice', invoiceId)
  forget(account.hidden.retries, invoiceId)
  const now = account.now(invoice.customer as string)
  const payment = paymentOf(account, invoiceId)
  const paid = account.update(
    'invoice',
    invoiceId,
    {
      status: 'paid',
      attempted: true,
      attempt_count: invoice.attempt_count + (payment ? 1 : 0),
      amount_paid: invoice.amount_due,
      amount_remaining: 0,
      auto_advance: false,
      next_payment_attempt: null,
      status_transitions: { ...invoice.status_transitions, paid_at: now },
    },
    'invoice.updated',
  )
  if (payment) {
    const settled = account.update('invoice_payment', payment.id, {
      status: 'paid',
      amount_paid: invoice.amount_due,
      status_transitions: { canceled_at: null, paid_at: now },
    })
    account.emit('invoice_payment.paid', settled)
  }
  account.emit('invoice.paid', paid)
  account.emit('invoice.payment_succeeded', paid)
  afterInvoicePaid(account, paid)
  return paid
}

/** An attempt failed: the invoice stays open, and its subscription learns of it. */
export function failInvoice(account: Account, invoiceId: string): Stripe.Invoice {
  const invoice = account.get('invoice', invoiceId)
  const attempts = invoice.attempt_count + 1
  const next = nextAttempt(account, invoice, attempts)
  if (next === null) forget(account.hidden.retries, invoiceId)
  else account.hidden.retries[invoiceId] = next
  const failed = account.update(
    'invoice',
    invoiceId,
    { attempted: true, attempt_count: attempts, next_payment_attempt: next },
    'invoice.updated',
  )
  account.emit('invoice.payment_failed', failed)
  const intent = account.find(
    'payment_intent',
    idOf(paymentOf(account, invoiceId)?.payment.payment_intent),
  )
  if (intent?.last_payment_error?.code === 'authentication_required') {
    account.emit('invoice.payment_action_required', failed)
  }
  afterInvoiceFailed(account, failed, next === null)
  return account.get('invoice', invoiceId)
}

/** Only what renews is tried again by itself; a first payment and an upgrade are the customer's. */
function nextAttempt(account: Account, invoice: Stripe.Invoice, attempts: number): number | null {
  if (invoice.billing_reason !== 'subscription_cycle') return null
  const days = account.settings.dunning.retry_days
  const day = days[attempts - 1]
  if (day === undefined) return null
  const now = account.now(invoice.customer as string)
  return now + (day - (days[attempts - 2] ?? 0)) * 86_400
}

export function voidInvoice(account: Account, invoiceId: string): Stripe.Invoice {
  return closeInvoice(account, invoiceId, 'void')
}

export function closeInvoice(
  account: Account,
  invoiceId: string,
  status: 'void' | 'uncollectible',
): Stripe.Invoice {
  const invoice = account.get('invoice', invoiceId)
  const allowed = status === 'void' ? ['open', 'uncollectible'] : ['open']
  if (!allowed.includes(invoice.status ?? '')) {
    throw invalidRequest(
      `You can only pass in open invoices. This invoice isn't open.`,
      undefined,
      'invoice_not_editable',
    )
  }
  forget(account.hidden.retries, invoiceId)
  const now = account.now(invoice.customer as string)
  const moment = status === 'void' ? { voided_at: now } : { marked_uncollectible_at: now }
  const closed = account.update('invoice', invoiceId, {
    status,
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions: { ...invoice.status_transitions, ...moment },
  })
  account.emit(status === 'void' ? 'invoice.voided' : 'invoice.marked_uncollectible', closed)
  return closed
}

export function subscriptionIdOf(invoice: Stripe.Invoice): string | null {
  return idOf(invoice.parent?.subscription_details?.subscription)
}
