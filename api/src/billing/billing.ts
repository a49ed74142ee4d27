import type Stripe from 'stripe'
import { createBillingAccountQueries } from '../db/billing-accounts.ts'
import type { Database } from '../db/client.ts'
import { createPurchaseQueries } from '../db/purchases.ts'
import { createCheckout } from './checkout.ts'
import { createCustomers } from './customers.ts'
import { openPortal } from './portal.ts'
import { createPurchases } from './purchases.ts'

export type Billing = ReturnType<typeof createBilling>

/** Everything that needs Stripe, built once; there is none while no key is set. */
export function createBilling(stripe: Stripe, sql: Database, webUrl: string) {
  const accounts = createBillingAccountQueries(sql)
  const queries = createPurchaseQueries(sql)
  const customers = createCustomers(stripe, accounts)
  return {
    stripe,
    accounts,
    customers,
    purchases: createPurchases(stripe, queries, accounts),
    checkout: createCheckout({ stripe, queries, accounts, customers, webUrl }),
    portal: (organizationId: string, returnPath: string | null) =>
      openPortal({ stripe, customers, webUrl }, organizationId, returnPath),
  }
}
