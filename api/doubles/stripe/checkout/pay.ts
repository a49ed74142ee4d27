import type Stripe from 'stripe'
import type { Account } from '../state/account.ts'
import { idOf, type Checkout } from '../state/objects.ts'
import { BANK_DEBIT, behaviourOf, readCard, type CardField } from '../payments/cards.ts'
import { attemptPayment, createIntent, failAuthentication } from '../payments/intents.ts'
import { createPaymentMethod, sourceOf } from '../payments/payment-methods.ts'
import { completeSession, isFreeAtFirst } from './complete.ts'

/** What a person typed into the payment page. */
export interface PaymentForm {
  way: 'card' | 'bank_debit'
  number: string
  expiry: string
  cvc: string
  name: string
  email: string
}

export type PayOutcome =
  | { kind: 'done'; url: string }
  | { kind: 'authenticate'; url: string }
  | { kind: 'problem'; field: CardField | null; message: string }

/** Pays an open session; a problem leaves it open. */
export function paySession(
  account: Account,
  session: Stripe.Checkout.Session,
  form: PaymentForm,
): PayOutcome {
  const now = account.now(idOf(session.customer))
  const customer = account.find('customer', idOf(session.customer))
  const payer = {
    name: form.name || null,
    email: customer?.email ?? (form.email || session.customer_email),
  }
  const read =
    form.way === 'bank_debit'
      ? { number: BANK_DEBIT }
      : readCard(form, Math.min(now, machineSeconds()))
  if ('field' in read) return { kind: 'problem', ...read }
  const method = createPaymentMethod(account, read, payer)
  return isFreeAtFirst(account, session)
    ? saveMethod(account, session, method.id)
    : payNow(account, session, method.id)
}

/** Cards are dated by the calendar on the wall, wherever the clocks of the account are. */
const machineSeconds = () => Date.now() / 1000

function payNow(account: Account, session: Stripe.Checkout.Session, methodId: string): PayOutcome {
  const intentId = idOf(session.payment_intent) ?? openIntent(account, session)
  const tried = attemptPayment(account, intentId, {
    methodId,
    isOffSession: false,
    isAuthenticated: false,
  })
  if (tried.status === 'requires_action') {
    checkoutOf(account, session.id).waiting = { paymentMethodId: methodId }
    return { kind: 'authenticate', url: `${account.baseUrl}/3ds/${session.id}` }
  }
  return afterAttempt(account, session.id, tried, methodId)
}

/** A session of a subscription shows no payment intent: that belongs to the invoice. */
function openIntent(account: Account, session: Stripe.Checkout.Session): string {
  const { paymentIntentData: data } = checkoutOf(account, session.id)
  const isSubscription = session.mode === 'subscription'
  const intent = createIntent(account, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? 'usd',
    customer: idOf(session.customer),
    description: isSubscription ? 'Subscription creation' : (data.description ?? null),
    metadata: isSubscription ? {} : (data.metadata ?? {}),
    receiptEmail: data.receipt_email ?? null,
    setupFutureUsage: isSubscription
      ? 'off_session'
      : (setupUsageOf(data.setup_future_usage) ?? null),
  })
  if (!isSubscription) account.update('checkout.session', session.id, { payment_intent: intent.id })
  return intent.id
}

function setupUsageOf(usage: string | undefined): 'off_session' | 'on_session' | null {
  return usage === 'off_session' || usage === 'on_session' ? usage : null
}

function afterAttempt(
  account: Account,
  sessionId: string,
  intent: Stripe.PaymentIntent,
  methodId: string,
): PayOutcome {
  if (intent.status === 'requires_payment_method') {
    return {
      kind: 'problem',
      field: null,
      message: intent.last_payment_error?.message ?? 'Your card was declined.',
    }
  }
  const done = completeSession(account, sessionId, { methodId, intent })
  return { kind: 'done', url: returnUrl(done) }
}

function saveMethod(
  account: Account,
  session: Stripe.Checkout.Session,
  methodId: string,
): PayOutcome {
  const { number } = sourceOf(account, methodId)
  const behaviour = behaviourOf(number)
  if (!behaviour.canBeSaved) {
    return {
      kind: 'problem',
      field: null,
      message: behaviour.decline?.message ?? 'Your card was declined.',
    }
  }
  if (behaviour.charge === 'authenticates' || behaviour.charge === 'always_authenticates') {
    checkoutOf(account, session.id).waiting = { paymentMethodId: methodId }
    return { kind: 'authenticate', url: `${account.baseUrl}/3ds/${session.id}` }
  }
  return {
    kind: 'done',
    url: returnUrl(completeSession(account, session.id, { methodId, intent: null })),
  }
}

/** The answer of the 3-D Secure page. */
export function finishAuthentication(
  account: Account,
  sessionId: string,
  passed: boolean,
): PayOutcome {
  const session = account.get('checkout.session', sessionId)
  const checkout = checkoutOf(account, sessionId)
  const methodId = checkout.waiting?.paymentMethodId
  if (!methodId || session.status !== 'open') return { kind: 'done', url: returnUrl(session) }
  delete checkout.waiting
  const intent = account
    .list('payment_intent')
    .find((each) => each.status === 'requires_action' && idOf(each.payment_method) === methodId)
  if (!passed) {
    const message =
      (intent && failAuthentication(account, intent.id).last_payment_error?.message) ??
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.'
    return { kind: 'problem', field: null, message }
  }
  if (!intent) {
    sourceOf(account, methodId).isAuthenticated = true
    return {
      kind: 'done',
      url: returnUrl(completeSession(account, sessionId, { methodId, intent: null })),
    }
  }
  const tried = attemptPayment(account, intent.id, {
    methodId,
    isOffSession: false,
    isAuthenticated: true,
  })
  return afterAttempt(account, sessionId, tried, methodId)
}

export function returnUrl(session: Stripe.Checkout.Session): string {
  return (session.success_url ?? '/').replaceAll('{CHECKOUT_SESSION_ID}', session.id)
}

export function checkoutOf(account: Account, sessionId: string): Checkout {
  const checkout = account.hidden.checkouts[sessionId]
  if (!checkout) throw new Error(`Nothing is known about ${sessionId}`)
  return checkout
}
