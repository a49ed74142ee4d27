import type { Includables } from '../http/expand.ts'
import type { Route } from '../http/route.ts'
import { catalogRoutes } from './catalog.ts'
import { checkoutIncludables, checkoutRoutes } from './checkout.ts'
import { customerRoutes } from './customers.ts'
import { eventRoutes } from './events.ts'
import { invoiceIncludables, invoiceRoutes } from './invoices.ts'
import { paymentRoutes } from './payments.ts'
import { portalRoutes } from './portal.ts'
import { refundIncludables, refundRoutes } from './refunds.ts'
import { subscriptionIncludables, subscriptionRoutes } from './subscriptions.ts'
import { testClockRoutes } from './test-clocks.ts'

/** All of Stripe that the double has; the README of the doubles lists it. */
export const ROUTES: Route[] = [
  ...customerRoutes,
  ...catalogRoutes,
  ...checkoutRoutes,
  ...paymentRoutes,
  ...refundRoutes,
  ...subscriptionRoutes,
  ...invoiceRoutes,
  ...portalRoutes,
  ...eventRoutes,
  ...testClockRoutes,
]

export const INCLUDABLES: Includables = {
  ...checkoutIncludables,
  ...refundIncludables,
  ...subscriptionIncludables,
  ...invoiceIncludables,
}
