import type { Database } from './client.ts'
import type { PurchaseStatus } from './purchases.ts'

export interface KnownPurchase {
  organization_id: string
  id: string
  status: PurchaseStatus
  stripe_checkout_session_id: string | null
  refunded_usd: string
  is_paid: boolean
}

export type UnsettledPurchase = Pick<KnownPurchase, 'organization_id' | 'id' | 'status'>

/** A refund or a dispute as it was written. */
export interface KnownMoneyBack {
  id: string
  status: string
  amount_usd: string
}

export type ReconciliationQueries = ReturnType<typeof createReconciliationQueries>

/** What we have, for comparing it with what Stripe has. */
export function createReconciliationQueries(sql: Database) {
  return {
    async purchases(ids: string[]): Promise<Map<string, KnownPurchase>> {
      const rows = await sql<KnownPurchase[]>`
        select organization_id, id, status, stripe_checkout_session_id, refunded_usd,
          paid_at is not null as is_paid
        from public.credit_purchases where id = any (${ids}::uuid[])`
      return new Map(rows.map((row) => [row.id, row]))
    },

    async refunds(ids: string[]): Promise<Map<string, KnownMoneyBack>> {
      const rows = await sql<KnownMoneyBack[]>`
        select id, status, amount_usd from public.billing_refunds where id = any (${ids}::text[])`
      return new Map(rows.map((row) => [row.id, row]))
    },

    async disputes(ids: string[]): Promise<Map<string, KnownMoneyBack>> {
      const rows = await sql<KnownMoneyBack[]>`
        select id, status, amount_usd from public.billing_disputes where id = any (${ids}::text[])`
      return new Map(rows.map((row) => [row.id, row]))
    },

    /** What waits for something at Stripe for longer than it should, or could not be withdrawn yet. */
    async unsettledPurchases(limit: number): Promise<UnsettledPurchase[]> {
      return sql<UnsettledPurchase[]>`
        select organization_id, id, status
        from private.unsettled_purchases(${limit}::int)`
    },

    /** The same of invoices. */
    async unsettledInvoices(
      limit: number,
    ): Promise<{ invoice_id: string; payment_intent_id: string }[]> {
      return sql<{ invoice_id: string; payment_intent_id: string }[]>`
        select invoice_id, payment_intent_id from private.unsettled_invoices(${limit}::int)`
    },
  }
}
