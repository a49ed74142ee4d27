import type Stripe from 'stripe'
import { invalidRequest } from '../http/errors.ts'
import { route, type Call, type Route } from '../http/route.ts'
import { newId } from '../state/ids.ts'
import { orNull } from './fields.ts'

export const portalRoutes: Route[] = [
  route('POST /v1/billing_portal/sessions', 'BillingPortal.SessionCreateParams', openPortal),
]

function openPortal({
  account,
  params,
}: Call<Stripe.BillingPortal.SessionCreateParams>): Stripe.BillingPortal.Session {
  const customer = account.get('customer', params.customer ?? '', 'customer')
  if (params.flow_data) {
    throw invalidRequest(
      "Purser's stand-in for Stripe opens the portal's first page only.",
      'flow_data',
    )
  }
  const id = newId('bps')
  const session = {
    id,
    object: 'billing_portal.session',
    configuration: 'bpc_purser_offline_double',
    created: account.now(customer),
    customer: customer.id,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: params.locale ?? null,
    on_behalf_of: null,
    return_url: orNull(params.return_url),
    url: `${account.baseUrl}/p/session/${id}`,
  } satisfies Stripe.BillingPortal.Session
  return account.insert('billing_portal.session', session, 'billing_portal.session.created')
}
