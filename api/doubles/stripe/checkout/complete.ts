import type Stripe from 'stripe'
import type { Account } from '../state/account.ts'
import { newId, randomText } from '../state/ids.ts'
import { forget, idOf } from '../state/objects.ts'
import { attach } from '../payments/payment-methods.ts'
import { createCustomer } from '../routes/customers.ts'
import { mergeMetadata } from '../routes/fields.ts'
import { createSubscription } from '../billing/subscribe.ts'
import { details } from './create.ts'

interface Paid {
  methodId: string | null
  /** null: nothing was due. */
  intent: Stripe.PaymentIntent | null
}

/** A session in which nothing is paid now: a card is saved, or a trial begins. */
export function isFreeAtFirst(account: Account, session: Stripe.Checkout.Session): boolean {
  if (session.mode === 'setup' || session.amount_total === 0) return true
  const data = account.hidden.checkouts[session.id]?.subscriptionData
  return data?.trial_period_days !== undefined || data?.trial_end !== undefined
}

/** After the payment, or where none is needed. */
export function completeSession(
  account: Account,
  sessionId: string,
  paid: Paid,
): Stripe.Checkout.Session {
  const session = account.get('checkout.session', sessionId)
  const method = account.find('payment_method', paid.methodId)
  const email = method?.billing_details.email ?? session.customer_email
  const name = method?.billing_details.name ?? null
  const customerId = idOf(session.customer) ?? newCustomerOf(account, session, email, name)
  const result: Partial<Stripe.Checkout.Session> = {
    status: 'complete',
    customer: customerId,
    customer_details: details(email, name),
    payment_status: paymentStatus(paid, isFreeAtFirst(account, session)),
    url: null,
  }
  if (session.mode === 'setup')
    result.setup_intent = saveForLater(account, session, customerId, paid.methodId)
  if (session.mode === 'subscription' && customerId) {
    const subscription = subscribe(account, session, customerId, paid)
    result.subscription = subscription.id
    result.invoice = subscription.latest_invoice
  }
  forget(account.hidden.openSessions, sessionId)
  const done = account.update('checkout.session', sessionId, result)
  account.emit('checkout.session.completed', done)
  return done
}

function paymentStatus(paid: Paid, isFree: boolean): Stripe.Checkout.Session.PaymentStatus {
  if (paid.intent === null) return isFree ? 'no_payment_required' : 'unpaid'
  return paid.intent.status === 'succeeded' ? 'paid' : 'unpaid'
}

function newCustomerOf(
  account: Account,
  session: Stripe.Checkout.Session,
  email: string | null,
  name: string | null,
): string | null {
  if (session.customer_creation !== 'always') return null
  return createCustomer(account, { ...(email ? { email } : {}), ...(name ? { name } : {}) }).id
}

function subscribe(
  account: Account,
  session: Stripe.Checkout.Session,
  customerId: string,
  paid: Paid,
): Stripe.Subscription {
  const checkout = account.hidden.checkouts[session.id]
  const data = checkout?.subscriptionData ?? {}
  if (paid.methodId) attach(account, paid.methodId, customerId)
  const now = account.now(customerId)
  const trialEnd =
    data.trial_end ?? (data.trial_period_days ? now + data.trial_period_days * 86_400 : null)
  return createSubscription(account, {
    customerId,
    items: (checkout?.lineItems ?? []).flatMap(({ price, quantity }) =>
      price ? [{ price, quantity: quantity ?? 1 }] : [],
    ),
    methodId: paid.methodId,
    metadata: mergeMetadata({}, data.metadata),
    description: data.description ?? null,
    trialEnd,
    missingPaymentMethod:
      data.trial_settings?.end_behavior.missing_payment_method ?? 'create_invoice',
    payment: paid.intent ? { intentId: paid.intent.id } : 'none',
  })
}

function saveForLater(
  account: Account,
  session: Stripe.Checkout.Session,
  customerId: string | null,
  methodId: string | null,
): string {
  const data = account.hidden.checkouts[session.id]?.setupIntentData
  const id = newId('seti')
  const intent = {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: `${id}_secret_${randomText(25)}`,
    created: account.now(customerId),
    customer: customerId,
    description: data?.description ?? null,
    excluded_payment_method_types: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata: mergeMetadata({}, data?.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: methodId,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: 'succeeded',
    usage: 'off_session',
  } satisfies Stripe.SetupIntent
  account.insert(
    'setup_intent',
    { ...intent, status: 'requires_payment_method' },
    'setup_intent.created',
  )
  if (methodId && customerId) attach(account, methodId, customerId)
  account.update('setup_intent', id, { status: 'succeeded' })
  account.emit('setup_intent.succeeded', intent)
  return id
}

/** The bank's answer reaches the session of the payment. */
export function settleSession(account: Account, intent: Stripe.PaymentIntent): void {
  const session = account
    .list('checkout.session')
    .find(
      (each) => idOf(each.payment_intent) === intent.id || isOfInvoice(account, each, intent.id),
    )
  if (!session || session.payment_status !== 'unpaid') return
  const succeeded = intent.status === 'succeeded'
  const settled = account.update('checkout.session', session.id, {
    payment_status: succeeded ? 'paid' : 'unpaid',
  })
  account.emit(`checkout.session.async_payment_${succeeded ? 'succeeded' : 'failed'}`, settled)
}

function isOfInvoice(
  account: Account,
  session: Stripe.Checkout.Session,
  intentId: string,
): boolean {
  const invoiceId = idOf(session.invoice)
  return account
    .list('invoice_payment')
    .some(
      (each) => idOf(each.invoice) === invoiceId && idOf(each.payment.payment_intent) === intentId,
    )
}

export function expireSession(account: Account, sessionId: string): Stripe.Checkout.Session {
  forget(account.hidden.openSessions, sessionId)
  const expired = account.update('checkout.session', sessionId, { status: 'expired', url: null })
  account.emit('checkout.session.expired', expired)
  return expired
}
