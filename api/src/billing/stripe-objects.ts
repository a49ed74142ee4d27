import type Stripe from 'stripe'
import type { MoneyBack } from '../db/purchases.ts'
import { isoOfSeconds, usdOfCents } from './money.ts'

/** Stripe answers an id, or the object itself when it was expanded. */
export function idOf(reference: string | { id: string } | null | undefined): string | null {
  if (reference === null || reference === undefined) return null
  return typeof reference === 'string' ? reference : reference.id
}

/** The object, where it was expanded. */
export function expanded<Expanded extends { id: string }>(
  reference: string | Expanded | null | undefined,
): Expanded | null {
  return typeof reference === 'object' && reference !== null ? reference : null
}

/** A refund that failed or was canceled gave nothing back; all others did or will. */
export function moneyBackOfRefund(refund: Stripe.Refund): MoneyBack {
  return {
    id: refund.id,
    payment_intent_id: idOf(refund.payment_intent),
    amount_usd: usdOfCents(refund.amount),
    currency: refund.currency,
    status: refund.status ?? 'pending',
    counts: refund.status !== 'failed' && refund.status !== 'canceled',
    reason: refund.failure_reason ?? refund.reason ?? null,
    created_at: isoOfSeconds(refund.created),
  }
}

/**
 * Whether the bank has the money at the moment. The movements of the account say so; where they are
 * not listed, the status does. Inquiries (`warning_…`) and what was prevented move no money.
 */
function isMoneyGone(dispute: Stripe.Dispute): boolean {
  if (dispute.status === 'won' || dispute.status === 'prevented') return false
  if (dispute.status.startsWith('warning_')) return false
  const moved = dispute.balance_transactions.reduce((sum, { amount }) => sum + amount, 0)
  return dispute.balance_transactions.length === 0 || moved < 0
}

export function moneyBackOfDispute(dispute: Stripe.Dispute): MoneyBack {
  const dueBy = dispute.evidence_details.due_by
  return {
    id: dispute.id,
    payment_intent_id: idOf(dispute.payment_intent),
    amount_usd: usdOfCents(dispute.amount),
    currency: dispute.currency,
    status: dispute.status,
    counts: isMoneyGone(dispute),
    reason: dispute.reason,
    evidence_due_at: dueBy === null ? null : isoOfSeconds(dueBy),
    created_at: isoOfSeconds(dispute.created),
  }
}

/** "Visa •••• 4242"; other kinds by their name. */
export function labelOfPaymentMethod(method: Pick<Stripe.PaymentMethod, 'type' | 'card'>): string {
  if (!method.card) return capitalized(method.type)
  return `${capitalized(method.card.brand)} •••• ${method.card.last4}`
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).replaceAll('_', ' ')
}
