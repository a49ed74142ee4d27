import type Stripe from 'stripe'
import type {
  CopyOutcome,
  PaidLine,
  PlanStanding,
  SubscriptionQueries,
} from '../db/subscriptions.ts'
import type { BillingAccountQueries } from '../db/billing-accounts.ts'
import {
  INVOICE_EXPANSIONS,
  intentsOfInvoice,
  invoiceRow,
  paidLines,
  subscriptionOfInvoice,
} from './invoice-state.ts'
import { isoOfSeconds } from './money.ts'
import { planOfPrice, type Prices } from './prices.ts'
import {
  expanded,
  idOf,
  labelOfPaymentMethod,
  moneyBackOfDispute,
  moneyBackOfRefund,
} from './stripe-objects.ts'

/** Each time somebody else has copied in between. */
const MAXIMUM_READS = 8

export interface SyncedInvoice {
  /** null: the invoice is nobody's here. */
  organizationId: string | null
  status: string
  /** Paid lines that count for plan and credits, whenever they were applied. */
  lines: number
  detail: string
}

export interface SyncedMoneyBack extends SyncedInvoice {
  /** Credits that went (positive) or came again. */
  withdrawn: string
}

export interface SyncedSubscription {
  organizationId: string | null
  outcome: CopyOutcome | 'unknown_customer'
}

export interface SubscriptionsOptions {
  stripe: Stripe
  prices: Prices
  queries: SubscriptionQueries
  accounts: BillingAccountQueries
}

export type Subscriptions = ReturnType<typeof createSubscriptions>

/**
 * Brings plan, periods and credits of organizations to what Stripe says. Whatever the event, what is
 * applied is the state that is read from Stripe now: subscriptions as a copy that a later reading
 * overtakes, paid invoice lines each once.
 */
