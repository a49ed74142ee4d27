import type Stripe from 'stripe'
import { invalidRequest } from '../http/errors.ts'
import { isCreatedWithin, page } from '../http/list.ts'
import { plainRoute, route, type Call, type Route } from '../http/route.ts'
import { BANK_DEBIT, behaviourOf, NAMED_CARDS } from '../payments/cards.ts'
import { attemptPayment, createIntent, declineRefusal } from '../payments/intents.ts'
import { attach, createPaymentMethod, sourceOf } from '../payments/payment-methods.ts'
import { StripeRefusal } from '../http/errors.ts'
import { refuseUnserved } from '../params/served.ts'
import type { Account } from '../state/account.ts'
import { idOf } from '../state/objects.ts'
import { mergeMetadata } from './fields.ts'

/** Payment intents, charges, payment methods and setup intents. */
export const paymentRoutes: Route[] = [
  route('POST /v1/payment_intents', 'PaymentIntentCreateParams', createPayment),
  route('GET /v1/payment_intents', 'PaymentIntentListParams', ({ account, params, url }) => {
    const all = account
      .list('payment_intent')
      .filter((intent) => !params.customer || idOf(intent.customer) === params.customer)
      .filter((intent) => isCreatedWithin(intent.created, params.created))
    return page(all, params, url)
  }),
  plainRoute('GET /v1/payment_intents/:id', ({ account, id }) => account.get('payment_intent', id)),
  plainRoute('POST /v1/payment_intents/:id/cancel', cancelPayment),
  route('GET /v1/charges', 'ChargeListParams', ({ account, params, url }) => {
    const all = account
      .list('charge')
      .filter((charge) => !params.customer || idOf(charge.customer) === params.customer)
      .filter(
        (charge) => !params.payment_intent || idOf(charge.payment_intent) === params.payment_intent,
      )
      .filter((charge) => isCreatedWithin(charge.created, params.created))
    return page(all, params, url)
  }),
  plainRoute('GET /v1/charges/:id', ({ account, id }) => account.get('charge', id)),
  route('GET /v1/payment_methods', 'PaymentMethodListParams', ({ account, params, url }) => {
    const all = account
      .list('payment_method')
      .filter((method) => idOf(method.customer) === (params.customer ?? null))
      .filter((method) => !params.type || method.type === params.type)
    return page(params.customer ? all : [], params, url)
  }),
  plainRoute('GET /v1/payment_methods/:id', ({ account, id }) => account.get('payment_method', id)),
  route('POST /v1/payment_methods/:id/attach', 'PaymentMethodAttachParams', attachMethod),
  plainRoute('POST /v1/payment_methods/:id/detach', ({ account, id }) => {
    const method = account.get('payment_method', id)
    const customer = account.find('customer', idOf(method.customer))
    if (customer && idOf(customer.invoice_settings.default_payment_method) === id) {
      const settings = { ...customer.invoice_settings, default_payment_method: null }
      account.update('customer', customer.id, { invoice_settings: settings }, 'customer.updated')
    }
    const detached = account.update('payment_method', id, { customer: null })
    account.emit('payment_method.detached', detached, { customer: method.customer })
    return detached
  }),
  route('POST /v1/payment_methods/:id', 'PaymentMethodUpdateParams', ({ account, id, params }) => {
    const { metadata } = account.get('payment_method', id)
    return account.update(
      'payment_method',
      id,
      { metadata: mergeMetadata(metadata, params.metadata) },
      'payment_method.updated',
    )
  }),
  plainRoute('GET /v1/setup_intents/:id', ({ account, id }) => account.get('setup_intent', id)),
]

const SERVED_PAYMENT = new Set<string>([
  'amount',
  'currency',
  'customer',
  'payment_method',
  'confirm',
  'off_session',
  'description',
  'metadata',
  'receipt_email',
  'setup_future_usage',
  'automatic_payment_methods',
  'allowed_payment_method_types',
  'return_url',
])

function createPayment({
  account,
  params,
}: Call<Stripe.PaymentIntentCreateParams>): Stripe.PaymentIntent {
  refuseUnserved(params, SERVED_PAYMENT)
  const { customer, payment_method: methodId } = params
  if (customer) account.get('customer', customer, 'customer')
  const method = methodId ? account.get('payment_method', methodId, 'payment_method') : null
  if (method && idOf(method.customer) !== (customer ?? null)) {
    throw invalidRequest(
      `The customer does not have a payment method with the ID ${method.id}. The payment method must be attached to the customer.`,
      'payment_method',
      'resource_missing',
    )
  }
  if (params.confirm && !method) {
    throw invalidRequest(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
      undefined,
      'payment_intent_unexpected_state',
    )
  }
  const intent = createIntent(account, {
    amount: params.amount,
    currency: params.currency.toLowerCase(),
    customer: customer ?? null,
    description: params.description ?? null,
    metadata: params.metadata || null,
    receiptEmail: params.receipt_email || null,
    setupFutureUsage: params.setup_future_usage === 'off_session' ? 'off_session' : null,
  })
  if (!method) return intent
  if (!params.confirm) {
    return account.update('payment_intent', intent.id, {
      payment_method: method.id,
      status: 'requires_confirmation',
    })
  }
  const isOffSession = params.off_session !== undefined && params.off_session !== false
  const tried = attemptPayment(account, intent.id, {
    methodId: method.id,
    isOffSession,
    isAuthenticated: false,
  })
  if (tried.status === 'requires_payment_method') throw declineRefusal(tried)
  return tried
}

function cancelPayment({ account, id }: Call<unknown>): Stripe.PaymentIntent {
  const intent = account.get('payment_intent', id)
  if (
    intent.status === 'succeeded' ||
    intent.status === 'canceled' ||
    intent.status === 'processing'
  ) {
    throw invalidRequest(
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`,
      undefined,
      'payment_intent_unexpected_state',
    )
  }
  const patch = { status: 'canceled', canceled_at: account.now(intent.customer as string) } as const
  return account.update('payment_intent', id, patch, 'payment_intent.canceled')
}

function attachMethod({
  account,
  id,
  params,
}: Call<Stripe.PaymentMethodAttachParams>): Stripe.PaymentMethod {
  const customer = params.customer ?? ''
  account.get('customer', customer, 'customer')
  const method = methodByName(account, id)
  const { number } = sourceOf(account, method.id)
  const behaviour = behaviourOf(number)
  if (number !== BANK_DEBIT && !behaviour.canBeSaved) {
    const {
      code = 'card_declined',
      message = 'Your card was declined.',
      decline_code = 'generic_decline',
    } = behaviour.decline ?? {}
    throw new StripeRefusal(402, { type: 'card_error', code, message, decline_code })
  }
  return attach(account, method.id, customer)
}

function methodByName(account: Account, id: string): Stripe.PaymentMethod {
  const number = NAMED_CARDS[id]
  return number ? createPaymentMethod(account, { number }) : account.get('payment_method', id)
}
