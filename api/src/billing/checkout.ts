import type Stripe from 'stripe'
import type { BillingAccountQueries } from '../db/billing-accounts.ts'
import type { CheckoutRequest, OpenOutcome, PurchaseQueries, PurchaseRow } from '../db/purchases.ts'
import { AppError, invalidInput } from '../errors.ts'
import type { Customers } from './customers.ts'
import { centsOfUsd } from './money.ts'
import { forCaller } from './stripe-client.ts'
import { pageUrl } from './urls.ts'

const NOT_OPENED = 'The payment page could not be opened. You were not charged.'

export interface Checkout {
  purchase: PurchaseRow
  sessionId: string
  url: string
  replayed: boolean
}

export interface CheckoutOptions {
  stripe: Stripe
  queries: PurchaseQueries
  accounts: BillingAccountQueries
  customers: Customers
  /** Where the web app stands, without a slash at its end. */
  webUrl: string
}

/** Opens Stripe's payment page for a package; what was paid is learnt from Stripe afterwards. */
export function createCheckout(options: CheckoutOptions) {
  const { queries, accounts } = options

  return async function checkout(request: CheckoutRequest, role: string): Promise<Checkout> {
    const opened = await queries.open(request, await accounts.actor(request.userId, role))
    if (opened.outcome !== 'opened' && opened.outcome !== 'replayed') {
      throw refusalOf(opened.outcome, opened.unlocked_by_plan)
    }
    const purchase = await queries.find(request.organizationId, opened.purchase_id ?? '')
    if (!purchase) throw new Error('a purchase that was opened is not there')
    const isReplay = opened.outcome === 'replayed' || purchase.stripe_checkout_session_id !== null
    const standing = isReplay ? purchase : await openPage(purchase, request.returnPath, options)
    return {
      purchase: standing,
      sessionId: standing.stripe_checkout_session_id ?? '',
      url: standing.checkout_url ?? pageAfter(standing, request.returnPath, options.webUrl),
      replayed: isReplay,
    }
  }
}

/** Where a buyer goes whose page has closed: the web app shows what became of the purchase. */
function pageAfter({ id, status }: PurchaseRow, returnPath: string | null, webUrl: string): string {
  const isOver = status === 'failed' || status === 'expired'
  return isOver
    ? pageUrl(webUrl, returnPath, { checkout: 'canceled' })
    : returnUrl(webUrl, returnPath, id)
}

/** When Stripe cannot open a page, the purchase has failed and says so; the same request may try anew. */
async function openPage(
  purchase: PurchaseRow,
  returnPath: string | null,
  options: CheckoutOptions,
): Promise<PurchaseRow> {
  const { queries } = options
  try {
    const { id, url } = await forCaller(() => createSession(purchase, returnPath, options))
    if (url === null) throw new Error(`session ${id} has no page`)
    const standing = await queries.attachCheckout(purchase, { sessionId: id, url })
    if (standing.stripe_checkout_session_id !== null) return standing
    // Another call for the same purchase failed meanwhile, and told its buyer so.
    throw new AppError('billing_unavailable', { retry_after_seconds: 1 }, { message: NOT_OPENED })
  } catch (error) {
    await queries.attachCheckout(purchase, { failureReason: NOT_OPENED })
    throw error
  }
}

async function createSession(
  purchase: PurchaseRow,
  returnPath: string | null,
  { stripe, customers, webUrl }: CheckoutOptions,
): Promise<Stripe.Checkout.Session> {
  const customer = await customers.ensure(purchase.organization_id)
  const name = `${Number(purchase.credits).toLocaleString('en-US')} credits`
  const metadata = {
    purser_organization_id: purchase.organization_id,
    purser_purchase_id: purchase.id,
    purser_package_id: purchase.package_id ?? '',
  }
  return stripe.checkout.sessions.create(
    {
      mode: 'payment',
      customer,
      client_reference_id: purchase.id,
      line_items: [
        {
          quantity: 1,
          price_data: {
            currency: purchase.currency,
            unit_amount: centsOfUsd(purchase.price_usd),
            product_data: { name },
          },
        },
      ],
      metadata,
      payment_intent_data: { metadata, description: name, setup_future_usage: 'off_session' },
      success_url: returnUrl(webUrl, returnPath, purchase.id),
      cancel_url: pageUrl(webUrl, returnPath, { checkout: 'canceled' }),
      // As the row has it, so that all callers of one attempt send the same.
      ...(purchase.expires_at && {
        expires_at: Math.floor(purchase.expires_at.getTime() / 1000),
      }),
    },
    { idempotencyKey: `purser-purchase-${purchase.id}-${purchase.checkout_attempts}` },
  )
}

const returnUrl = (webUrl: string, returnPath: string | null, purchaseId: string) =>
  pageUrl(webUrl, returnPath, { checkout: 'success', purchase: purchaseId })

function refusalOf(
  outcome: Exclude<OpenOutcome, 'opened' | 'replayed'>,
  unlockedByPlan: string | null,
): AppError {
  switch (outcome) {
    case 'topup_not_allowed':
      return new AppError(outcome, { unlocked_by_plan: unlockedByPlan })
    case 'idempotency_conflict':
    case 'subscription_inactive':
      return new AppError(outcome)
    case 'rate_limited':
      return new AppError(
        outcome,
        { retry_after_seconds: 3600 },
        { message: 'Too many purchases are open. Finish one, or wait until they close.' },
      )
    case 'unknown_package':
      return invalidInput('package_id', 'package_on_offer', 'This package is not offered.')
    case 'invalid_key':
      return invalidInput('idempotency_key', outcome)
    case 'unknown_organization':
      return new AppError('not_found', {}, { message: 'There is no such organization.' })
    default:
      return unexpected(outcome satisfies never)
  }
}

function unexpected(outcome: unknown): never {
  throw new Error(`open_credit_purchase answered an unknown outcome: ${String(outcome)}`)
}
