import type Stripe from 'stripe'
import { idOf } from '../../billing/stripe-objects.ts'
import type { StripeEventResult } from '../../billing/stripe-inbox.ts'
import {
  applied,
  ignored,
  stripeEventHandler,
  type StripeEventContext,
  type StripeEventHandler,
} from './handler.ts'

/**
 * Subscriptions and their invoices. Whatever the event, the subscription or the invoice is read from
 * Stripe and applied: paid lines move plan and credits, the rest is a copy of the state.
 */
async function ofSubscription(
  subscriptionId: string | null,
  customerId: string | null,
  { subscriptions }: StripeEventContext,
): Promise<StripeEventResult> {
  if (subscriptionId === null || customerId === null) return ignored('not about a subscription')
  const { organizationId, outcome } = await subscriptions.syncSubscription(
    subscriptionId,
    customerId,
  )
  const detail = `subscription ${subscriptionId}: ${outcome}`
  return organizationId === null ? ignored(detail) : applied(detail, organizationId)
}

async function ofInvoice(
  invoice: Stripe.Invoice,
  { subscriptions }: StripeEventContext,
): Promise<StripeEventResult> {
  const { organizationId, detail } = await subscriptions.syncInvoice(invoice.id)
  return organizationId === null ? ignored(detail) : applied(detail, organizationId)
}

async function ofMoneyBack(
  { payment_intent }: { payment_intent: string | { id: string } | null },
  { subscriptions }: StripeEventContext,
): Promise<StripeEventResult> {
  const id = idOf(payment_intent)
  const synced = id === null ? null : await subscriptions.syncMoneyBack(id)
  if (!synced) return ignored('not a payment of an invoice')
  const { organizationId, detail } = synced
  return organizationId === null ? ignored(detail) : applied(detail, organizationId)
}

async function ofCustomer(
  customerId: string,
  { subscriptions }: StripeEventContext,
): Promise<StripeEventResult> {
  const organizationId = await subscriptions.syncCard(customerId)
  const detail = `card of customer ${customerId}`
  return organizationId === null ? ignored(detail) : applied(detail, organizationId)
}

const subscriptionTypes = [
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.trial_will_end',
] as const

const invoiceTypes = [
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.payment_action_required',
  'invoice.finalized',
  'invoice.finalization_failed',
  'invoice.marked_uncollectible',
  'invoice.voided',
] as const

const moneyBackTypes = [
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
] as const

export const subscriptionHandlers: readonly StripeEventHandler[] = [
  ...subscriptionTypes.map((type) =>
    stripeEventHandler({
      type,
      handle: ({ data: { object } }, context) =>
        ofSubscription(object.id, idOf(object.customer), context),
    }),
  ),
  ...invoiceTypes.map((type) =>
    stripeEventHandler({ type, handle: ({ data }, context) => ofInvoice(data.object, context) }),
  ),
  ...moneyBackTypes.map((type) =>
    stripeEventHandler({ type, handle: ({ data }, context) => ofMoneyBack(data.object, context) }),
  ),
  stripeEventHandler({
    type: 'customer.updated',
    handle: ({ data: { object } }, context) => ofCustomer(object.id, context),
  }),
  stripeEventHandler({
    type: 'checkout.session.completed',
    handle: ({ data: { object } }, context) =>
      ofSubscription(
        object.mode === 'subscription' ? idOf(object.subscription) : null,
        idOf(object.customer),
        context,
      ),
  }),
]
