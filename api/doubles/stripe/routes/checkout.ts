import type Stripe from 'stripe'
import { expireSession } from '../checkout/complete.ts'
import { createSession } from '../checkout/create.ts'
import { invalidRequest } from '../http/errors.ts'
import type { Includables } from '../http/expand.ts'
import { isCreatedWithin, page, wholeList } from '../http/list.ts'
import { plainRoute, route, type Route } from '../http/route.ts'
import type { Account } from '../state/account.ts'
import { idOf } from '../state/objects.ts'

export const checkoutRoutes: Route[] = [
  route('POST /v1/checkout/sessions', 'Checkout.SessionCreateParams', ({ account, params }) =>
    createSession(account, params),
  ),
  route('GET /v1/checkout/sessions', 'Checkout.SessionListParams', ({ account, params, url }) => {
    const email = params.customer_details?.email
    const all = account
      .list('checkout.session')
      .filter((session) => !params.customer || idOf(session.customer) === params.customer)
      .filter(
        (session) =>
          !params.payment_intent || idOf(session.payment_intent) === params.payment_intent,
      )
      .filter(
        (session) => !params.subscription || idOf(session.subscription) === params.subscription,
      )
      .filter((session) => !params.status || session.status === params.status)
      .filter((session) => !email || session.customer_details?.email === email)
      .filter((session) => isCreatedWithin(session.created, params.created))
    return page(all, params, url)
  }),
  plainRoute('GET /v1/checkout/sessions/:id', ({ account, id }) =>
    account.get('checkout.session', id),
  ),
  route(
    'GET /v1/checkout/sessions/:id/line_items',
    'Checkout.SessionListLineItemsParams',
    (call) => {
      const session = call.account.get('checkout.session', call.id)
      return page(lineItemsOf(call.account, session), call.params, call.url)
    },
  ),
  plainRoute('POST /v1/checkout/sessions/:id/expire', ({ account, id }) => {
    const session = account.get('checkout.session', id)
    if (session.status !== 'open') {
      throw invalidRequest(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`,
      )
    }
    return expireSession(account, id)
  }),
]

export const checkoutIncludables: Includables = {
  'checkout.session.line_items': (account, { id }) =>
    wholeList(
      lineItemsOf(account, account.get('checkout.session', id)),
      `/v1/checkout/sessions/${id}/line_items`,
    ),
}

function lineItemsOf(account: Account, session: Stripe.Checkout.Session): Stripe.LineItem[] {
  return account.hidden.checkouts[session.id]?.lineItems ?? []
}
