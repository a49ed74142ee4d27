import type Stripe from 'stripe'
import type { PaidLine } from '../db/subscriptions.ts'
import { isoOfSeconds, usdOfCents } from './money.ts'
import type { Prices } from './prices.ts'
import { expanded, idOf } from './stripe-objects.ts'

/** With the payment that was tried last, which says what was wrong with it. */
export const INVOICE_EXPANSIONS = ['payments.data.payment.payment_intent']

export function subscriptionOfInvoice(invoice: Stripe.Invoice): string | null {
  return idOf(invoice.parent?.subscription_details?.subscription)
}

/** Payments that moved money, or tried to, oldest first. */
export function intentsOfInvoice(invoice: Stripe.Invoice): string[] {
  return (invoice.payments?.data ?? []).flatMap(({ payment }) => {
    const id = idOf(payment.payment_intent)
    return id === null ? [] : [id]
  })
}

/** The columns of billing_invoices. */
export function invoiceRow(invoice: Stripe.Invoice) {
  const [line] = invoice.lines.data.filter(({ amount }) => amount >= 0)
  const { paid_at: paidAt } = invoice.status_transitions
  return {
    id: invoice.id,
    stripe_subscription_id: subscriptionOfInvoice(invoice),
    number: invoice.number,
    status: invoice.status ?? 'draft',
    billing_reason: invoice.billing_reason,
    amount_due_usd: usdOfCents(invoice.amount_due),
    amount_paid_usd: usdOfCents(invoice.amount_paid),
    currency: invoice.currency,
    period_start: line ? isoOfSeconds(line.period.start) : null,
    period_end: line ? isoOfSeconds(line.period.end) : null,
    hosted_invoice_url: invoice.hosted_invoice_url ?? null,
    invoice_pdf_url: invoice.invoice_pdf ?? null,
    payment_problem: problemOf(invoice),
    next_payment_attempt_at:
      invoice.next_payment_attempt === null ? null : isoOfSeconds(invoice.next_payment_attempt),
    created_at: isoOfSeconds(invoice.created),
    paid_at: paidAt === null ? null : isoOfSeconds(paidAt),
  }
}

function lastIntentOf(invoice: Stripe.Invoice): Stripe.PaymentIntent | null {
  const intents = (invoice.payments?.data ?? []).map(({ payment }) =>
    expanded(payment.payment_intent),
  )
  return intents.findLast((each) => each !== null) ?? null
}

/** Whether a bank was asked for the money and has not answered; of an invoice with INVOICE_EXPANSIONS. */
export function isOnItsWay(invoice: Stripe.Invoice): boolean {
  return lastIntentOf(invoice)?.status === 'processing'
}

function problemOf(invoice: Stripe.Invoice): string | null {
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    return invoice.last_finalization_error?.message ?? null
  }
  // A bank debit is on its way for days: that it was tried is no problem yet.
  if (isOnItsWay(invoice)) return null
  const intent = lastIntentOf(invoice)
  if (intent?.status === 'requires_action') return 'The bank wants the payment to be confirmed.'
  if (intent?.last_payment_error?.message) return intent.last_payment_error.message
  return invoice.attempted ? 'The payment failed.' : null
}

/**
 * The lines of a paid invoice that move plan and credits. What is given back for the time on an old
 * plan, and changes that cost nothing (as during a trial), do not; nor do items beside the subscription.
 */
export async function paidLines(
  stripe: Stripe,
  prices: Prices,
  invoice: Stripe.Invoice,
  trialEnd: number | null,
): Promise<PaidLine[]> {
  const listed = invoice.lines.has_more
    ? await stripe.invoices.listLineItems(invoice.id).autoPagingToArray({ limit: 1000 })
    : invoice.lines.data
  const lines: PaidLine[] = []
  for (const line of listed) {
    const details = line.parent?.subscription_item_details
    const subscriptionId = idOf(details?.subscription)
    const priceId = idOf(line.pricing?.price_details?.price)
    if (!details || subscriptionId === null || priceId === null) continue
    if (line.amount < 0 || (details.proration && line.amount === 0)) continue
    const planId = await prices.planOf(priceId)
    // Money for something that we do not know: an operator has to look.
    if (planId === null) throw new Error(`line ${line.id} has a price that is no plan: ${priceId}`)
    const isTrial = line.amount === 0 && trialEnd !== null && line.period.end <= trialEnd
    lines.push({
      id: line.id,
      invoiceId: invoice.id,
      subscriptionId,
      planId,
      kind: details.proration ? 'change' : isTrial ? 'trial' : 'period',
      periodStart: isoOfSeconds(line.period.start),
      periodEnd: isoOfSeconds(line.period.end),
      amountUsd: usdOfCents(line.amount),
    })
  }
  return lines.toSorted(
    (one, other) => Number(one.kind === 'change') - Number(other.kind === 'change'),
  )
}
