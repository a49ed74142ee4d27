import type Stripe from 'stripe'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import { decimal } from '../routes/fields.ts'
import type { Period } from './lines.ts'

export interface NewSubscription {
  id: string
  customerId: string
  items: Stripe.SubscriptionItem[]
  methodId: string | null
  metadata: Stripe.Metadata
  description: string | null
  anchor: number
  trialEnd: number | null
  missingPaymentMethod: string
}

export function subscriptionObject(account: Account, input: NewSubscription): Stripe.Subscription {
  const now = account.now(input.customerId)
  return {
    id: input.id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: input.anchor,
    billing_cycle_anchor_config: null,
    billing_mode: {
      flexible: { proration_discounts: 'included' },
      type: 'flexible',
      updated_at: now,
    },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: now,
    currency: input.items[0]?.price.currency ?? 'usd',
    customer: input.customerId,
    customer_account: null,
    days_until_due: null,
    default_payment_method: input.methodId,
    default_source: null,
    default_tax_rates: [],
    description: input.description,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: {
      object: 'list',
      data: input.items,
      has_more: false,
      url: `/v1/subscription_items?subscription=${input.id}`,
    },
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: input.metadata,
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    } as Stripe.Subscription.PaymentSettings,
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: now,
    status: input.trialEnd === null ? 'incomplete' : 'trialing',
    test_clock: idOf(account.find('customer', input.customerId)?.test_clock),
    transfer_data: null,
    trial_end: input.trialEnd,
    trial_settings: {
      end_behavior: {
        billing_cycle_anchor: null,
        missing_payment_method: input.missingPaymentMethod,
      },
    },
    trial_start: input.trialEnd === null ? null : now,
  } satisfies Stripe.Subscription
}

export function itemObject(
  subscriptionId: string,
  wanted: { price: Stripe.Price; quantity: number },
  period: Period,
): Stripe.SubscriptionItem {
  return {
    id: newId('si'),
    object: 'subscription_item',
    billing_thresholds: null,
    created: period.start,
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: planOf(wanted.price),
    price: wanted.price,
    quantity: wanted.quantity,
    subscription: subscriptionId,
    tax_rates: [],
  } satisfies Stripe.SubscriptionItem
}

/** The old name of a recurring price, which still stands beside it. */
export function planOf(price: Stripe.Price): Stripe.Plan {
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: decimal(price.unit_amount ?? 0),
    billing_scheme: 'per_unit',
    created: price.created,
    currency: price.currency,
    interval: price.recurring?.interval ?? 'month',
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: false,
    metadata: price.metadata,
    meter: null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  } satisfies Stripe.Plan
}

/** The list of items with some of their fields changed. */
export function withItems(
  subscription: Stripe.Subscription,
  change: (item: Stripe.SubscriptionItem) => Partial<Stripe.SubscriptionItem>,
): Pick<Stripe.Subscription, 'items'> {
  const data = subscription.items.data.map((item) => ({ ...item, ...change(item) }))
  return { items: { ...subscription.items, data } }
}

/** All items of a subscription of the double share their period. */
export function periodOf(subscription: Stripe.Subscription): Period {
  const [item] = subscription.items.data
  return { start: item?.current_period_start ?? 0, end: item?.current_period_end ?? 0 }
}

export function recurringOf(subscription: Stripe.Subscription): Stripe.Price.Recurring {
  const recurring = subscription.items.data[0]?.price.recurring
  if (!recurring) throw new Error(`${subscription.id} has no recurring price`)
  return recurring
}
