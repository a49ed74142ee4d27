import type Stripe from 'stripe'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import type { Decline } from './cards.ts'

/** One attempt to take the money of a payment. */
export function createCharge(
  account: Account,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  status: 'succeeded' | 'pending' | { decline: Decline },
): Stripe.Charge {
  const decline = typeof status === 'string' ? null : status.decline
  const charge = {
    id: newId('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: status === 'succeeded' ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: { ...method.billing_details, tax_id: null },
    calculated_statement_descriptor: 'PURSER',
    captured: status === 'succeeded',
    created: account.now(idOf(intent.customer)),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(decline),
    paid: decline === null,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: detailsOf(method),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: decline ? 'failed' : status === 'succeeded' ? 'succeeded' : 'pending',
    transfer_data: null,
    transfer_group: null,
  } satisfies Stripe.Charge
  const receipt = decline ? {} : { receipt_url: `${account.baseUrl}/receipts/${charge.id}` }
  return account.insert('charge', { ...charge, ...receipt })
}

function outcomeOf(decline: Decline | null): Stripe.Charge.Outcome {
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: decline ? '01' : null,
    network_status: decline ? 'declined_by_network' : 'approved_by_network',
    reason: decline?.decline_code ?? null,
    risk_level: 'normal',
    risk_score: 20,
    seller_message: decline
      ? 'The bank did not return any further details with this decline.'
      : 'Payment complete.',
    type: decline ? 'issuer_declined' : 'authorized',
  }
}

function detailsOf(method: Stripe.PaymentMethod): Stripe.Charge.PaymentMethodDetails {
  if (method.us_bank_account) {
    return {
      type: 'us_bank_account',
      us_bank_account: method.us_bank_account,
    } as unknown as Stripe.Charge.PaymentMethodDetails
  }
  const { card } = method
  return {
    type: 'card',
    card: {
      brand: card?.brand ?? null,
      checks: card?.checks ?? null,
      country: card?.country ?? null,
      exp_month: card?.exp_month ?? 0,
      exp_year: card?.exp_year ?? 0,
      fingerprint: card?.fingerprint ?? null,
      funding: card?.funding ?? null,
      last4: card?.last4 ?? null,
      network: card?.brand ?? null,
      three_d_secure: null,
      wallet: null,
    },
  } as unknown as Stripe.Charge.PaymentMethodDetails
}

/** Some moments after a charge its booking is known. */
export function bookCharge(account: Account, chargeId: string): void {
  account.update('charge', chargeId, { balance_transaction: newId('txn') }, 'charge.updated')
}
