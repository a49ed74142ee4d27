import type Stripe from 'stripe'

/** What a Stripe account holds, by the name that stands in `object`. */
export interface Objects {
  customer: Stripe.Customer
  product: Stripe.Product
  price: Stripe.Price
  'checkout.session': Stripe.Checkout.Session
  payment_intent: Stripe.PaymentIntent
  setup_intent: Stripe.SetupIntent
  charge: Stripe.Charge
  payment_method: Stripe.PaymentMethod
  subscription: Stripe.Subscription
  invoice: Stripe.Invoice
  invoiceitem: Stripe.InvoiceItem
  invoice_payment: Stripe.InvoicePayment
  refund: Stripe.Refund
  dispute: Stripe.Dispute
  'billing_portal.session': Stripe.BillingPortal.Session
  event: Stripe.Event
  'test_helpers.test_clock': Stripe.TestHelpers.TestClock
}

export type ObjectName = keyof Objects

export const OBJECT_NAMES = [
  'customer',
  'product',
  'price',
  'checkout.session',
  'payment_intent',
  'setup_intent',
  'charge',
  'payment_method',
  'subscription',
  'invoice',
  'invoiceitem',
  'invoice_payment',
  'refund',
  'dispute',
  'billing_portal.session',
  'event',
  'test_helpers.test_clock',
] as const satisfies ObjectName[]

/** By the prefix of an id, for `expand`. */
const NAME_OF_PREFIX: Record<string, ObjectName> = {
  cus: 'customer',
  prod: 'product',
  price: 'price',
  cs: 'checkout.session',
  pi: 'payment_intent',
  seti: 'setup_intent',
  ch: 'charge',
  pm: 'payment_method',
  sub: 'subscription',
  in: 'invoice',
  ii: 'invoiceitem',
  inpay: 'invoice_payment',
  re: 'refund',
  du: 'dispute',
  clock: 'test_helpers.test_clock',
}

export function objectNameOf(id: string): ObjectName | undefined {
  return NAME_OF_PREFIX[id.slice(0, id.indexOf('_'))]
}

/** What Stripe knows about an object and does not show. */
export interface Hidden {
  /** Number of the card, or the way of paying, behind a payment method. */
  paymentMethods: Record<string, PaymentSource>
  /** What a checkout session was asked for. */
  checkouts: Record<string, Checkout>
  /** Invoice → when its draft is finalized, in seconds. */
  drafts: Record<string, number>
  /** Invoice → when its payment is tried again, in seconds. */
  retries: Record<string, number>
  /** Open checkout session → when it expires, in seconds. */
  openSessions: Record<string, number>
  /** Subscription → end of the trial that was announced. */
  trialsAnnounced: Record<string, number>
  /** Subscription → what a pending update would change. */
  pendingUpdates: Record<string, PendingUpdate>
  /** Lines that wait for the next invoice of their subscription. */
  pendingLines: Stripe.InvoiceLineItem[]
  /** What happens by itself a little later. */
  later: Later[]
  /** Customer (or `*`) → how many attempts to pay a renewal fail next. */
  failingRenewals: Record<string, number>
}

export interface PaymentSource {
  number: string
  /** Passed 3-D Secure while it was saved: no further question off session. */
  isAuthenticated: boolean
}

export interface Checkout {
  lineItems: Stripe.LineItem[]
  paymentIntentData: Stripe.Checkout.SessionCreateParams.PaymentIntentData
  subscriptionData: Stripe.Checkout.SessionCreateParams.SubscriptionData
  setupIntentData: Stripe.Checkout.SessionCreateParams.SetupIntentData
  /** Of the payment that waits for 3-D Secure. */
  waiting?: { paymentMethodId: string }
  problem?: string
}

export interface PendingUpdate {
  invoiceId: string
  items: Stripe.SubscriptionItem[]
}

export interface Later {
  at: number
  kind: 'open_dispute' | 'fail_refund'
  id: string
}

export function emptyHidden(): Hidden {
  return {
    paymentMethods: {},
    checkouts: {},
    drafts: {},
    retries: {},
    openSessions: {},
    trialsAnnounced: {},
    pendingUpdates: {},
    pendingLines: [],
    later: [],
    failingRenewals: {},
  }
}

export function forget(record: Record<string, unknown>, name: string): void {
  Reflect.deleteProperty(record, name)
}

/** An expandable field as it is stored: always the id. */
export function idOf(value: string | { id: string } | null | undefined): string | null {
  return typeof value === 'string' ? value : (value?.id ?? null)
}
