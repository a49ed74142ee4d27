import type Stripe from 'stripe'
import type { BillingAccountQueries } from '../db/billing-accounts.ts'
import type { FundingQueries } from '../db/funding.ts'
import type { PurchaseQueries } from '../db/purchases.ts'
import { centsOfUsd } from './money.ts'
import type { PurchaseName } from './purchases.ts'

export type PayAsYouGo = ReturnType<typeof createPayAsYouGo>

/**
 * Credits on account. The block is granted in the database; here it is put onto the next invoice of
 * the subscription, once: its id is the key at Stripe, and the item is looked for before it is made.
 */
export function createPayAsYouGo(options: {
  stripe: Stripe
  funding: FundingQueries
  queries: PurchaseQueries
  accounts: BillingAccountQueries
}) {
  const { stripe, funding, queries, accounts } = options

  return {
    async invoice({ organizationId, purchaseId }: PurchaseName): Promise<void> {
      const purchase = await queries.find(organizationId, purchaseId)
      if (purchase?.kind !== 'pay_as_you_go' || purchase.stripe_invoice_item_id !== null) return
      const account = await accounts.find(organizationId)
      const customer = account?.stripe_customer_id
      if (!account || !customer) throw new Error(`organization ${organizationId} has no customer`)
      const item =
        (await existingItem(stripe, customer, purchase)) ??
        (await stripe.invoiceItems.create(
          {
            customer,
            amount: centsOfUsd(purchase.price_usd),
            currency: purchase.currency,
            description: `${Number(purchase.credits).toLocaleString('en-US')} credits on account`,
            ...(account.stripe_subscription_id !== null && {
              subscription: account.stripe_subscription_id,
            }),
            metadata: {
              purser_organization_id: organizationId,
              purser_purchase_id: purchaseId,
            },
          },
          { idempotencyKey: `purser-on-account-${purchaseId}` },
        ))
      await funding.attachInvoiceItem(organizationId, purchaseId, item.id)
    },
  }
}

async function existingItem(
  stripe: Stripe,
  customer: string,
  purchase: { id: string; created_at: Date },
): Promise<Stripe.InvoiceItem | null> {
  const items = stripe.invoiceItems.list({
    customer,
    created: { gte: Math.floor(purchase.created_at.getTime() / 1000) - 60 },
    limit: 100,
  })
  for await (const item of items) {
    if (item.metadata?.['purser_purchase_id'] === purchase.id) return item
  }
  return null
}
