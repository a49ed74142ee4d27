import type Stripe from 'stripe'
import { settleSession } from '../checkout/complete.ts'
import { invalidRequest } from '../http/errors.ts'
import { settleDelayedPayment } from '../payments/delayed.ts'
import type { Account } from '../state/account.ts'
import { idOf } from '../state/objects.ts'
import { failInvoice, settleInvoice } from './invoices.ts'

/** The bank says whether a delayed payment came; its invoice and its checkout learn of it. */
export function settlePayment(
  account: Account,
  intentId: string,
  succeeds: boolean,
): Stripe.PaymentIntent {
  const intent = account.get('payment_intent', intentId)
  if (intent.status !== 'processing') {
    throw invalidRequest(`${intentId} waits for no bank: its status is ${intent.status}`)
  }
  const settled = settleDelayedPayment(account, intentId, succeeds)
  const payment = account
    .list('invoice_payment')
    .find((each) => idOf(each.payment.payment_intent) === intentId)
  const invoiceId = idOf(payment?.invoice)
  if (invoiceId) {
    if (succeeds) settleInvoice(account, invoiceId)
    else failInvoice(account, invoiceId)
  }
  settleSession(account, settled)
  return settled
}
