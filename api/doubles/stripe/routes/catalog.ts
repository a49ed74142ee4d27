import type Stripe from 'stripe'
import { invalidRequest } from '../http/errors.ts'
import { isCreatedWithin, page } from '../http/list.ts'
import { plainRoute, route, type Call, type Route } from '../http/route.ts'
import type { Account } from '../state/account.ts'
import { newId } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import { decimal, mergeMetadata, orNull } from './fields.ts'

/** Products and prices. */
export const catalogRoutes: Route[] = [
  route('POST /v1/products', 'ProductCreateParams', ({ account, params }) =>
    createProduct(account, params),
  ),
  route('GET /v1/products', 'ProductListParams', ({ account, params, url }) => {
    const all = account
      .list('product')
      .filter((product) => product.active === (params.active ?? product.active))
      .filter((product) => !params.ids || params.ids.includes(product.id))
      .filter((product) => isCreatedWithin(product.created, params.created))
    return page(all, params, url)
  }),
  plainRoute('GET /v1/products/:id', ({ account, id }) => account.get('product', id)),
  route('POST /v1/products/:id', 'ProductUpdateParams', updateProduct),
  route('POST /v1/prices', 'PriceCreateParams', ({ account, params }) =>
    createPrice(account, params),
  ),
  route('GET /v1/prices', 'PriceListParams', listPrices),
  plainRoute('GET /v1/prices/:id', ({ account, id }) => account.get('price', id)),
  route('POST /v1/prices/:id', 'PriceUpdateParams', updatePrice),
]

function createProduct(account: Account, params: Stripe.ProductCreateParams): Stripe.Product {
  if (params.id && account.find('product', params.id)) {
    throw invalidRequest(`Product already exists.`, 'id', 'resource_already_exists')
  }
  const product = productObject(account, params.name, params)
  const inserted = account.insert('product', product, 'product.created')
  if (!params.default_price_data) return inserted
  const price = createPrice(account, {
    ...params.default_price_data,
    product: product.id,
  } as Stripe.PriceCreateParams)
  return account.update('product', product.id, { default_price: price.id })
}

function productObject(
  account: Account,
  name: string,
  params: Partial<Stripe.ProductCreateParams>,
) {
  return {
    id: params.id ?? newId('prod'),
    object: 'product',
    active: params.active ?? true,
    created: account.now(),
    default_price: null,
    description: orNull(params.description),
    images: params.images ?? [],
    livemode: false,
    marketing_features: [],
    metadata: mergeMetadata({}, params.metadata),
    name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: account.now(),
    url: null,
  } satisfies Stripe.Product
}

function updateProduct({ account, id, params }: Call<Stripe.ProductUpdateParams>): Stripe.Product {
  const product = account.get('product', id)
  return account.update(
    'product',
    id,
    {
      active: params.active ?? product.active,
      name: params.name ?? product.name,
      description:
        params.description === undefined ? product.description : orNull(params.description),
      metadata: mergeMetadata(product.metadata, params.metadata),
      updated: account.now(),
    },
    'product.updated',
  )
}

function createPrice(account: Account, params: Stripe.PriceCreateParams): Stripe.Price {
  if (params.product === undefined && params.product_data === undefined) {
    throw invalidRequest(
      'You must specify either `product` or `product_data`.',
      'product',
      'parameter_missing',
    )
  }
  if (params.product) account.get('product', params.product, 'product')
  const key = params.lookup_key
  const holder =
    key && account.list('price').find((price) => price.lookup_key === key && price.active)
  if (holder) {
    if (!params.transfer_lookup_key) {
      throw invalidRequest(
        `A price (\`${holder.id}\`) already uses that lookup key.`,
        'lookup_key',
        'resource_already_exists',
      )
    }
    account.update('price', holder.id, { lookup_key: null }, 'price.updated')
  }
  const product = params.product ?? addProduct(account, params.product_data?.name ?? '').id
  const price = priceObject(account, product, params)
  return account.insert('price', price, 'price.created')
}

