import type Stripe from 'stripe'
import type { BillingAccountQueries } from '../db/billing-accounts.ts'
import type { AppliedRow, PurchaseQueries, PurchaseRow } from '../db/purchases.ts'
import { readPurchase } from './purchase-state.ts'

/** Each time somebody else has applied something in between. */
const MAXIMUM_READS = 8

export interface PurchaseName {
  organizationId: string
  purchaseId: string
}

/** What an event says about where to look, for a purchase that has not heard of it yet. */
export interface StripeHint {
  sessionId?: string
  paymentIntentId?: string
}

export interface SyncedPurchase {
  purchase: PurchaseRow
  /** null: Stripe has not been asked for anything yet, or the hint is a page that nobody was shown. */
  applied: AppliedRow | null
}

export type Purchases = ReturnType<typeof createPurchases>

const METADATA_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The purchase that an object of Stripe is about, by the metadata we gave it; null for others. */
export function purchaseOfMetadata(metadata: Stripe.Metadata | null): PurchaseName | null {
  const organizationId = metadata?.['purser_organization_id']
  const purchaseId = metadata?.['purser_purchase_id']
  if (!organizationId || !purchaseId) return null
  if (!METADATA_ID.test(organizationId) || !METADATA_ID.test(purchaseId)) return null
  return { organizationId, purchaseId }
}

/** Brings purchases to what Stripe says they are. Every event and the comparison end here. */
export function createPurchases(
  stripe: Stripe,
  queries: PurchaseQueries,
  accounts: BillingAccountQueries,
) {
  /**
   * Reads the purchase's whole state from Stripe and applies it in one transaction. Repeats the
   * reading when somebody else applied something meanwhile: what was read might be the older.
   */
  async function sync(name: PurchaseName, hint: StripeHint = {}): Promise<SyncedPurchase> {
    for (let reads = 1; ; reads++) {
      const purchase = await queries.find(name.organizationId, name.purchaseId)
      // Money for something that we do not know: an operator has to look.
      if (!purchase) throw new Error(`unknown purchase ${name.purchaseId}`)
      if (isOtherSession(purchase, hint)) {
        await refuseIfPaid(stripe, purchase, hint.sessionId)
        return { purchase, applied: null }
      }
      const read = await readPurchase(stripe, purchase, hint)
      if (!read) return { purchase, applied: null }
      const applied = await queries.apply(purchase, read.state)
      if (applied.outcome === 'stale' && reads < MAXIMUM_READS) continue
      if (applied.outcome !== 'applied') {
        throw new Error(`purchase ${purchase.id} was not applied: ${applied.outcome}`)
      }
      if (read.state.payment === 'paid' && purchase.paid_at === null && read.paymentMethod) {
        const { id, label } = read.paymentMethod
        await accounts.savePaymentMethod(purchase.organization_id, id, label)
      }
      return { purchase, applied }
    }
  }

  return {
    sync,

    /** The purchase that a payment is for; null when it is for something else, as an invoice. */
    async ofPaymentIntent(paymentIntentId: string): Promise<PurchaseName | null> {
      const known = await queries.findByPaymentIntent(paymentIntentId)
      if (known) return { organizationId: known.organization_id, purchaseId: known.id }
      const intent = await stripe.paymentIntents.retrieve(paymentIntentId)
      return purchaseOfMetadata(intent.metadata)
    },
  }
}

function isOtherSession(
  purchase: PurchaseRow,
  hint: StripeHint,
): hint is StripeHint & { sessionId: string } {
  const own = purchase.stripe_checkout_session_id
  return hint.sessionId !== undefined && own !== null && own !== hint.sessionId
}

/** Of several pages that were asked for, one was shown. Should another be paid, somebody must look. */
async function refuseIfPaid(
  stripe: Stripe,
  purchase: PurchaseRow,
  sessionId: string,
): Promise<void> {
  const { status } = await stripe.checkout.sessions.retrieve(sessionId)
  if (status !== 'complete') return
  const own = String(purchase.stripe_checkout_session_id)
  throw new Error(`purchase ${purchase.id} has session ${own}, not ${sessionId}`)
}
