import type Stripe from 'stripe'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import type { Period } from './lines.ts'

export interface NewInvoice {
  customerId: string
  subscription: Stripe.Subscription | null
  reason: Stripe.Invoice.BillingReason
  lines: Stripe.InvoiceLineItem[]
  /** Of the invoice, which is not that of its lines: the time in which items were collected. */
  period: Period
  currency: string
  autoAdvance: boolean
  metadata?: Stripe.Metadata
  description?: string | null
  /** When the double finalizes the draft. */
  finalizesAt?: number
}

export function invoiceObject(
  account: Account,
  input: NewInvoice,
  id = newId('in'),
): Stripe.Invoice {
  const customer = account.get('customer', input.customerId)
  const lines = input.lines.map((line) => ({ ...line, invoice: id }))
  const total = lines.reduce((sum, line) => sum + line.amount, 0)
  const { subscription } = input
  return {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Purser',
    account_tax_ids: null,
    amount_due: Math.max(0, total),
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: Math.max(0, total),
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: input.autoAdvance,
    automatic_tax: {
      disabled_reason: null,
      enabled: false,
      liability: null,
      provider: null,
      status: null,
    },
    automatically_finalizes_at: input.finalizesAt ?? null,
    billing_reason: input.reason,
    collection_method: 'charge_automatically',
    created: account.now(customer),
    currency: input.currency,
    custom_fields: null,
    customer: customer.id,
    customer_account: null,
    customer_address: null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: input.description ?? null,
    discounts: [],
    due_date: null,
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: { object: 'list', data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
    livemode: false,
    metadata: input.metadata ?? {},
    next_payment_attempt: input.finalizesAt ?? null,
    number: null,
    on_behalf_of: null,
    parent: subscription
      ? ({
          type: 'subscription_details',
          quote_details: null,
          subscription_details: {
            metadata: { ...subscription.metadata },
            subscription: subscription.id,
          },
        } as Stripe.Invoice.Parent)
      : null,
    payment_settings: {
      default_mandate: null,
      payment_method_options: null,
      payment_method_types: null,
    },
    period_end: input.period.end,
    period_start: input.period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'draft',
    status_transitions: {
      finalized_at: null,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    subtotal: total,
    subtotal_excluding_tax: total,
    test_clock: idOf(customer.test_clock),
    total,
    total_discount_amounts: [],
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: account.now(customer),
  } satisfies Stripe.Invoice
}
