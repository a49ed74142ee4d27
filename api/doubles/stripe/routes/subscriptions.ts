import type Stripe from 'stripe'
import { endSubscription } from '../billing/cancel.ts'
import { pauseSubscription, resumeSubscription } from '../billing/resume.ts'
import { createSubscription } from '../billing/subscribe.ts'
import { updateSubscription } from '../billing/update.ts'
import { noPaymentMethod } from '../billing/change.ts'
import { invalidRequest } from '../http/errors.ts'
import type { Includables } from '../http/expand.ts'
import { isCreatedWithin, page, wholeList } from '../http/list.ts'
import { plainRoute, route, type Call, type Route } from '../http/route.ts'
import { refuseUnserved } from '../params/served.ts'
import { defaultMethodOf } from '../payments/payment-methods.ts'
import { idOf } from '../state/objects.ts'
import { mergeMetadata, orNull } from './fields.ts'

export const subscriptionRoutes: Route[] = [
  route('POST /v1/subscriptions', 'SubscriptionCreateParams', subscribe),
  route('GET /v1/subscriptions', 'SubscriptionListParams', listSubscriptions),
  plainRoute('GET /v1/subscriptions/:id', ({ account, id }) => account.get('subscription', id)),
  route('POST /v1/subscriptions/:id', 'SubscriptionUpdateParams', ({ account, id, params }) =>
    updateSubscription(account, id, params),
  ),
  route('DELETE /v1/subscriptions/:id', 'SubscriptionCancelParams', cancel),
  route('POST /v1/subscriptions/:id/pause', 'SubscriptionPauseParams', ({ account, id, params }) =>
    pauseSubscription(account, id, params),
  ),
  route(
    'POST /v1/subscriptions/:id/resume',
    'SubscriptionResumeParams',
    ({ account, id, params }) => resumeSubscription(account, id, params),
  ),
]

export const subscriptionIncludables: Includables = {
  'customer.subscriptions': (account, { id }) =>
    wholeList(
      account
        .list('subscription')
        .filter((each) => idOf(each.customer) === id && each.status !== 'canceled'),
      `/v1/customers/${id}/subscriptions`,
    ),
}

const SERVED = new Set<string>([
  'customer',
  'items',
  'default_payment_method',
  'metadata',
  'description',
  'trial_end',
  'trial_period_days',
  'trial_settings',
  'off_session',
])

function subscribe({
  account,
  params,
}: Call<Stripe.SubscriptionCreateParams>): Stripe.Subscription {
  refuseUnserved(params, SERVED)
  const customer = account.get('customer', params.customer ?? '', 'customer')
  const items = (params.items ?? []).map((item, index) => {
    const price = account.get('price', item.price ?? '', `items[${index}][price]`)
    if (!price.recurring) {
      throw invalidRequest(
        'The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.',
        `items[${index}][price]`,
      )
    }
    return { price, quantity: item.quantity ?? 1 }
  })
  if (items.length === 0)
    throw invalidRequest('Missing required param: items.', 'items', 'parameter_missing')
  const now = account.now(customer)
  const days = params.trial_period_days
  const trialEnd =
    typeof params.trial_end === 'number' ? params.trial_end : days ? now + days * 86_400 : null
  const methodId = orNull(params.default_payment_method)
  if (methodId) account.get('payment_method', methodId, 'default_payment_method')
  if (trialEnd === null && methodId === null && defaultMethodOf(account, customer.id) === null) {
    throw noPaymentMethod()
  }
  return createSubscription(account, {
    customerId: customer.id,
    items,
    methodId,
    metadata: mergeMetadata({}, params.metadata),
    description: orNull(params.description),
    trialEnd,
    missingPaymentMethod:
      params.trial_settings?.end_behavior.missing_payment_method ?? 'create_invoice',
    payment: trialEnd === null ? 'now' : 'none',
  })
}

function listSubscriptions({ account, params, url }: Call<Stripe.SubscriptionListParams>) {
  const all = account
    .list('subscription')
    .filter((each) => !params.customer || idOf(each.customer) === params.customer)
    .filter((each) => isOfStatus(each.status, params.status))
    .filter(
      (each) => !params.price || each.items.data.some((item) => item.price.id === params.price),
    )
    .filter((each) => isCreatedWithin(each.created, params.created))
  return page(all, params, url)
}

/** Without a status, all that have not ended. */
function isOfStatus(status: string, wanted: string | undefined): boolean {
  if (wanted === 'all') return true
  if (wanted === undefined) return status !== 'canceled' && status !== 'incomplete_expired'
  if (wanted === 'ended') return status === 'canceled' || status === 'incomplete_expired'
  return status === wanted
}

function cancel({
  account,
  id,
  params,
}: Call<Stripe.SubscriptionCancelParams>): Stripe.Subscription {
  const subscription = account.get('subscription', id)
  if (subscription.status === 'canceled') {
    throw invalidRequest(`No such subscription: '${id}'`, 'id', 'resource_missing')
  }
  if (params.prorate || params.invoice_now) {
    throw invalidRequest("Purser's stand-in for Stripe cancels without a last invoice.", 'prorate')
  }
  return endSubscription(account, id, 'cancellation_requested')
}
