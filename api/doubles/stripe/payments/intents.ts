import type Stripe from 'stripe'
import { invalidRequest, StripeRefusal } from '../http/errors.ts'
import type { Account } from '../state/account.ts'
import { newId, randomText } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import { mergeMetadata, orNull } from '../routes/fields.ts'
import { AUTHENTICATION_REQUIRED, behaviourOf, type Decline } from './cards.ts'
import { bookCharge, createCharge } from './charges.ts'
import { attach, sourceOf } from './payment-methods.ts'

/** Stripe takes no less: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts. */
export const LEAST_AMOUNT_CENTS = 50

export interface Payment {
  amount: number
  currency: string
  customer: string | null
  description?: string | null
  metadata?: Stripe.MetadataParam | null
  receiptEmail?: string | null
  setupFutureUsage?: 'off_session' | 'on_session' | null
}

export function createIntent(account: Account, payment: Payment): Stripe.PaymentIntent {
  if (payment.amount < LEAST_AMOUNT_CENTS) {
    throw invalidRequest(
      `Amount must be at least $0.50 ${payment.currency}`,
      'amount',
      'amount_too_small',
    )
  }
  const id = newId('pi')
  const intent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: payment.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${randomText(25)}`,
    confirmation_method: 'automatic',
    created: account.now(payment.customer),
    currency: payment.currency,
    customer: payment.customer,
    customer_account: null,
    description: orNull(payment.description),
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: mergeMetadata({}, payment.metadata ?? {}),
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card', 'us_bank_account'],
    payment_record: null,
    processing: null,
    receipt_email: orNull(payment.receiptEmail),
    review: null,
    setup_future_usage: payment.setupFutureUsage ?? null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  } satisfies Stripe.PaymentIntent
  return account.insert('payment_intent', intent, 'payment_intent.created')
}

export interface Attempt {
  methodId: string
  /** Nobody is there who could pass 3-D Secure. */
  isOffSession: boolean
  /** 3-D Secure was passed for this payment. */
  isAuthenticated: boolean
  /** Refused whatever the card would do. */
  isToldToFail?: boolean
}

/** Tries to take the money; the status of the answer says how that went. */
export function attemptPayment(
  account: Account,
  intentId: string,
  attempt: Attempt,
): Stripe.PaymentIntent {
  const intent = account.get('payment_intent', intentId)
  const method = account.get('payment_method', attempt.methodId)
  const source = sourceOf(account, method.id)
  const behaviour = behaviourOf(source.number)
  if (attempt.isToldToFail) return declinePayment(account, intent, method, GENERIC_DECLINE)
  if (behaviour.charge === 'declines') {
    return declinePayment(account, intent, method, behaviour.decline ?? GENERIC_DECLINE)
  }
  const isAsked =
    behaviour.charge === 'always_authenticates' ||
    (behaviour.charge === 'authenticates' && !(attempt.isOffSession && source.isAuthenticated))
  if (isAsked && !attempt.isAuthenticated) {
    return attempt.isOffSession
      ? declinePayment(account, intent, method, AUTHENTICATION_REQUIRED)
      : askForAuthentication(account, intent, method)
  }
  if (attempt.isAuthenticated) source.isAuthenticated = true
  if (behaviour.charge === 'is_delayed') return startDelayedPayment(account, intent, method)
  const charge = createCharge(account, intent, method, 'succeeded')
  account.emit('charge.succeeded', charge)
  const paid = markPaid(account, intent, method, charge.id)
  if (behaviour.isDisputedLater) {
    const at = account.now(idOf(intent.customer)) + account.settings.later_seconds
    account.hidden.later.push({ at, kind: 'open_dispute', id: charge.id })
  }
  return paid
}

const GENERIC_DECLINE: Decline = {
  code: 'card_declined',
  decline_code: 'generic_decline',
  message: 'Your card was declined.',
}

/** The end of every payment that comes. */
export function markPaid(
  account: Account,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  chargeId: string,
): Stripe.PaymentIntent {
  const customer = idOf(intent.customer)
  if (customer && intent.setup_future_usage) attach(account, method.id, customer)
  const paid = account.update(
    'payment_intent',
    intent.id,
    {
      status: 'succeeded',
      amount_received: intent.amount,
      latest_charge: chargeId,
      payment_method: method.id,
      last_payment_error: null,
      next_action: null,
      processing: null,
    },
    'payment_intent.succeeded',
  )
  bookCharge(account, chargeId)
  return paid
}

function declinePayment(
  account: Account,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  decline: Decline,
): Stripe.PaymentIntent {
  const charge = createCharge(account, intent, method, { decline })
  account.emit('charge.failed', charge)
  return account.update(
    'payment_intent',
    intent.id,
    {
      status: 'requires_payment_method',
      latest_charge: charge.id,
      payment_method: null,
      next_action: null,
      processing: null,
      last_payment_error: {
        charge: charge.id,
        code: decline.code as Stripe.PaymentIntent.LastPaymentError.Code,
        decline_code: decline.decline_code,
        doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
        message: decline.message,
        payment_method: method,
        type: 'card_error',
      },
    },
    'payment_intent.payment_failed',
  )
}

function askForAuthentication(
  account: Account,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): Stripe.PaymentIntent {
  return account.update(
    'payment_intent',
    intent.id,
    {
      status: 'requires_action',
      payment_method: method.id,
      next_action: {
        type: 'redirect_to_url',
        redirect_to_url: { return_url: null, url: `${account.baseUrl}/3ds/${intent.id}` },
      },
    },
    'payment_intent.requires_action',
  )
}

/** 3-D Secure was not passed. */
export function failAuthentication(account: Account, intentId: string): Stripe.PaymentIntent {
  return account.update(
    'payment_intent',
    intentId,
    {
      status: 'requires_payment_method',
      payment_method: null,
      next_action: null,
      last_payment_error: {
        code: 'payment_intent_authentication_failure',
        doc_url: 'https://stripe.com/docs/error-codes/payment-intent-authentication-failure',
        message:
          'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
        type: 'invalid_request_error',
      },
    },
    'payment_intent.payment_failed',
  )
}

function startDelayedPayment(
  account: Account,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): Stripe.PaymentIntent {
  const charge = createCharge(account, intent, method, 'pending')
  account.emit('charge.pending', charge)
  return account.update(
    'payment_intent',
    intent.id,
    { status: 'processing', latest_charge: charge.id, payment_method: method.id, processing: null },
    'payment_intent.processing',
  )
}

/** The 402 of a payment that a program asked for. */
export function declineRefusal(intent: Stripe.PaymentIntent): StripeRefusal {
  const { last_payment_error: error } = intent
  return new StripeRefusal(402, {
    type: 'card_error',
    code: error?.code ?? 'card_declined',
    message: error?.message ?? GENERIC_DECLINE.message,
    payment_intent: intent,
    ...(error?.decline_code ? { decline_code: error.decline_code } : {}),
    ...(error?.charge ? { charge: error.charge } : {}),
  })
}
