import type Stripe from 'stripe'
import type { PurchaseQueries, PurchaseState } from '../db/purchases.ts'
import type { KnownMoneyBack, KnownPurchase, ReconciliationQueries } from '../db/reconciliation.ts'
import { paymentOfIntent, stateOfSession } from './purchase-state.ts'
import { expanded, moneyBackOfDispute, moneyBackOfRefund } from './stripe-objects.ts'
import { purchaseOfMetadata, type Purchases, type StripeHint } from './purchases.ts'
import { createFindings, type Reconciler } from './reconcile.ts'
import type { Subscriptions } from './subscriptions.ts'

/** Stripe tries to deliver an event for three days. */
const PAYMENT_DAYS = 4
/** A refund can fail for a month after it was made; a dispute may take months until it is decided. */
const REFUND_DAYS = 35
const DISPUTE_DAYS = 120
const PAGE = 100
const MAXIMUM_UNSETTLED = 500

const since = (days: number) => ({
  created: { gte: Math.floor(Date.now() / 1000) - days * 86_400 },
  limit: PAGE,
})

export interface ReconcilePurchasesOptions {
  purchases: Purchases
  /** Refunds and disputes of invoices are theirs. */
  subscriptions: Pick<Subscriptions, 'syncMoneyBack'>
  queries: PurchaseQueries
  known: ReconciliationQueries
}

/** Payment pages and automatic payments of the last days, page by page. */
export function reconcilePayments({ purchases, known }: ReconcilePurchasesOptions): Reconciler {
  return async ({ stripe, log }) => {
    const { findings, compared, different } = createFindings('payments')
    async function compare(payments: Payment[]): Promise<void> {
      const ours = payments.flatMap((payment) => {
        const name = purchaseOfMetadata(payment.metadata)
        return name ? [{ name, payment }] : []
      })
      const stored = await known.purchases(ours.map(({ name }) => name.purchaseId))
      compared(ours.length)
      for (const { name, payment } of ours) {
        const problem = problemOf(payment, stored.get(name.purchaseId))
        if (problem === null) continue
        const what = `purchase ${name.purchaseId}: ${problem}`
        await different(what, () => purchases.sync(name, payment.hint), log)
      }
    }
    const sessions = stripe.checkout.sessions.list({
      ...since(PAYMENT_DAYS),
      expand: ['data.payment_intent'],
    })
    await inPages(sessions, async (page) => compare(page.flatMap(paymentOfSession)))
    const intents = stripe.paymentIntents.list(since(PAYMENT_DAYS))
    await inPages(intents, async (page) => compare(page.flatMap(paymentOfAutomatic)))
    return findings
  }
}

interface Payment {
  metadata: Stripe.Metadata | null
  hint: StripeHint
  stands: PurchaseState['payment']
}

function paymentOfSession(session: Stripe.Checkout.Session): Payment[] {
  if (session.mode !== 'payment') return []
  const { payment } = stateOfSession(session, expanded(session.payment_intent))
  return [{ metadata: session.metadata, hint: { sessionId: session.id }, stands: payment }]
}

function paymentOfAutomatic(intent: Stripe.PaymentIntent): Payment[] {
  // Those of payment pages are compared with their pages.
  if (intent.setup_future_usage !== null) return []
  const hint = { paymentIntentId: intent.id }
  return [{ metadata: intent.metadata, hint, stands: paymentOfIntent(intent) }]
}

function problemOf({ stands, hint }: Payment, stored: KnownPurchase | undefined): string | null {
  if (!stored) return stands === 'paid' ? 'paid, but unknown here' : null
  // A page that nobody was shown, because Stripe's answer was lost, and that nobody has used.
  const own = stored.stripe_checkout_session_id
  const isOther = hint.sessionId !== undefined && own !== null && own !== hint.sessionId
  if (isOther && (stands === 'open' || stands === 'expired')) return null
  const isPaid = stands === 'paid'
  const isWaiting = stored.status === 'open' || stored.status === 'processing'
  const isBehind = isWaiting && stands !== 'open' && stands !== stored.status
  return isPaid !== stored.is_paid || isBehind ? `${stands}, but ${stored.status} here` : null
}

