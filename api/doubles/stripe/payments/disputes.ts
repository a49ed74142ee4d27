import type Stripe from 'stripe'
import { invalidRequest } from '../http/errors.ts'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'

const DAYS_TO_ANSWER = 7
const DAY_SECONDS = 86_400
/** What Stripe asks for a dispute, in cents. */
const FEE_CENTS = 1500

/** The customer's bank takes the money back: at once, and until the dispute is won. */
export function openDispute(
  account: Account,
  chargeId: string,
  options: { reason?: string; amount?: number } = {},
): Stripe.Dispute {
  const charge = account.get('charge', chargeId)
  if (charge.status !== 'succeeded') throw invalidRequest(`Charge ${chargeId} has not been paid.`)
  if (charge.disputed) throw invalidRequest(`Charge ${chargeId} is disputed already.`)
  const dispute = disputeObject(account, charge, options)
  account.update('charge', chargeId, { disputed: true }, 'charge.updated')
  account.insert('dispute', dispute, 'charge.dispute.created')
  const transaction = moved(account, dispute, -dispute.amount, -FEE_CENTS)
  const withdrawn = account.update('dispute', dispute.id, { balance_transactions: [transaction] })
  account.emit('charge.dispute.funds_withdrawn', withdrawn)
  return withdrawn
}

function disputeObject(
  account: Account,
  charge: Stripe.Charge,
  { reason = 'fraudulent', amount = charge.amount }: { reason?: string; amount?: number },
): Stripe.Dispute {
  const now = account.now(charge.customer as string | null)
  return {
    id: newId('du'),
    object: 'dispute',
    amount,
    balance_transactions: [],
    charge: charge.id,
    created: now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(),
    evidence_details: {
      due_by: now + DAYS_TO_ANSWER * DAY_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: null,
    } as unknown as Stripe.Dispute.EvidenceDetails,
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method_details: {
      type: 'card',
      card: { brand: 'visa', case_type: 'chargeback', network_reason_code: '10.4' },
    } as Stripe.Dispute.PaymentMethodDetails,
    reason,
    status: 'needs_response',
  } satisfies Stripe.Dispute
}

function noEvidence(): Stripe.Dispute.Evidence {
  return {
    access_activity_log: null,
    billing_address: null,
    cancellation_policy: null,
    cancellation_policy_disclosure: null,
    cancellation_rebuttal: null,
    customer_communication: null,
    customer_email_address: null,
    customer_name: null,
    customer_purchase_ip: null,
    customer_signature: null,
    duplicate_charge_documentation: null,
    duplicate_charge_explanation: null,
    duplicate_charge_id: null,
    enhanced_evidence: {},
    product_description: null,
    receipt: null,
    refund_policy: null,
    refund_policy_disclosure: null,
    refund_refusal_explanation: null,
    service_date: null,
    service_documentation: null,
    shipping_address: null,
    shipping_carrier: null,
    shipping_date: null,
    shipping_documentation: null,
    shipping_tracking_number: null,
    uncategorized_file: null,
    uncategorized_text: null,
  }
}

/** Evidence changes the status only when it is submitted. */
export function answerDispute(
  account: Account,
  disputeId: string,
  params: Stripe.DisputeUpdateParams,
): Stripe.Dispute {
  const dispute = account.get('dispute', disputeId)
  if (isClosed(dispute))
    throw invalidRequest('This dispute is already closed', undefined, 'dispute_already_closed')
  const given = Object.keys(params.evidence ?? {}).length > 0
  return account.update(
    'dispute',
    disputeId,
    {
      evidence: { ...dispute.evidence, ...params.evidence } as Stripe.Dispute.Evidence,
      evidence_details: {
        ...dispute.evidence_details,
        has_evidence: dispute.evidence_details.has_evidence || given,
        submission_count: dispute.evidence_details.submission_count + (params.submit ? 1 : 0),
      },
      status: params.submit ? 'under_review' : dispute.status,
    },
    'charge.dispute.updated',
  )
}

/** The bank decides: a dispute that is won brings the money back. */
export function closeDispute(
  account: Account,
  disputeId: string,
  outcome: 'won' | 'lost',
): Stripe.Dispute {
  const dispute = account.get('dispute', disputeId)
  if (isClosed(dispute))
    throw invalidRequest('This dispute is already closed', undefined, 'dispute_already_closed')
  const closed = account.update('dispute', disputeId, { status: outcome })
  if (outcome === 'lost') {
    account.emit('charge.dispute.closed', closed, { status: dispute.status })
    return closed
  }
  const back = moved(account, dispute, dispute.amount, FEE_CENTS)
  const reinstated = account.update('dispute', disputeId, {
    balance_transactions: [...dispute.balance_transactions, back],
  })
  account.emit('charge.dispute.closed', reinstated, { status: dispute.status })
  account.emit('charge.dispute.funds_reinstated', reinstated)
  return reinstated
}

function isClosed(dispute: Stripe.Dispute): boolean {
  return dispute.status === 'won' || dispute.status === 'lost'
}

function moved(
  account: Account,
  dispute: Stripe.Dispute,
  amount: number,
  fee: number,
): Stripe.BalanceTransaction {
  const charge = account.get('charge', idOf(dispute.charge) ?? '')
  const now = account.now(charge.customer as string | null)
  return {
    id: newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: now,
    balance_type: 'payments',
    created: now,
    currency: dispute.currency,
    description: `Chargeback ${amount < 0 ? 'withdrawal' : 'reversal'} for ${charge.id}`,
    exchange_rate: null,
    fee: -fee,
    fee_details: [],
    net: amount + fee,
    reporting_category: amount < 0 ? 'dispute' : 'dispute_reversal',
    source: dispute.id,
    status: 'available',
    type: 'adjustment',
  } as Stripe.BalanceTransaction
}
