import type { Database } from './client.ts'
import type { PurchaseStatus } from './purchases.ts'

export interface KnownPurchase {
  organization_id: string
  id: string
  status: PurchaseStatus
  refunded_usd: string
  is_paid: boolean
}

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
        select organization_id, id, status, refunded_usd, paid_at is not null as is_paid
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
    async unsettledPurchases(limit: number): Promise<KnownPurchase[]> {
      return sql<KnownPurchase[]>`
        select organization_id, id, status, refunded_usd, is_paid
        from private.unsettled_purchases(${limit}::int)`
    },
  }
}
