import type Stripe from 'stripe'
import { invalidRequest } from '../http/errors.ts'
import { refuseUnserved } from '../params/served.ts'
import type { Account } from '../state/account.ts'
import { newId, randomText } from '../state/ids.ts'
import { inlinePrice } from '../routes/catalog.ts'
import { mergeMetadata, orNull } from '../routes/fields.ts'

type Params = Stripe.Checkout.SessionCreateParams
type LineItemParams = Stripe.Checkout.SessionCreateParams.LineItem

const DAY_SECONDS = 24 * 60 * 60
const SHORTEST_SECONDS = 30 * 60
/** An old clock must not refuse what is just in time. */
const TOLERANCE_SECONDS = 60
const LINE_ITEMS_LIMIT = 100

const SERVED = new Set<string>([
  'mode',
  'ui_mode',
  'line_items',
  'currency',
  'customer',
  'customer_email',
  'customer_creation',
  'customer_update',
  'client_reference_id',
  'success_url',
  'cancel_url',
  'expires_at',
  'metadata',
  'payment_intent_data',
  'subscription_data',
  'setup_intent_data',
  'allowed_payment_method_types',
  'payment_method_collection',
  'saved_payment_method_options',
  'automatic_tax',
  'billing_address_collection',
  'locale',
  'submit_type',
])

export function createSession(account: Account, params: Params): Stripe.Checkout.Session {
  const mode = params.mode ?? 'payment'
  refuseUnsupported(params)
  refuseDataOfOtherMode(params, mode)
  if (params.customer) account.get('customer', params.customer, 'customer')
  if (params.customer && params.customer_email) {
    throw invalidRequest(
      'You may only specify one of these parameters: customer, customer_email.',
      'customer',
    )
  }
  const now = account.now(params.customer)
  const expiresAt = params.expires_at ?? now + DAY_SECONDS
  refuseExpiry(expiresAt, now)
  const lineItems = (params.line_items ?? []).map((item, index) => lineItem(account, item, index))
  refuseLineItems(lineItems, mode)
  const total = lineItems.reduce((sum, item) => sum + item.amount_total, 0)
  const id = newId('cs_test')
  account.hidden.checkouts[id] = {
    lineItems,
    paymentIntentData: params.payment_intent_data ?? {},
    subscriptionData: params.subscription_data ?? {},
    setupIntentData: params.setup_intent_data ?? {},
  }
  account.hidden.openSessions[id] = expiresAt
  const session = sessionObject(account, { id, mode, now, expiresAt, lineItems, total, params })
  return account.insert('checkout.session', session)
}

interface Draft {
  id: string
  mode: string
  now: number
  expiresAt: number
  lineItems: Stripe.LineItem[]
  total: number
  params: Params
}

function sessionObject(account: Account, draft: Draft): Stripe.Checkout.Session {
  const { id, mode, params, total } = draft
  const isSetup = mode === 'setup'
  const currency = draft.lineItems[0]?.currency ?? params.currency ?? null
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: mode === 'payment' ? { enabled: false } : null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount_subtotal: isSetup ? null : total,
    amount_total: isSetup ? null : total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: draft.now,
    currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: params.customer ?? null,
    customer_account: null,
    customer_creation:
      params.customer || isSetup
        ? null
        : (params.customer_creation ?? (mode === 'subscription' ? 'always' : 'if_required')),
    customer_details: params.customer_email ? details(params.customer_email) : null,
    customer_email: params.customer_email ?? null,
    discounts: [],
    expires_at: draft.expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: params.locale ?? null,
    managed_payments: null,
    metadata: mergeMetadata({}, params.metadata),
    mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection:
      mode === 'subscription' ? (params.payment_method_collection ?? 'always') : 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: params.allowed_payment_method_types ?? ['card', 'us_bank_account'],
    payment_status: isSetup || total === 0 ? 'no_payment_required' : 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: params.customer
      ? {
          allow_redisplay_filters: ['always'],
          payment_method_remove: 'disabled',
          payment_method_save: params.saved_payment_method_options?.payment_method_save ?? null,
        }
      : null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: params.submit_type ?? null,
    subscription: null,
    success_url: params.success_url ?? null,
    total_details: isSetup ? null : { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${account.baseUrl}/c/pay/${id}`,
    wallet_options: null,
  } satisfies Stripe.Checkout.Session
}

export function details(
  email: string | null,
  name: string | null = null,
): Stripe.Checkout.Session.CustomerDetails {
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  }
}

function lineItem(account: Account, item: LineItemParams, index: number): Stripe.LineItem {
  const quantity = item.quantity ?? 1
  if (!item.price && !item.price_data) {
    throw invalidRequest(
      `You must specify either \`price\` or \`price_data\`.`,
      `line_items[${index}]`,
      'parameter_missing',
    )
  }
  const price = item.price_data
    ? inlinePrice(account, item.price_data)
    : account.get('price', item.price ?? '', `line_items[${index}][price]`)
  if (!item.price_data && !price.active) {
    throw invalidRequest(
      `The price specified is inactive. This field only accepts active prices.`,
      `line_items[${index}][price]`,
    )
  }
  const amount = (price.unit_amount ?? 0) * quantity
  return {
    id: `li_${randomText(24)}`,
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: orNull(account.get('product', price.product as string).name),
    metadata: mergeMetadata({}, item.metadata),
    price,
    quantity,
  }
}