/** Refunds and disputes: whatever is not written as Stripe has it. */
export function reconcileMoneyBack(options: ReconcilePurchasesOptions): Reconciler {
  const { known } = options
  return async ({ stripe, log }) => {
    const { findings, compared, different } = createFindings('money_back')
    async function compare(
      listed: {
        back: Pick<KnownMoneyBack, 'id' | 'status' | 'amount_usd'>
        payment: string | null
      }[],
      stored: Map<string, KnownMoneyBack>,
    ): Promise<void> {
      compared(listed.length)
      for (const { back, payment } of listed) {
        const row = stored.get(back.id)
        const isSame =
          row?.status === back.status && Number(row.amount_usd) === Number(back.amount_usd)
        if (isSame || payment === null) continue
        const what = `${back.id}: ${back.status}, but ${row?.status ?? 'unknown'} here`
        try {
          if (await syncMoneyBack(options, payment)) await different(what, async () => {}, log)
        } catch (error) {
          await different(what, () => Promise.reject(error as Error), log)
        }
      }
    }
    await inPages(stripe.refunds.list(since(REFUND_DAYS)), async (page) => {
      const backs = page.map(moneyBackOfRefund)
      await compare(backs.map(withPayment), await known.refunds(page.map(({ id }) => id)))
    })
    await inPages(stripe.disputes.list(since(DISPUTE_DAYS)), async (page) => {
      const backs = page.map(moneyBackOfDispute)
      await compare(backs.map(withPayment), await known.disputes(page.map(({ id }) => id)))
    })
    return findings
  }
}

/** Whether the payment is of a purchase or an invoice that is ours. */
async function syncMoneyBack(
  { purchases, subscriptions }: ReconcilePurchasesOptions,
  paymentIntentId: string,
): Promise<boolean> {
  const name = await purchases.ofPaymentIntent(paymentIntentId)
  if (name) await purchases.sync(name, { paymentIntentId })
  const invoice = name ? null : await subscriptions.syncMoneyBack(paymentIntentId)
  return name !== null || (invoice !== null && invoice.organizationId !== null)
}

const withPayment = <Back extends { payment_intent_id: string | null }>(back: Back) => ({
  back,
  payment: back.payment_intent_id,
})

/** Ours that wait for something, whatever their age. */
export function reconcileUnsettled(options: ReconcilePurchasesOptions): Reconciler {
  const { purchases, subscriptions, queries, known } = options
  return async ({ log }) => {
    const { findings, compared, different } = createFindings('unsettled')
    const unsettled = await known.unsettledPurchases(MAXIMUM_UNSETTLED)
    compared(unsettled.length)
    for (const { organization_id: organizationId, id, status } of unsettled) {
      try {
        const name = { organizationId, purchaseId: id }
        const { purchase, applied } = await purchases.sync(name)
        if (!applied) await queries.expire(purchase)
        const now = await queries.find(organizationId, id)
        if (now && now.status !== status) {
          await different(`purchase ${id}: ${status}, now ${now.status}`, async () => {}, log)
        }
      } catch (error) {
        await different(`purchase ${id}: ${status}`, () => Promise.reject(error as Error), log)
      }
    }
    const invoices = await known.unsettledInvoices(MAXIMUM_UNSETTLED)
    compared(invoices.length)
    for (const { invoice_id: id, payment_intent_id: payment } of invoices) {
      try {
        const synced = await subscriptions.syncMoneyBack(payment)
        if (synced && Number(synced.withdrawn) !== 0) {
          await different(`invoice ${id}: withdrew ${synced.withdrawn}`, async () => {}, log)
        }
      } catch (error) {
        await different(`invoice ${id}`, () => Promise.reject(error as Error), log)
      }
    }
    return findings
  }
}

/** A list of Stripe, a page at a time, so that each page asks the database once. */
async function inPages<Item>(
  list: AsyncIterable<Item>,
  work: (page: Item[]) => Promise<void>,
): Promise<void> {
  let page: Item[] = []
  for await (const item of list) {
    page.push(item)
    if (page.length < PAGE) continue
    await work(page)
    page = []
  }
  if (page.length > 0) await work(page)
}
