import type Stripe from 'stripe'
import type { Customers } from './customers.ts'
import { forCaller } from './stripe-client.ts'
import { pageUrl } from './urls.ts'

/** Stripe's own pages for cards, invoices and addresses of the organization; good for some minutes. */
export async function openPortal(
  { stripe, customers, webUrl }: { stripe: Stripe; customers: Customers; webUrl: string },
  organizationId: string,
  returnPath: string | null,
): Promise<string> {
  const session = await forCaller(async () =>
    stripe.billingPortal.sessions.create({
      customer: await customers.ensure(organizationId),
      return_url: pageUrl(webUrl, returnPath),
    }),
  )
  return session.url
}
