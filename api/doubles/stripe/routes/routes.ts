import type { Includables } from '../http/expand.ts'
import type { Route } from '../http/route.ts'
import { catalogRoutes } from './catalog.ts'
import { checkoutIncludables, checkoutRoutes } from './checkout.ts'
import { customerRoutes } from './customers.ts'
import { eventRoutes } from './events.ts'
import { paymentRoutes } from './payments.ts'

/** All of Stripe that the double has; the README of the doubles lists it. */
export const ROUTES: Route[] = [
  ...customerRoutes,
  ...catalogRoutes,
  ...checkoutRoutes,
  ...paymentRoutes,
  ...eventRoutes,
]

export const INCLUDABLES: Includables = {
  ...checkoutIncludables,
}
