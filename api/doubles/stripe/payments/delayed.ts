import type Stripe from 'stripe'
import type { Account } from '../state/account.ts'
import { idOf } from '../state/objects.ts'
import { markPaid } from './intents.ts'

/** The bank's answer, days later. */
export function settleDelayedPayment(
  account: Account,
  intentId: string,
  succeeds: boolean,
): Stripe.PaymentIntent {
  const intent = account.get('payment_intent', intentId)
  const method = account.get('payment_method', idOf(intent.payment_method) ?? '')
  const chargeId = idOf(intent.latest_charge) ?? ''
  if (succeeds) {
    account.update(
      'charge',
      chargeId,
      { status: 'succeeded', captured: true, amount_captured: intent.amount },
      'charge.succeeded',
    )
    return markPaid(account, intent, method, chargeId)
  }
  const message = 'The customer’s bank account could not be debited.'
  account.update(
    'charge',
    chargeId,
    {
      status: 'failed',
      paid: false,
      failure_code: 'payment_method_debit_failed',
      failure_message: message,
    },
    'charge.failed',
  )
  return account.update(
    'payment_intent',
    intentId,
    {
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: {
        charge: chargeId,
        code: 'payment_intent_payment_attempt_failed',
        message,
        payment_method: method,
        type: 'invalid_request_error',
      },
    },
    'payment_intent.payment_failed',
  )
}
