import Stripe from 'stripe'
import type { BillingAccount, BillingAccountQueries } from '../db/billing-accounts.ts'
import type { ClaimOutcome, FundingQueries } from '../db/funding.ts'
import type { PurchaseQueries, PurchaseRow } from '../db/purchases.ts'
import type { Logger } from '../observability.ts'
import { centsOfUsd } from './money.ts'
import { forCaller } from './stripe-client.ts'
import type { PurchaseName, Purchases } from './purchases.ts'
import { labelOfPaymentMethod } from './stripe-objects.ts'

/** From then on the payment is looked for before it is made: its first maker may have died. */
const LOOK_FIRST_AFTER_MILLISECONDS = 60_000
/** Stripe repeats even an outage for a key: after this time what was never made will not be made. */
const GIVE_UP_AFTER_MILLISECONDS = 30 * 60_000
const CHARGE_TIMEOUT_MILLISECONDS = 30_000
const NO_ANSWER = 'The payment provider did not answer. You were not charged.'
const CARD_GONE = 'The saved card cannot be charged any more. Save another one.'

export type AutoTopups = ReturnType<typeof createAutoTopups>

export interface AutoTopupOptions {
  stripe: Stripe
  funding: FundingQueries
  queries: PurchaseQueries
  accounts: BillingAccountQueries
  purchases: Purchases
  log: Logger
}

/** Buys a package with the saved card while nobody is at the page. */
export function createAutoTopups(options: AutoTopupOptions) {
  const { stripe, funding, queries, accounts, purchases, log } = options

  /**
   * Charges the card for a purchase that stands in the database already. The purchase's id is the key
   * at Stripe, so whoever repeats this after a crash gets the payment that was made.
   */
  async function charge(name: PurchaseName): Promise<void> {
    const purchase = await queries.find(name.organizationId, name.purchaseId)
    if (purchase?.status !== 'processing') return
    const hint =
      purchase.stripe_payment_intent_id ?? (await lostPayment(stripe, purchase, accounts))
    if (hint !== null) {
      await purchases.sync(name, { paymentIntentId: hint })
      return
    }
    const account = await accounts.find(name.organizationId)
    const method = account && (await methodOf(stripe, account))
    if (!method) {
      await fail(purchase, CARD_GONE)
      return
    }
    try {
      const intent = await createPayment(stripe, purchase, method)
      await purchases.sync(name, { paymentIntentId: intent.id })
    } catch (error) {
      await declined(purchase, error)
    }
  }

  async function declined(purchase: PurchaseRow, error: unknown): Promise<void> {
    if (error instanceof Stripe.errors.StripeCardError) {
      const intent = error.payment_intent
      if (!intent) return fail(purchase, error.message)
      const name = { organizationId: purchase.organization_id, purchaseId: purchase.id }
      await purchases.sync(name, { paymentIntentId: intent.id })
      // So that nothing can pay it later, when nobody expects it any more.
      await stripe.paymentIntents.cancel(intent.id).catch((err: unknown) => {
        log.warn({ err, payment_intent: intent.id }, 'a declined payment was not canceled')
      })
      return
    }
    if (error instanceof Stripe.errors.StripeInvalidRequestError) {
      log.warn({ err: error, purchase: purchase.id }, 'the saved card was refused')
      return fail(purchase, CARD_GONE)
    }
    // Not known whether it was charged: the job goes on with the same key.
    if (ageOf(purchase) <= GIVE_UP_AFTER_MILLISECONDS) throw error
    const made = await lostPayment(stripe, purchase, accounts)
    if (made === null) return fail(purchase, NO_ANSWER)
    const name = { organizationId: purchase.organization_id, purchaseId: purchase.id }
    await purchases.sync(name, { paymentIntentId: made })
  }

  async function fail(purchase: PurchaseRow, reason: string): Promise<void> {
    const { outcome } = await queries.apply(purchase, {
      payment: 'failed',
      failure_reason: reason,
      refunds: [],
      disputes: [],
    })
    if (outcome !== 'applied') throw new Error(`purchase ${purchase.id} changed: ${outcome}`)
  }

  return {
    charge,

    /** Buys if it is due; several callers at once buy once. */
    async run(organizationId: string): Promise<ClaimOutcome> {
      const { outcome, purchase_id: purchaseId } = await funding.claimAutoTopup(organizationId)
      if (purchaseId !== null) await charge({ organizationId, purchaseId })
      return outcome
    },

    /** Keeps which card would be charged, as the customer chose it in the portal. */
    async findPaymentMethod(organizationId: string): Promise<void> {
      const account = await accounts.find(organizationId)
      const method = account && (await forCaller(() => methodOf(stripe, account)))
      if (method && 'label' in method) {
        await accounts.savePaymentMethod(organizationId, method.id, method.label)
      }
    },
  }
}

const ageOf = ({ created_at }: PurchaseRow) => Date.now() - created_at.getTime()

interface ChargeableMethod {
  id: string
  customer: string
}

/** The customer's default, which he may have changed in the portal, else the card that he paid with. */
async function methodOf(
  stripe: Stripe,
  account: BillingAccount,
): Promise<(ChargeableMethod & { label: string }) | ChargeableMethod | null> {
  const customerId = account.stripe_customer_id
  if (customerId === null) return null
  const customer = await stripe.customers.retrieve(customerId, {
    expand: ['invoice_settings.default_payment_method'],
  })
  if (customer.deleted) return null
  const chosen = customer.invoice_settings.default_payment_method
  if (chosen !== null && typeof chosen === 'object') {
    return { id: chosen.id, customer: customerId, label: labelOfPaymentMethod(chosen) }
  }
  const saved = account.stripe_payment_method_id
  return saved === null ? null : { id: saved, customer: customerId }
}

function createPayment(
  stripe: Stripe,
  purchase: PurchaseRow,
  method: ChargeableMethod,
): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.create(
    {
      amount: centsOfUsd(purchase.price_usd),
      currency: purchase.currency,
      customer: method.customer,
      payment_method: method.id,
      off_session: true,
      confirm: true,
      description: `${Number(purchase.credits).toLocaleString('en-US')} credits (automatic)`,
      metadata: {
        purser_organization_id: purchase.organization_id,
        purser_purchase_id: purchase.id,
        purser_package_id: purchase.package_id ?? '',
      },
    },
    // A bank may think for longer than Stripe's other answers take.
    { idempotencyKey: `purser-purchase-${purchase.id}`, timeout: CHARGE_TIMEOUT_MILLISECONDS },
  )
}

/** The payment of a purchase that somebody began and did not end; keys alone would last for a day. */
async function lostPayment(
  stripe: Stripe,
  purchase: PurchaseRow,
  accounts: BillingAccountQueries,
): Promise<string | null> {
  if (ageOf(purchase) < LOOK_FIRST_AFTER_MILLISECONDS) return null
  const account = await accounts.find(purchase.organization_id)
  if (!account?.stripe_customer_id) return null
  const made = stripe.paymentIntents.list({
    customer: account.stripe_customer_id,
    created: { gte: Math.floor(purchase.created_at.getTime() / 1000) - 60 },
    limit: 100,
  })
  for await (const intent of made) {
    if (intent.metadata['purser_purchase_id'] === purchase.id) return intent.id
  }
  return null
}