export function createSubscriptions({ stripe, prices, queries, accounts }: SubscriptionsOptions) {
  /** Copies a subscription. One that nobody has heard of is begun by its paid invoice. */
  async function syncSubscription(
    subscriptionId: string,
    customerId: string,
    { mayBegin = true } = {},
  ): Promise<SyncedSubscription> {
    for (let reads = 1; ; reads++) {
      const standing = await queries.findByCustomer(customerId)
      if (!standing) return { organizationId: null, outcome: 'unknown_customer' }
      const organizationId = standing.organization_id
      const subscription = await stripe.subscriptions.retrieve(subscriptionId, {
        expand: ['default_payment_method'],
      })
      const outcome = await queries.copy(organizationId, {
        subscriptionId,
        revision: standing.subscription_revision,
        ...stateOf(subscription),
      })
      if (outcome === 'stale' && reads < MAXIMUM_READS) continue
      if (outcome === 'stale')
        throw new Error(`subscription ${subscriptionId} changes all the time`)
      if (outcome === 'other_subscription' && mayBegin) {
        const began = await beginByInvoice(standing, subscription)
        if (began) return syncSubscription(subscriptionId, customerId, { mayBegin: false })
      }
      if (outcome === 'copied') await saveCard(organizationId, subscription)
      return { organizationId, outcome }
    }
  }

  /** The webhook of a first invoice may be late or lost. */
  async function beginByInvoice(
    { stripe_subscription_id: running }: PlanStanding,
    subscription: Stripe.Subscription,
  ): Promise<boolean> {
    const invoiceId = idOf(subscription.latest_invoice)
    const isLive = ['active', 'trialing', 'past_due'].includes(subscription.status)
    if (running !== null || !isLive || invoiceId === null) return false
    const { lines } = await syncInvoice(invoiceId, { copies: false })
    return lines > 0
  }

  async function saveCard(
    organizationId: string,
    subscription: Stripe.Subscription,
  ): Promise<void> {
    const method = expanded(subscription.default_payment_method)
    if (!method) return
    const account = await accounts.find(organizationId)
    if (account?.stripe_payment_method_id != null) return
    await accounts.savePaymentMethod(organizationId, method.id, labelOfPaymentMethod(method))
  }

  /** The card that the customer chose in the portal is charged from then on, so it is the one that is shown. */
  async function syncCard(customerId: string): Promise<string | null> {
    const standing = await queries.findByCustomer(customerId)
    if (!standing) return null
    const customer = await stripe.customers.retrieve(customerId, {
      expand: ['invoice_settings.default_payment_method'],
    })
    const method = customer.deleted
      ? null
      : expanded(customer.invoice_settings.default_payment_method)
    if (method) {
      const label = labelOfPaymentMethod(method)
      await accounts.savePaymentMethod(standing.organization_id, method.id, label)
    }
    return standing.organization_id
  }

  /** Records an invoice, applies its lines when it is paid, and copies its subscription. */
  async function syncInvoice(invoiceId: string, { copies = true } = {}): Promise<SyncedInvoice> {
    const invoice = await stripe.invoices.retrieve(invoiceId, { expand: INVOICE_EXPANSIONS })
    const status = invoice.status ?? 'draft'
    const customerId = idOf(invoice.customer)
    const standing = customerId === null ? null : await queries.findByCustomer(customerId)
    if (!standing || customerId === null) {
      return { organizationId: null, status, lines: 0, detail: 'nobody’s invoice' }
    }
    const organizationId = standing.organization_id
    const subscriptionId = subscriptionOfInvoice(invoice)
    const notes: string[] = []
    let lines = 0
    if (status === 'paid' && subscriptionId !== null) {
      const trialEnd = await trialEndOf(invoice, subscriptionId)
      for (const line of await paidLines(stripe, prices, invoice, trialEnd)) {
        const { outcome, granted_credits } = await applyLine(standing, customerId, line)
        if (outcome !== 'other_subscription') lines += 1
        notes.push(`${line.kind} of ${line.planId}: ${outcome}, ${granted_credits} credits`)
      }
    }
    // Only after its lines: an invoice that is known as paid is not looked for again.
    await queries.recordInvoice(organizationId, invoiceRow(invoice))
    if (copies && subscriptionId !== null) {
      const { outcome } = await syncSubscription(subscriptionId, customerId, { mayBegin: false })
      notes.push(`subscription ${outcome}`)
    }
    const detail = `invoice ${invoiceId} ${status}${notes.map((note) => `; ${note}`).join('')}`
    return { organizationId, status, lines, detail }
  }

  /** Only lines that cost nothing may be of a trial. */
  async function trialEndOf(invoice: Stripe.Invoice, subscriptionId: string) {
    if (invoice.lines.data.every(({ amount }) => amount !== 0)) return null
    return (await stripe.subscriptions.retrieve(subscriptionId)).trial_end
  }

  async function applyLine(standing: PlanStanding, customerId: string, line: PaidLine) {
    const organizationId = standing.organization_id
    let applied = await queries.applyLine(organizationId, line)
    if (applied.outcome === 'other_subscription') {
      const running = (await queries.find(organizationId))?.stripe_subscription_id
      // Perhaps it has ended and we have not heard of that.
      if (running) await syncSubscription(running, customerId, { mayBegin: false })
      applied = await queries.applyLine(organizationId, line)
    }
    switch (applied.outcome) {
      case 'applied':
      case 'waiting':
      case 'lapsed':
        return applied
      case 'other_subscription':
        await endSecondSubscription(line.subscriptionId, line.invoiceId)
        return applied
      default:
        throw new Error(`line ${line.id} was not applied: ${applied.outcome}`)
    }
  }

  /**
   * Two payment pages were paid: the organization has a subscription already. The second one ends at
   * once and its payment is given back. One that has ended by itself is left alone.
   */
  async function endSecondSubscription(subscriptionId: string, invoiceId: string): Promise<void> {
    const second = await stripe.subscriptions.retrieve(subscriptionId)
    if (second.status === 'canceled' || second.status === 'incomplete_expired') return
    const invoice = await stripe.invoices.retrieve(invoiceId, { expand: INVOICE_EXPANSIONS })
    for (const payment_intent of intentsOfInvoice(invoice)) {
      await stripe.refunds.create(
        { payment_intent, reason: 'duplicate' },
        { idempotencyKey: `purser-second-subscription-${payment_intent}` },
      )
    }
    await stripe.subscriptions.cancel(subscriptionId)
  }

  return {
    syncSubscription,
    syncCard,
    syncInvoice,

    /** Refunds and disputes of a payment, if it is one for an invoice. null: it is not. */
    async syncMoneyBack(paymentIntentId: string): Promise<SyncedMoneyBack | null> {
      const payments = await stripe.invoicePayments.list({
        payment: { type: 'payment_intent', payment_intent: paymentIntentId },
        limit: 1,
      })
      const invoiceId = idOf(payments.data[0]?.invoice)
      if (invoiceId === null) return null
      const synced = await syncInvoice(invoiceId)
      if (synced.organizationId === null) return { ...synced, withdrawn: '0' }
      const withdrawn = await withdrawInvoice(synced.organizationId, invoiceId)
      return { ...synced, withdrawn, detail: `${synced.detail}; withdrawn ${withdrawn} credits` }
    },
  }

  /** Asks Stripe again when somebody has applied something meanwhile: what was read might be the older. */
  async function withdrawInvoice(organizationId: string, invoiceId: string): Promise<string> {
    for (let reads = 1; reads <= MAXIMUM_READS; reads++) {
      const standing = await queries.find(organizationId)
      if (!standing) break
      const { subscription_revision: revision } = standing
      const invoice = await stripe.invoices.retrieve(invoiceId, { expand: INVOICE_EXPANSIONS })
      const moneyBack = await moneyBackOf(stripe, intentsOfInvoice(invoice))
      const done = await queries.withdrawInvoice(organizationId, invoiceId, revision, moneyBack)
      if (done !== null) return done
    }
    throw new Error(`what was given back of invoice ${invoiceId} was not applied`)
  }
}

async function moneyBackOf(stripe: Stripe, paymentIntentIds: string[]) {
  const refunds: object[] = []
  const disputes: object[] = []
  for (const payment_intent of paymentIntentIds) {
    const filter = { payment_intent, limit: 100 }
    const given = await stripe.refunds.list(filter).autoPagingToArray({ limit: 1000 })
    const disputed = await stripe.disputes.list(filter).autoPagingToArray({ limit: 1000 })
    refunds.push(...given.map(moneyBackOfRefund))
    disputes.push(...disputed.map(moneyBackOfDispute))
  }
  return { refunds, disputes }
}

function stateOf(subscription: Stripe.Subscription) {
  const [item] = subscription.items.data
  const cancelAt =
    subscription.cancel_at ??
    (subscription.cancel_at_period_end ? (item?.current_period_end ?? null) : null)
  return {
    status: subscription.status,
    planId: item ? planOfPrice(item.price) : null,
    cancelAt: cancelAt === null ? null : isoOfSeconds(cancelAt),
    trialEndsAt: subscription.trial_end === null ? null : isoOfSeconds(subscription.trial_end),
  }
}