function addProduct(account: Account, name: string): Stripe.Product {
  return account.insert('product', productObject(account, name, {}), 'product.created')
}

/** Of `price_data` in a checkout: a price of its own, not active, of a product that may be new. */
export function inlinePrice(
  account: Account,
  params: Stripe.Checkout.SessionCreateParams.LineItem.PriceData,
): Stripe.Price {
  const { product, product_data: productData, recurring, ...rest } = params
  if (product) account.get('product', product, 'line_items[0][price_data][product]')
  if (!product && !productData) {
    throw invalidRequest(
      'You must specify either `product` or `product_data` when creating a price.',
      'line_items[0][price_data][product_data]',
      'parameter_missing',
    )
  }
  const productId =
    product ??
    account.insert('product', {
      ...productObject(account, productData?.name ?? '', { metadata: productData?.metadata ?? {} }),
      active: false,
      description: orNull(productData?.description),
    }).id
  const price = priceObject(account, productId, {
    currency: rest.currency,
    active: false,
    ...(rest.unit_amount === undefined ? {} : { unit_amount: rest.unit_amount }),
    ...(recurring ? { recurring } : {}),
  })
  return account.insert('price', price)
}

function priceObject(
  account: Account,
  product: string,
  params: Stripe.PriceCreateParams,
): Stripe.Price {
  const amount = params.unit_amount ?? Number(params.unit_amount_decimal)
  if (!Number.isInteger(amount) || amount < 0) {
    throw invalidRequest(
      'The stand-in for Stripe needs `unit_amount` in whole cents.',
      'unit_amount',
    )
  }
  const { recurring } = params
  return {
    id: newId('price'),
    object: 'price',
    active: params.active ?? true,
    billing_scheme: 'per_unit',
    created: account.now(),
    currency: params.currency.toLowerCase(),
    custom_unit_amount: null,
    livemode: false,
    lookup_key: orNull(params.lookup_key),
    metadata: mergeMetadata({}, params.metadata),
    nickname: orNull(params.nickname),
    product,
    recurring: recurring
      ? {
          interval: recurring.interval,
          interval_count: recurring.interval_count ?? 1,
          meter: null,
          trial_period_days: null,
          usage_type: 'licensed',
        }
      : null,
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: recurring ? 'recurring' : 'one_time',
    unit_amount: amount,
    unit_amount_decimal: decimal(amount),
  }
}

function listPrices({ account, params, url }: Call<Stripe.PriceListParams>) {
  const all = account
    .list('price')
    .filter((price) => price.active === (params.active ?? price.active))
    .filter((price) => !params.lookup_keys || params.lookup_keys.includes(price.lookup_key ?? ''))
    .filter((price) => idOf(price.product) === (params.product ?? idOf(price.product)))
    .filter((price) => price.type === (params.type ?? price.type))
    .filter((price) => isCreatedWithin(price.created, params.created))
  return page(all, params, url)
}

function updatePrice({ account, id, params }: Call<Stripe.PriceUpdateParams>): Stripe.Price {
  const price = account.get('price', id)
  const key = params.lookup_key
  const holder = key
    ? account.list('price').find((each) => each.lookup_key === key && each.id !== id)
    : undefined
  if (holder && !params.transfer_lookup_key) {
    throw invalidRequest(
      `A price (\`${holder.id}\`) already uses that lookup key.`,
      'lookup_key',
      'resource_already_exists',
    )
  }
  if (holder) account.update('price', holder.id, { lookup_key: null }, 'price.updated')
  return account.update(
    'price',
    id,
    {
      active: params.active ?? price.active,
      nickname: params.nickname === undefined ? price.nickname : orNull(params.nickname),
      lookup_key: key === undefined ? price.lookup_key : orNull(key),
      metadata: mergeMetadata(price.metadata, params.metadata),
    },
    'price.updated',
  )
}
