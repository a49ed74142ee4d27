import type { FirstInvoiceSubscription } from '@/gql/admin/graphql.ts'
import type { OrganizationSubscription } from './use-plans.ts'

export type FirstInvoice = FirstInvoiceSubscription['billing_invoices'][number]

/** Where the first payment of a plan stands. */
export type FirstPayment = 'waiting' | 'onItsWay' | 'failed' | 'arrived' | 'trial'

/** Longer than anybody spends on the payment page. */
const CHECKOUT_MILLISECONDS = 3_600_000

/**
 * What there is to tell about a first payment; null is nothing. The redirect from the payment page proves nothing, nor
 * does being on the plan, which an organization that subscribes again still has: it is paid for by a subscription when
 * the server says that it is billed. A payment by bank may fail days later, when nobody comes back from anywhere.
 *
 * @param returned the plan whose checkout led back here, and when that was.
 */
export function firstPayment(
  subscription: Pick<OrganizationSubscription, 'plan_id' | 'status' | 'is_billed'>,
  invoice: Pick<FirstInvoice, 'status' | 'payment_problem' | 'created_at'> | null,
  returned: { planId: string; at: number } | null,
): FirstPayment | null {
  if (subscription.is_billed) {
    if (returned?.planId !== subscription.plan_id) return null
    return subscription.status === 'trialing' ? 'trial' : 'arrived'
  }
  // Just after a checkout, an older invoice is not what was paid.
  const isOlder =
    returned !== null &&
    invoice !== null &&
    Date.parse(invoice.created_at) < returned.at - CHECKOUT_MILLISECONDS
  if (invoice?.status === 'open' && !isOlder)
    return invoice.payment_problem === null ? 'onItsWay' : 'failed'
  return returned ? 'waiting' : null
}
