import type Stripe from 'stripe'
import { moneyText } from '../billing/lines.ts'
import { invalidRequest } from '../http/errors.ts'
import { mergeMetadata } from '../routes/fields.ts'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import { behaviourOf } from './cards.ts'
import { sourceOf } from './payment-methods.ts'

export interface RefundOrder {
  charge?: string
  payment_intent?: string
  /** All that is left unless given. */
  amount?: number
  reason?: Stripe.Refund.Reason | null
  metadata?: Stripe.MetadataParam
}

export function createRefund(account: Account, order: RefundOrder): Stripe.Refund {
  const charge = chargeOf(account, order)
  if (charge.status !== 'succeeded') {
    throw invalidRequest(`Charge ${charge.id} has not been paid.`, 'charge')
  }
  if (charge.disputed && isLost(account, charge.id)) {
    throw invalidRequest(
      `Charge ${charge.id} has been charged back; cannot issue a refund.`,
      undefined,
      'charge_disputed',
    )
  }
  const left = charge.amount - charge.amount_refunded
  const amount = order.amount ?? left
  if (left === 0) {
    throw invalidRequest(
      `Charge ${charge.id} has already been refunded.`,
      undefined,
      'charge_already_refunded',
    )
  }
  if (!Number.isInteger(amount) || amount < 1) {
    throw invalidRequest('Invalid positive integer', 'amount', 'parameter_invalid_integer')
  }
  if (amount > left) {
    throw invalidRequest(
      `Refund amount (${moneyText(amount, charge.currency)}) is greater than unrefunded amount on charge (${moneyText(left, charge.currency)})`,
      'amount',
    )
  }
  const refund = account.insert(
    'refund',
    refundObject(account, charge, amount, order),
    'refund.created',
  )
  markRefunded(account, charge.id, charge.amount_refunded + amount)
  const { number } = sourceOf(account, charge.payment_method ?? '')
  if (behaviourOf(number).refundFailsLater) {
    const at = account.now(charge.customer as string | null) + account.settings.later_seconds
    account.hidden.later.push({ at, kind: 'fail_refund', id: refund.id })
  }
  return refund
}

function chargeOf(account: Account, order: RefundOrder): Stripe.Charge {
  if (order.charge) return account.get('charge', order.charge, 'charge')
  if (!order.payment_intent) {
    throw invalidRequest(
      'One of the following params should be provided for this request: payment_intent or charge.',
    )
  }
  const intent = account.get('payment_intent', order.payment_intent, 'payment_intent')
  const charge = account.find('charge', idOf(intent.latest_charge))
  if (!charge) {
    throw invalidRequest(
      `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
      'payment_intent',
      'payment_intent_unexpected_state',
    )
  }
  return charge
}

function isLost(account: Account, chargeId: string): boolean {
  return account
    .list('dispute')
    .some((each) => idOf(each.charge) === chargeId && each.status !== 'won')
}

function refundObject(
  account: Account,
  charge: Stripe.Charge,
  amount: number,
  order: RefundOrder,
): Stripe.Refund {
  return {
    id: newId('re'),
    object: 'refund',
    amount,
    balance_transaction: newId('txn'),
    charge: charge.id,
    created: account.now(charge.customer as string | null),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      type: 'card',
      card: {
        reference_status: 'pending',
        reference_type: 'acquirer_reference_number',
        type: 'refund',
      },
    },
    metadata: mergeMetadata({}, order.metadata),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: order.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  } satisfies Stripe.Refund
}

function markRefunded(account: Account, chargeId: string, amountRefunded: number): void {
  const charge = account.get('charge', chargeId)
  const patch = { amount_refunded: amountRefunded, refunded: amountRefunded === charge.amount }
  const refunded = account.update('charge', chargeId, patch)
  account.emit('charge.refunded', refunded, {
    amount_refunded: charge.amount_refunded,
    refunded: charge.refunded,
  })
}

/** Days later the bank sends the money back: it is on the account again. */
export function failRefund(account: Account, refundId: string): Stripe.Refund {
  const refund = account.get('refund', refundId)
  if (refund.status !== 'succeeded' && refund.status !== 'pending') {
    throw invalidRequest(`${refundId} cannot fail: its status is ${refund.status}`)
  }
  const charge = account.get('charge', idOf(refund.charge) ?? '')
  account.update('charge', charge.id, {
    amount_refunded: charge.amount_refunded - refund.amount,
    refunded: false,
  })
  const failed = account.update(
    'refund',
    refundId,
    {
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
      failure_balance_transaction: newId('txn'),
    },
    'refund.updated',
  )
  account.emit('refund.failed', failed)
  account.emit('charge.refund.updated', failed, { status: refund.status })
  return failed
}
