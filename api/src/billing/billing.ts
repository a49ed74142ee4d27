import type Stripe from 'stripe'
import { createBillingAccountQueries, type BillingAccountQueries } from '../db/billing-accounts.ts'
import type { Database } from '../db/client.ts'
import { createPlanChangeQueries } from '../db/plan-changes.ts'
import { createFundingQueries } from '../db/funding.ts'
import { createPurchaseQueries, type PurchaseQueries } from '../db/purchases.ts'
import { createReconciliationQueries } from '../db/reconciliation.ts'
import { createSubscriptionQueries } from '../db/subscriptions.ts'
import type { Logger } from '../observability.ts'
import { createAutoTopups } from './auto-topups.ts'
import { createCheckout } from './checkout.ts'
import { createCustomers, type Customers } from './customers.ts'
import { createPlanChanges } from './plan-changes.ts'
import { createPlanCheckout } from './plan-checkout.ts'
import { createPlanPreviews } from './plan-previews.ts'
import { createFunding } from './funded-ledger.ts'
import { createPayAsYouGo } from './pay-as-you-go.ts'
import { openPortal } from './portal.ts'
import { createPrices } from './prices.ts'
import { createPurchases, type Purchases } from './purchases.ts'
import type { Reconciler } from './reconcile.ts'
import { reconcileMoneyBack, reconcilePayments, reconcileUnsettled } from './reconcile-purchases.ts'
import { createSubscriptionChanges } from './subscription-changes.ts'
import { createSubscriptionReconciler } from './subscription-reconciler.ts'
import { createSubscriptions } from './subscriptions.ts'

export type Billing = ReturnType<typeof createBilling>

/** Everything that needs Stripe, built once; there is none while no key is set. */
export function createBilling(stripe: Stripe, sql: Database, webUrl: string, log: Logger) {
  const accounts = createBillingAccountQueries(sql)
  const queries = createPurchaseQueries(sql)
  const customers = createCustomers(stripe, accounts)
  const plans = planPartsOf({ stripe, sql, accounts, customers, webUrl })
  const purchases = createPurchases(stripe, queries, accounts)
  const reconciled = {
    purchases,
    queries,
    subscriptions: plans.subscriptions,
    known: createReconciliationQueries(sql),
  }
  return {
    ...plans,
    ...fundingPartsOf({ stripe, sql, accounts, queries, purchases, log }),
    stripe,
    accounts,
    customers,
    purchases,
    /** Everything that the hourly comparison with Stripe looks at. */
    reconcilers: {
      payments: reconcilePayments(reconciled),
      money_back: reconcileMoneyBack(reconciled),
      unsettled: reconcileUnsettled(reconciled),
      subscriptions: plans.reconcileSubscriptions,
    } satisfies Record<string, Reconciler>,
    checkout: createCheckout({ stripe, queries, accounts, customers, webUrl }),
    portal: (organizationId: string, returnPath: string | null) =>
      openPortal({ stripe, customers, webUrl }, organizationId, returnPath),
  }
}

interface FundingPartsOptions {
  stripe: Stripe
  sql: Database
  accounts: BillingAccountQueries
  queries: PurchaseQueries
  purchases: Purchases
  log: Logger
}

/** What is bought without anybody at the page. */
function fundingPartsOf({ sql, ...options }: FundingPartsOptions) {
  const fundingQueries = createFundingQueries(sql)
  const autoTopups = createAutoTopups({ ...options, funding: fundingQueries })
  const payAsYouGo = createPayAsYouGo({ ...options, funding: fundingQueries })
  const { log } = options
  return {
    fundingQueries,
    autoTopups,
    payAsYouGo,
    funding: createFunding({ queries: fundingQueries, autoTopups, payAsYouGo, log }),
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
    reconcileSubscriptions: createSubscriptionReconciler({ queries, subscriptions }),
    planChanges: createPlanChanges(options),
    planPreview: createPlanPreviews(options),
  }
}
