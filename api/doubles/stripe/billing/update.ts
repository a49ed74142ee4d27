import type Stripe from 'stripe'
import { invalidRequest } from '../http/errors.ts'
import { mergeMetadata, orNull } from '../routes/fields.ts'
import { refuseUnserved } from '../params/served.ts'
import type { Account } from '../state/account.ts'
import { changedItems, changeItems } from './change.ts'
import { startCycleNow } from './resume.ts'
import { periodOf, withItems } from './subscription-object.ts'

type Params = Stripe.SubscriptionUpdateParams

const SERVED = new Set<string>([
  'items',
  'proration_behavior',
  'proration_date',
  'payment_behavior',
  'off_session',
  'cancel_at_period_end',
  'cancel_at',
  'cancellation_details',
  'metadata',
  'description',
  'default_payment_method',
  'pause_collection',
  'trial_end',
  'trial_settings',
  'billing_cycle_anchor',
])

export function updateSubscription(
  account: Account,
  subscriptionId: string,
  params: Params,
): Stripe.Subscription {
  const subscription = account.get('subscription', subscriptionId)
  refuseUnsupported(subscription, params)
  const patch = plainPatch(account, subscription, params)
  const now = account.now(subscription.customer as string)
  if (params.trial_end !== undefined) {
    moveTrialEnd(account, subscription, params.trial_end, patch)
  } else if (params.items) {
    changeItems(account, subscription, {
      items: changedItems(account, subscription, params.items),
      behavior: params.proration_behavior ?? 'create_prorations',
      paymentBehavior: params.payment_behavior ?? 'allow_incomplete',
      at: prorationDate(subscription, params.proration_date ?? now),
      isOffSession: params.off_session ?? false,
      patch,
    })
  } else {
    account.update('subscription', subscriptionId, patch, 'customer.subscription.updated')
  }
  return account.get('subscription', subscriptionId)
}

function prorationDate(subscription: Stripe.Subscription, at: number): number {
  const { start, end } = periodOf(subscription)
  if (at < start || at > end) {
    throw invalidRequest(
      'Cannot specify a proration date outside of the current subscription period.',
      'proration_date',
    )
  }
  return at
}

function refuseUnsupported(subscription: Stripe.Subscription, params: Params): void {
  refuseUnserved(params, SERVED)
  const names = Object.keys(params)
  const isEnded = subscription.status === 'canceled' || subscription.status === 'incomplete_expired'
  if (isEnded && names.some((name) => name !== 'metadata' && name !== 'cancellation_details')) {
    throw invalidRequest(
      'A canceled subscription can only update its cancellation_details and metadata.',
    )
  }
  if (params.billing_cycle_anchor?.type === 'now') {
    throw invalidRequest(
      "Purser's stand-in for Stripe keeps the billing cycle.",
      'billing_cycle_anchor',
    )
  }
  if (params.cancel_at_period_end && params.cancel_at) {
    throw invalidRequest(
      'You may only specify one of these parameters: cancel_at, cancel_at_period_end.',
      'cancel_at',
    )
  }
}

function plainPatch(
  account: Account,
  subscription: Stripe.Subscription,
  params: Params,
): Partial<Stripe.Subscription> {
  const patch: Partial<Stripe.Subscription> = {
    metadata: mergeMetadata(subscription.metadata, params.metadata),
    ...cancelPatch(account, subscription, params),
  }
  if (params.description !== undefined) patch.description = orNull(params.description)
  if (params.default_payment_method !== undefined) {
    const id = orNull(params.default_payment_method)
    if (id) account.get('payment_method', id, 'default_payment_method')
    patch.default_payment_method = id
  }
  if (params.pause_collection !== undefined) {
    const pause = params.pause_collection
    patch.pause_collection = pause
      ? { behavior: pause.behavior, resumes_at: pause.resumes_at ?? null }
      : null
  }
  const end = params.trial_settings?.end_behavior
  if (end) {
    patch.trial_settings = {
      end_behavior: {
        billing_cycle_anchor: null,
        missing_payment_method: end.missing_payment_method ?? 'create_invoice',
      },
    }
  }
  return patch
}

function cancelPatch(
  account: Account,
  subscription: Stripe.Subscription,
  params: Params,
): Partial<Stripe.Subscription> {
  const { cancel_at_period_end: atPeriodEnd, cancel_at: at } = params
  const now = account.now(subscription.customer as string)
  const because = (reason: 'cancellation_requested' | null): Partial<Stripe.Subscription> => ({
    canceled_at: reason ? (subscription.canceled_at ?? now) : null,
    cancellation_details: {
      comment: params.cancellation_details?.comment || null,
      feedback: params.cancellation_details?.feedback || null,
      feedback_option: null,
      reason,
    },
  })
  if (atPeriodEnd === true) {
    const { end } = periodOf(subscription)
    return { cancel_at_period_end: true, cancel_at: end, ...because('cancellation_requested') }
  }
  if (typeof at === 'number') {
    return { cancel_at_period_end: false, cancel_at: at, ...because('cancellation_requested') }
  }
  if (typeof at === 'string' && at !== '') {
    throw invalidRequest(
      "Purser's stand-in for Stripe takes a timestamp as cancel_at.",
      'cancel_at',
    )
  }
  if (atPeriodEnd === false || at === '') {
    return { cancel_at_period_end: false, cancel_at: null, ...because(null) }
  }
  return {}
}

function moveTrialEnd(
  account: Account,
  subscription: Stripe.Subscription,
  trialEnd: number | 'now',
  patch: Partial<Stripe.Subscription>,
): void {
  const now = account.now(subscription.customer as string)
  if (trialEnd === 'now') {
    if (subscription.status !== 'trialing') return
    startCycleNow(account, subscription, { ...patch, status: 'active', trial_end: now })
    return
  }
  if (trialEnd <= now) throw invalidRequest('Invalid timestamp: must be in the future', 'trial_end')
  account.update(
    'subscription',
    subscription.id,
    {
      ...patch,
      status: 'trialing',
      trial_start: subscription.trial_start ?? now,
      trial_end: trialEnd,
      billing_cycle_anchor: trialEnd,
      ...withItems(subscription, () => ({ current_period_end: trialEnd })),
    },
    'customer.subscription.updated',
  )
}
