import type Stripe from 'stripe'
import { createBillingAccountQueries, type BillingAccountQueries } from '../db/billing-accounts.ts'
import type { Database } from '../db/client.ts'
import { createPlanChangeQueries } from '../db/plan-changes.ts'
import { createPurchaseQueries } from '../db/purchases.ts'
import { createSubscriptionQueries } from '../db/subscriptions.ts'
import { createCheckout } from './checkout.ts'
import { createCustomers, type Customers } from './customers.ts'
import { createPlanChanges } from './plan-changes.ts'
import { createPlanCheckout } from './plan-checkout.ts'
import { createPlanPreviews } from './plan-previews.ts'
import { openPortal } from './portal.ts'
import { createPrices } from './prices.ts'
import { createPurchases } from './purchases.ts'
import { createSubscriptionChanges } from './subscription-changes.ts'
import { createSubscriptions } from './subscriptions.ts'

export type Billing = ReturnType<typeof createBilling>

/** Everything that needs Stripe, built once; there is none while no key is set. */
export function createBilling(stripe: Stripe, sql: Database, webUrl: string) {
  const accounts = createBillingAccountQueries(sql)
  const queries = createPurchaseQueries(sql)
  const customers = createCustomers(stripe, accounts)
  const plans = planPartsOf({ stripe, sql, accounts, customers, webUrl })
  return {
    ...plans,
    stripe,
    accounts,
    customers,
    purchases: createPurchases(stripe, queries, accounts),
    checkout: createCheckout({ stripe, queries, accounts, customers, webUrl }),
    portal: (organizationId: string, returnPath: string | null) =>
      openPortal({ stripe, customers, webUrl }, organizationId, returnPath),
  }
}

interface PlanPartsOptions {
  stripe: Stripe
  sql: Database
  accounts: BillingAccountQueries
  customers: Customers
  webUrl: string
}

/** Subscriptions and changes of them. */
function planPartsOf({ stripe, sql, accounts, customers, webUrl }: PlanPartsOptions) {
  const queries = createSubscriptionQueries(sql)
  const prices = createPrices(stripe)
  const subscriptions = createSubscriptions({ stripe, prices, queries, accounts })
  const options = {
    stripe,
    queries,
    answers: createPlanChangeQueries(sql),
    subscriptions,
    changes: createSubscriptionChanges(stripe, prices),
    checkout: createPlanCheckout({ stripe, customers, prices, webUrl }),
    prices,
  }
  return {
    prices,
    subscriptions,
    planChanges: createPlanChanges(options),
    planPreview: createPlanPreviews(options),
  }
}
