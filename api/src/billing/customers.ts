import type Stripe from 'stripe'
import type { BillingAccountQueries } from '../db/billing-accounts.ts'
import { AppError } from '../errors.ts'

export type Customers = ReturnType<typeof createCustomers>

/**
 * The customer of an organization at Stripe: one, however many ask at the same time. Callers of this
 * process share one request; those of other processes send the same idempotency key; and of two that
 * were made all the same, the database keeps the first.
 */
export function createCustomers(stripe: Stripe, accounts: BillingAccountQueries) {
  const underWay = new Map<string, Promise<string>>()

  async function create(organizationId: string): Promise<string> {
    const account = await accounts.find(organizationId)
    if (!account) {
      throw new AppError('not_found', {}, { message: 'There is no such organization.' })
    }
    if (account.stripe_customer_id !== null) return account.stripe_customer_id
    // Nothing that may change stands in the first request: its key must find it equal for a day.
    const customer = await stripe.customers.create(
      { metadata: { purser_organization_id: organizationId } },
      { idempotencyKey: `purser-customer-${organizationId}` },
    )
    const stands = await accounts.setCustomer(organizationId, customer.id)
    if (stands === null) throw new Error('the organization is gone')
    if (stands === customer.id) {
      await stripe.customers.update(stands, {
        name: account.name,
        ...(account.owner_email !== null && { email: account.owner_email }),
      })
    }
    return stands
  }

  return {
    /** Its id; made when there is none. */
    async ensure(organizationId: string): Promise<string> {
      const running = underWay.get(organizationId)
      if (running) return running
      const promise = create(organizationId).finally(() => underWay.delete(organizationId))
      underWay.set(organizationId, promise)
      return promise
    },
  }
}
