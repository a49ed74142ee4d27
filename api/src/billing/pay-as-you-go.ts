import type Stripe from 'stripe'
import type { BillingAccountQueries } from '../db/billing-accounts.ts'
import type { FundingQueries } from '../db/funding.ts'
import type { PurchaseQueries } from '../db/purchases.ts'
import { centsOfUsd } from './money.ts'
import type { PurchaseName, Purchases } from './purchases.ts'

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
  purchases: Purchases
}) {
  const { stripe, funding, queries, accounts, purchases } = options

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

    /**
     * Puts credits on account onto an invoice of their own, when the subscription whose next invoice
     * they waited for has ended: no other would come. One that is on an invoice is left to it.
     */
    async collect(name: PurchaseName): Promise<void> {
      const purchase = await queries.find(name.organizationId, name.purchaseId)
      const itemId = purchase?.stripe_invoice_item_id
      const account = await accounts.find(name.organizationId)
      const customer = account?.stripe_customer_id
      if (!itemId || !customer) return
      const item = await stripe.invoiceItems.retrieve(itemId)
      if (item.invoice === null) {
        const invoice = await stripe.invoices.create(
          {
            customer,
            auto_advance: true,
            pending_invoice_items_behavior: 'exclude',
            ...(account.stripe_payment_method_id !== null && {
              default_payment_method: account.stripe_payment_method_id,
            }),
          },
          { idempotencyKey: `purser-on-account-invoice-${name.purchaseId}` },
        )
        await stripe.invoices.addLines(
          invoice.id,
          { lines: [{ invoice_item: itemId }] },
          { idempotencyKey: `purser-on-account-line-${name.purchaseId}` },
        )
      }
      await purchases.sync(name)
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
