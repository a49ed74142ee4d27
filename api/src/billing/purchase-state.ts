import type Stripe from 'stripe'
import type { PurchaseRow, PurchaseState } from '../db/purchases.ts'
import { isoOfSeconds, usdOfCents } from './money.ts'
import { expanded, idOf, moneyBackOfDispute, moneyBackOfRefund } from './stripe-objects.ts'

const WITH_CHARGE = 'latest_charge'

/** What Stripe says, with the card that was used. */
export interface ReadPurchase {
  state: PurchaseState
  paymentMethod: { id: string; label: string } | null
}

/**
 * Reads everything that Stripe knows about a purchase: its session, payment, refunds and disputes.
 * null: Stripe has not been asked for anything yet. `sessionId` and `paymentIntentId` are those of an
 * event, for a purchase that a crash kept from hearing of them.
 */
export async function readPurchase(
  stripe: Stripe,
  purchase: PurchaseRow,
  hint: { sessionId?: string; paymentIntentId?: string },
): Promise<ReadPurchase | null> {
  if (purchase.kind === 'checkout') {
    const sessionId = purchase.stripe_checkout_session_id ?? (await sessionOf(stripe, hint))
    if (sessionId === null) return null
    const session = await stripe.checkout.sessions.retrieve(sessionId, {
      expand: [`payment_intent.${WITH_CHARGE}`],
    })
    const intent = expanded(session.payment_intent)
    return withMoneyBack(stripe, intent, {
      ...stateOfIntent(intent),
      ...stateOfSession(session, intent),
      checkout_session_id: session.id,
    })
  }
  if (purchase.kind === 'pay_as_you_go') return readOnAccount(stripe, purchase)
  const paymentIntentId = purchase.stripe_payment_intent_id ?? hint.paymentIntentId
  if (paymentIntentId === undefined) return null
  const intent = await stripe.paymentIntents.retrieve(paymentIntentId, { expand: [WITH_CHARGE] })
  return withMoneyBack(stripe, intent, {
    payment: paymentOfIntent(intent),
    amount_usd: usdOfCents(intent.amount),
    currency: intent.currency,
    ...stateOfIntent(intent),
  })
}

/** On account: the item of the next invoice, and what became of that. Money goes back of the invoice. */
async function readOnAccount(stripe: Stripe, purchase: PurchaseRow): Promise<ReadPurchase | null> {
  if (purchase.stripe_invoice_item_id === null) return null
  const item = await stripe.invoiceItems.retrieve(purchase.stripe_invoice_item_id, {
    expand: ['invoice'],
  })
  const invoice = expanded(item.invoice)
  const status = invoice?.status ?? null
  return {
    state: {
      payment:
        status === 'paid'
          ? 'paid'
          : status === 'void' || status === 'uncollectible'
            ? 'failed'
            : 'processing',
      amount_usd: usdOfCents(item.amount),
      currency: item.currency,
      ...(invoice && { invoice_id: invoice.id }),
      ...(status === 'uncollectible' && { failure_reason: 'The invoice was not paid.' }),
      refunds: [],
      disputes: [],
    },
    paymentMethod: null,
  }
}

async function sessionOf(
  stripe: Stripe,
  { sessionId, paymentIntentId }: { sessionId?: string; paymentIntentId?: string },
): Promise<string | null> {
  if (sessionId !== undefined) return sessionId
  if (paymentIntentId === undefined) return null
  const found = await stripe.checkout.sessions.list({ payment_intent: paymentIntentId, limit: 1 })
  return found.data[0]?.id ?? null
}

type KnownState = Omit<PurchaseState, 'refunds' | 'disputes'>

/** `complete` says that the buyer is through, not that he has paid: that is `payment_status`. */
export function stateOfSession(
  session: Stripe.Checkout.Session,
  intent: Stripe.PaymentIntent | null,
): KnownState {
  // Before tax, as the price of a package.
  const sum = {
    amount_usd: usdOfCents(session.amount_subtotal ?? 0),
    currency: session.currency ?? 'none',
  }
  if (session.payment_status === 'paid') return { payment: 'paid', ...sum }
  if (session.status === 'open') return { payment: 'open', ...sum }
  if (session.status === 'expired') {
    return { payment: 'expired', failure_reason: 'The payment page was left.', ...sum }
  }
  const payment = intent === null ? 'processing' : paymentOfIntent(intent)
  return { payment: payment === 'open' ? 'processing' : payment, ...sum }
}

/** Nobody is at the page of an automatic payment: what waits for the buyer has failed. */
const FAILED = ['canceled', 'requires_payment_method', 'requires_action', 'requires_confirmation']

export function paymentOfIntent({ status }: Stripe.PaymentIntent): PurchaseState['payment'] {
  if (status === 'succeeded') return 'paid'
  return FAILED.includes(status) ? 'failed' : 'processing'
}

function stateOfIntent(intent: Stripe.PaymentIntent | null): Partial<KnownState> {
  if (!intent) return {}
  const charge = expanded(intent.latest_charge)
  const failure =
    intent.last_payment_error?.message ??
    (intent.status === 'canceled' ? 'The payment was canceled.' : undefined)
  return {
    payment_intent_id: intent.id,
    ...(failure !== undefined && { failure_reason: failure }),
    ...(charge && { charge_id: charge.id, paid_at: isoOfSeconds(charge.created) }),
    ...(charge?.receipt_url && { receipt_url: charge.receipt_url }),
  }
}

async function withMoneyBack(
  stripe: Stripe,
  intent: Stripe.PaymentIntent | null,
  state: KnownState,
): Promise<ReadPurchase> {
  const charge = expanded(intent?.latest_charge)
  if (!intent || !charge) {
    return { state: { ...state, refunds: [], disputes: [] }, paymentMethod: null }
  }
  const filter = { payment_intent: intent.id, limit: 100 }
  const [refunds, disputes] = await Promise.all([
    stripe.refunds.list(filter).autoPagingToArray({ limit: 1000 }),
    stripe.disputes.list(filter).autoPagingToArray({ limit: 1000 }),
  ])
  const methodId = idOf(intent.payment_method)
  return {
    state: {
      ...state,
      refunds: refunds.map(moneyBackOfRefund),
      disputes: disputes.map(moneyBackOfDispute),
    },
    paymentMethod:
      methodId === null || intent.setup_future_usage === null
        ? null
        : { id: methodId, label: labelOfCharge(charge) },
  }
}

function labelOfCharge(charge: Stripe.Charge): string {
  const card = charge.payment_method_details?.card
  const brand = card?.brand ?? charge.payment_method_details?.type ?? 'card'
  const name = `${brand.slice(0, 1).toUpperCase()}${brand.slice(1).replaceAll('_', ' ')}`
  return card?.last4 ? `${name} •••• ${card.last4}` : name
}
