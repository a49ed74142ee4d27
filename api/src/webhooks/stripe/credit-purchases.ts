import type Stripe from 'stripe'
import { idOf } from '../../billing/stripe-objects.ts'
import { purchaseOfMetadata, type PurchaseName, type StripeHint } from '../../billing/purchases.ts'
import type { StripeEventResult } from '../../billing/stripe-inbox.ts'
import {
  applied,
  ignored,
  stripeEventHandler,
  type StripeEventContext,
  type StripeEventHandler,
} from './handler.ts'

/**
 * Purchases of credits. Whatever the event, the answer is the same: read the purchase from Stripe and
 * apply its state, so it does not matter which of them came, in which order and how often.
 */
async function syncPurchase(
  name: PurchaseName | null,
  { purchases }: StripeEventContext,
  hint: StripeHint = {},
): Promise<StripeEventResult> {
  if (!name) return ignored('not about a purchase of credits')
  const { applied: row } = await purchases.sync(name, hint)
  const detail = row
    ? `purchase ${name.purchaseId}: ${row.status}, granted ${row.granted_credits}, withdrawn ${row.withdrawn_credits}`
    : `purchase ${name.purchaseId}: nothing to apply`
  return applied(detail, name.organizationId)
}

const ofSession = (session: Stripe.Checkout.Session, context: StripeEventContext) =>
  syncPurchase(session.mode === 'payment' ? purchaseOfMetadata(session.metadata) : null, context, {
    sessionId: session.id,
  })

const ofPayment = (intent: Stripe.PaymentIntent, context: StripeEventContext) =>
  syncPurchase(purchaseOfMetadata(intent.metadata), context, { paymentIntentId: intent.id })

async function ofMoneyBack(
  { payment_intent }: { payment_intent: string | { id: string } | null },
  context: StripeEventContext,
): Promise<StripeEventResult> {
  const id = idOf(payment_intent)
  if (id === null) return ignored('without a payment intent, so not one of ours')
  const name = await context.purchases.ofPaymentIntent(id)
  return syncPurchase(name, context, { paymentIntentId: id })
}

/** Credits on account are lines of an invoice; the invoice itself is the business of subscriptions. */
async function ofInvoice(
  invoice: Stripe.Invoice,
  context: StripeEventContext,
): Promise<StripeEventResult> {
  const lines = invoice.lines.has_more
    ? await context.stripe.invoices
        .listLineItems(invoice.id, { limit: 100 })
        .autoPagingToArray({ limit: MAXIMUM_LINES })
    : invoice.lines.data
  const names = lines.flatMap(({ metadata }) => purchaseOfMetadata(metadata) ?? [])
  const [first] = names
  if (!first) return ignored('no credits on account')
  for (const name of names) await context.purchases.sync(name)
  return applied(`${names.length} purchases on account`, first.organizationId)
}

const invoiceTypes = ['invoice.paid', 'invoice.marked_uncollectible', 'invoice.voided'] as const

const sessionTypes = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
] as const

const paymentTypes = [
  'payment_intent.succeeded',
  'payment_intent.processing',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
] as const

const refundTypes = ['refund.created', 'refund.updated', 'refund.failed'] as const

const disputeTypes = [
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
] as const

const MAXIMUM_LINES = 1000

export const topUpHandlers: readonly StripeEventHandler[] = [
  ...sessionTypes.map((type) =>
    stripeEventHandler({ type, handle: ({ data }, context) => ofSession(data.object, context) }),
  ),
  ...paymentTypes.map((type) =>
    stripeEventHandler({ type, handle: ({ data }, context) => ofPayment(data.object, context) }),
  ),
  ...refundTypes.map((type) =>
    stripeEventHandler({ type, handle: ({ data }, context) => ofMoneyBack(data.object, context) }),
  ),
  ...disputeTypes.map((type) =>
    stripeEventHandler({ type, handle: ({ data }, context) => ofMoneyBack(data.object, context) }),
  ),
  ...invoiceTypes.map((type) =>
    stripeEventHandler({ type, handle: ({ data }, context) => ofInvoice(data.object, context) }),
  ),
  // A cross-check: the refund's own events say the same.
  stripeEventHandler({
    type: 'charge.refunded',
    handle: ({ data }, context) => ofMoneyBack(data.object, context),
  }),
]