function refuseLineItems(items: Stripe.LineItem[], mode: Draft['mode']): void {
  if (mode === 'setup') {
    if (items.length > 0)
      throw invalidRequest('`line_items` cannot be used in `setup` mode.', 'line_items')
    return
  }
  if (items.length === 0) {
    throw invalidRequest(`Missing required param: line_items.`, 'line_items', 'parameter_missing')
  }
  if (items.length > LINE_ITEMS_LIMIT) throw invalidRequest('Too many line items.', 'line_items')
  const recurring = items.filter((item) => item.price?.recurring)
  if (mode === 'payment' && recurring.length > 0) {
    throw invalidRequest(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      'line_items',
    )
  }
  if (mode === 'subscription' && recurring.length === 0) {
    throw invalidRequest(
      'You must provide at least one recurring price in `subscription` mode when using prices.',
      'line_items',
    )
  }
  if (mode === 'subscription' && recurring.length < items.length) {
    throw invalidRequest(
      "Purser's stand-in for Stripe takes recurring prices only in `subscription` mode.",
      'line_items',
    )
  }
  if (new Set(items.map((item) => item.currency)).size > 1) {
    throw invalidRequest('All line items must have the same currency.', 'line_items')
  }
}

function refuseDataOfOtherMode(params: Params, mode: string): void {
  const modes = {
    payment_intent_data: 'payment',
    subscription_data: 'subscription',
    setup_intent_data: 'setup',
  } as const
  for (const [name, wanted] of Object.entries(modes)) {
    if (params[name as keyof typeof modes] !== undefined && mode !== wanted) {
      throw invalidRequest(`You can not pass \`${name}\` in \`${mode}\` mode.`, name)
    }
  }
}

function refuseExpiry(expiresAt: number, now: number): void {
  if (
    expiresAt < now + SHORTEST_SECONDS - TOLERANCE_SECONDS ||
    expiresAt > now + DAY_SECONDS + TOLERANCE_SECONDS
  ) {
    throw invalidRequest(
      'The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session creation.',
      'expires_at',
    )
  }
}

function refuseUnsupported(params: Params): void {
  refuseUnserved(params, SERVED)
  if (params.automatic_tax?.enabled) {
    throw invalidRequest("Purser's stand-in for Stripe knows no taxes.", 'automatic_tax')
  }
  if (params.ui_mode !== undefined && params.ui_mode !== 'hosted_page') {
    throw invalidRequest("Purser's stand-in for Stripe has hosted pages only.", 'ui_mode')
  }
  if (!params.success_url) {
    throw invalidRequest('Missing required param: success_url.', 'success_url', 'parameter_missing')
  }
  for (const [name, url] of [
    ['success_url', params.success_url],
    ['cancel_url', params.cancel_url],
  ] as const) {
    if (url && !/^https?:\/\/\S+$/.test(url))
      throw invalidRequest('Not a valid URL', name, 'url_invalid')
  }
}
