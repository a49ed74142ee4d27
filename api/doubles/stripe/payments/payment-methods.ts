import { createHash } from 'node:crypto'
import type Stripe from 'stripe'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import { BANK_DEBIT, behaviourOf, type CardBehaviour, type ReadCard } from './cards.ts'

/** Long after any test: cards attached by name never expire. */
const NAMED_CARD_YEAR = 2035

export interface Payer {
  name: string | null
  email: string | null
}

export function createPaymentMethod(
  account: Account,
  source: ReadCard | { number: string },
  payer: Payer = { name: null, email: null },
): Stripe.PaymentMethod {
  const { number } = source
  const behaviour = behaviourOf(number)
  const method = {
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'limited',
    billing_details: {
      address: null,
      email: payer.email,
      name: payer.name,
      phone: null,
      tax_id: null,
    },
    created: account.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    ...(number === BANK_DEBIT
      ? { type: 'us_bank_account' as const, us_bank_account: bankAccount() }
      : { type: 'card' as const, card: card(source, behaviour) }),
  } satisfies Stripe.PaymentMethod
  account.hidden.paymentMethods[method.id] = { number, isAuthenticated: false }
  return account.insert('payment_method', method)
}

function card(
  source: ReadCard | { number: string },
  behaviour: CardBehaviour,
): Stripe.PaymentMethod.Card {
  return {
    brand: behaviour.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    display_brand: behaviour.brand,
    exp_month: 'month' in source ? source.month : 12,
    exp_year: 'year' in source ? source.year : NAMED_CARD_YEAR,
    fingerprint: createHash('sha256').update(source.number).digest('base64url').slice(0, 16),
    funding: 'credit',
    generated_from: null,
    last4: source.number.slice(-4),
    networks: { available: [behaviour.brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  }
}

function bankAccount(): Stripe.PaymentMethod.UsBankAccount {
  return {
    account_holder_type: 'individual',
    account_type: 'checking',
    bank_name: 'STRIPE TEST BANK',
    financial_connections_account: null,
    fingerprint: null,
    last4: '6789',
    networks: { preferred: 'ach', supported: ['ach'] },
    routing_number: '110000000',
    status_details: null,
  }
}

/** Saves a payment method with its customer, once. */
export function attach(
  account: Account,
  methodId: string,
  customerId: string,
): Stripe.PaymentMethod {
  const method = account.get('payment_method', methodId)
  if (idOf(method.customer) === customerId) return method
  const attached = account.update('payment_method', methodId, { customer: customerId })
  account.emit('payment_method.attached', attached)
  return attached
}

export function sourceOf(account: Account, methodId: string) {
  const source = account.hidden.paymentMethods[methodId]
  if (!source) throw new Error(`Nothing is known about ${methodId}`)
  return source
}

/** What an off-session payment of this customer takes: the subscription's, then the customer's own. */
export function defaultMethodOf(
  account: Account,
  customerId: string,
  subscription?: Stripe.Subscription,
): string | null {
  const own = idOf(subscription?.default_payment_method)
  const customer = account.find('customer', customerId)
  return own ?? idOf(customer?.invoice_settings.default_payment_method)
}
