import type Stripe from 'stripe'
import { invalidRequest } from '../http/errors.ts'
import { isCreatedWithin, page } from '../http/list.ts'
import { plainRoute, route, type Call, type Route } from '../http/route.ts'
import type { Account } from '../state/account.ts'
import { newId, randomText } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import { endSubscription } from '../billing/cancel.ts'
import { mergeMetadata, orNull } from './fields.ts'

export const customerRoutes: Route[] = [
  route('POST /v1/customers', 'CustomerCreateParams', ({ account, params }) =>
    createCustomer(account, params),
  ),
  route('GET /v1/customers', 'CustomerListParams', ({ account, params, url }) => {
    const all = account
      .list('customer')
      .filter((customer) => !params.email || customer.email === params.email)
      .filter(
        (customer) =>
          idOf(customer.test_clock) === (params.test_clock ?? idOf(customer.test_clock)),
      )
      .filter((customer) => isCreatedWithin(customer.created, params.created))
    return page(all, params, url)
  }),
  plainRoute('GET /v1/customers/:id', ({ account, id }) => account.get('customer', id)),
  route('POST /v1/customers/:id', 'CustomerUpdateParams', updateCustomer),
  plainRoute('DELETE /v1/customers/:id', deleteCustomer),
  route('GET /v1/customers/:id/payment_methods', 'CustomerListPaymentMethodsParams', (call) => {
    const { account, id, params, url } = call
    account.get('customer', id)
    const own = account
      .list('payment_method')
      .filter(
        (method) => idOf(method.customer) === id && method.type === (params.type ?? method.type),
      )
    return page(own, params, url)
  }),
]

/** `test_clock` is the only unusual field: time of its own for this customer. */
export function createCustomer(
  account: Account,
  params: Stripe.CustomerCreateParams,
): Stripe.Customer {
  const clock = params.test_clock
  if (clock) account.get('test_helpers.test_clock', clock, 'test_clock')
  const email = orNull(params.email)
  if (email !== null && !/^\S+@\S+$/.test(email)) {
    throw invalidRequest(`Invalid email address: ${email}`, 'email', 'email_invalid')
  }
  const customer = {
    id: newId('cus'),
    object: 'customer',
    address: null,
    balance: params.balance ?? 0,
    created: account.find('test_helpers.test_clock', clock)?.frozen_time ?? account.now(),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: orNull(params.description),
    discount: null,
    email,
    invoice_prefix: params.invoice_prefix ?? randomText(8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    name: orNull(params.name),
    next_invoice_sequence: 1,
    phone: orNull(params.phone),
    preferred_locales: params.preferred_locales ?? [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: clock ?? null,
  } satisfies Stripe.Customer
  return account.insert('customer', customer, 'customer.created')
}

function updateCustomer({
  account,
  id,
  params,
}: Call<Stripe.CustomerUpdateParams>): Stripe.Customer {
  const customer = account.get('customer', id)
  const wanted = params.invoice_settings?.default_payment_method
  if (wanted) {
    const method = account.get('payment_method', wanted, 'invoice_settings[default_payment_method]')
    if (idOf(method.customer) !== id) {
      throw invalidRequest(
        `The customer does not have a payment method with the ID ${wanted}. The payment method must be attached to the customer.`,
        'invoice_settings[default_payment_method]',
        'resource_missing',
      )
    }
  }
  const patch: Partial<Stripe.Customer> = {
    metadata: mergeMetadata(customer.metadata, params.metadata),
  }
  if (params.email !== undefined) patch.email = orNull(params.email)
  if (params.name !== undefined) patch.name = orNull(params.name)
  if (params.phone !== undefined) patch.phone = orNull(params.phone)
  if (params.description !== undefined) patch.description = orNull(params.description)
  if (params.balance !== undefined) patch.balance = params.balance
  if (wanted !== undefined) {
    patch.invoice_settings = {
      ...customer.invoice_settings,
      default_payment_method: orNull(wanted),
    }
  }
  return account.update('customer', id, patch, 'customer.updated')
}

function deleteCustomer({ account, id }: Call<unknown>): Stripe.DeletedCustomer {
  const customer = account.get('customer', id)
  for (const subscription of account.list('subscription')) {
    if (idOf(subscription.customer) === id && subscription.status !== 'canceled') {
      endSubscription(account, subscription.id, 'cancellation_requested')
    }
  }
  account.remove('customer', id)
  account.emit('customer.deleted', customer)
  return { id, object: 'customer', deleted: true }
}
