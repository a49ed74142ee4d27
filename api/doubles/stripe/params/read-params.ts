import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type Stripe from 'stripe'
import type { StripeRefusal } from '../http/errors.ts'
import { invalidRequest } from '../http/errors.ts'
import type { FormObject, FormValue } from '../http/form.ts'
import type { ParamsType } from './params-types.ts'
import type { Shape, ShapeFile } from './shape.ts'

const file = JSON.parse(readFileSync(join(import.meta.dirname, 'shapes.json'), 'utf8')) as ShapeFile

/** The SDK whose types the double knows. */
export const SHAPES_SDK_VERSION = file.sdk_version

type Read = { value: unknown } | { refusal: StripeRefusal }

/**
 * Checks a parsed form against the SDK's type of that name and gives its values their types:
 * a form knows only text. Unknown parameters, missing ones and values out of an enum are refused as
 * Stripe refuses them.
 */
export function readParams(type: ParamsType, form: FormObject): unknown {
  const shape = file.params[type]
  if (shape === undefined) throw new Error(`shapes.json has no ${type}: run write-shapes.ts`)
  const read = readValue(shape, form, '')
  if ('refusal' in read) throw read.refusal
  return read.value
}

function readValue(shape: Shape, form: FormValue, path: string): Read {
  switch (shape) {
    case '*':
      return { value: form }
    case 's':
      return typeof form === 'string' ? { value: form } : refuse(`Invalid string: ${path}`, path)
    case 'n':
      return readNumber(form, path)
    case 'b':
      return form === 'true' || form === 'false'
        ? { value: form === 'true' }
        : refuse(`Invalid boolean: ${shown(form)}`, path)
    case 'd':
      return typeof form === 'string' && /^-?\d+(\.\d{1,12})?$/.test(form)
        ? { value: form }
        : refuse(`Invalid decimal: ${shown(form)}`, path)
    default:
      return readCompound(shape, form, path)
  }
}

function readCompound(shape: Exclude<Shape, string>, form: FormValue, path: string): Read {
  if ('$' in shape) return readValue(file.shared[shape.$] ?? '*', form, path)
  if ('l' in shape) return readLiteral(shape.l, form, path)
  if ('u' in shape) return readUnion(shape.u, form, path)
  // An empty string takes a list, a map or an object away.
  if ('a' in shape) return form === '' ? { value: '' } : readArray(shape.a, form, path)
  if ('m' in shape) return form === '' ? { value: '' } : readMap(shape.m, form, path)
  return readObject(shape, form, path)
}

function readNumber(form: FormValue, path: string): Read {
  return typeof form === 'string' && /^-?\d+(\.\d+)?$/.test(form)
    ? { value: Number(form) }
    : refuse(`Invalid integer: ${shown(form)}`, path, 'parameter_invalid_integer')
}

function readLiteral(literals: (string | number | boolean)[], form: FormValue, path: string): Read {
  const found = literals.find((literal) => String(literal) === form)
  if (found !== undefined) return { value: found }
  const named = literals.filter((literal) => literal !== '')
  const wanted =
    named.length > 1 ? `one of ${named.slice(0, -1).join(', ')}, or ${named.at(-1)}` : `${named[0]}`
  return refuse(`Invalid ${path}: must be ${wanted}`, path)
}

function readUnion(shapes: Shape[], form: FormValue, path: string): Read {
  let first: Read | undefined
  for (const shape of shapes) {
    const read = readValue(shape, form, path)
    if ('value' in read) return read
    // A mistake deep inside an object says more than "not the empty string".
    if (!first || (typeof form !== 'string' && isStructure(shape))) first = read
  }
  return first ?? { value: form }
}

function isStructure(shape: Shape): boolean {
  return typeof shape === 'object' && !('l' in shape)
}

function readArray(shape: Shape, form: FormValue, path: string): Read {
  if (typeof form === 'string') return refuse(`Invalid array`, path)
  const names = Object.keys(form)
  if (names.some((name) => !/^\d+$/.test(name))) return refuse(`Invalid array`, path)
  const values: unknown[] = []
  for (const name of names.toSorted((a, b) => Number(a) - Number(b))) {
    const read = readValue(shape, form[name] ?? '', `${path}[${name}]`)
    if ('refusal' in read) return read
    values.push(read.value)
  }
  return { value: values }
}

function readMap(shape: Shape, form: FormValue, path: string): Read {
  if (typeof form === 'string') return refuse(`Invalid object`, path)
  const values: Record<string, unknown> = {}
  for (const [name, child] of Object.entries(form)) {
    // Metadata is a map of text, whatever it looks like.
    const read = readValue(shape, child, `${path}[${name}]`)
    if ('refusal' in read) return read
    values[name] = typeof child === 'string' ? child : read.value
  }
  return { value: values }
}

function readObject(
  shape: { o: Record<string, Shape>; r?: string[] },
  form: FormValue,
  path: string,
): Read {
  if (typeof form === 'string') return refuse(`Invalid object`, path)
  const inside = (name: string) => (path === '' ? name : `${path}[${name}]`)
  const values: Record<string, unknown> = {}
  for (const [name, child] of Object.entries(form)) {
    const field = Object.hasOwn(shape.o, name) ? shape.o[name] : undefined
    if (field === undefined) {
      return refuse(
        `Received unknown parameter: ${inside(name)}`,
        inside(name),
        'parameter_unknown',
      )
    }
    const read = readValue(field, child, inside(name))
    if ('refusal' in read) return read
    values[name] = read.value
  }
  const missing = shape.r?.find((name) => !(name in form))
  if (missing !== undefined) {
    return refuse(
      `Missing required param: ${inside(missing)}.`,
      inside(missing),
      'parameter_missing',
    )
  }
  return { value: values }
}

function refuse(message: string, param: string, code?: string): Read {
  return { refusal: invalidRequest(message, param, code) }
}

function shown(form: FormValue): string {
  return typeof form === 'string' ? form : JSON.stringify(form)
}

/** The types behind the names, so that a route and its handler cannot disagree. */
export interface ParamsOf {
  CustomerCreateParams: Stripe.CustomerCreateParams
  CustomerUpdateParams: Stripe.CustomerUpdateParams
  CustomerListParams: Stripe.CustomerListParams
  CustomerListPaymentMethodsParams: Stripe.CustomerListPaymentMethodsParams
  ProductCreateParams: Stripe.ProductCreateParams
  ProductUpdateParams: Stripe.ProductUpdateParams
  ProductListParams: Stripe.ProductListParams
  PriceCreateParams: Stripe.PriceCreateParams
  PriceUpdateParams: Stripe.PriceUpdateParams
  PriceListParams: Stripe.PriceListParams
  'Checkout.SessionCreateParams': Stripe.Checkout.SessionCreateParams
  'Checkout.SessionListParams': Stripe.Checkout.SessionListParams
  'Checkout.SessionListLineItemsParams': Stripe.Checkout.SessionListLineItemsParams
  PaymentIntentCreateParams: Stripe.PaymentIntentCreateParams
  PaymentIntentListParams: Stripe.PaymentIntentListParams
  ChargeListParams: Stripe.ChargeListParams
  PaymentMethodListParams: Stripe.PaymentMethodListParams
  PaymentMethodAttachParams: Stripe.PaymentMethodAttachParams
  PaymentMethodUpdateParams: Stripe.PaymentMethodUpdateParams
  SubscriptionCreateParams: Stripe.SubscriptionCreateParams
  SubscriptionUpdateParams: Stripe.SubscriptionUpdateParams
  SubscriptionListParams: Stripe.SubscriptionListParams
  SubscriptionCancelParams: Stripe.SubscriptionCancelParams
  SubscriptionPauseParams: Stripe.SubscriptionPauseParams
  SubscriptionResumeParams: Stripe.SubscriptionResumeParams
  InvoiceCreateParams: Stripe.InvoiceCreateParams
  InvoiceListParams: Stripe.InvoiceListParams
  InvoiceListLineItemsParams: Stripe.InvoiceListLineItemsParams
  InvoicePayParams: Stripe.InvoicePayParams
  InvoiceFinalizeInvoiceParams: Stripe.InvoiceFinalizeInvoiceParams
  InvoiceAddLinesParams: Stripe.InvoiceAddLinesParams
  InvoiceCreatePreviewParams: Stripe.InvoiceCreatePreviewParams
  InvoiceItemCreateParams: Stripe.InvoiceItemCreateParams
  InvoiceItemListParams: Stripe.InvoiceItemListParams
  InvoicePaymentListParams: Stripe.InvoicePaymentListParams
  RefundCreateParams: Stripe.RefundCreateParams
  RefundListParams: Stripe.RefundListParams
  DisputeUpdateParams: Stripe.DisputeUpdateParams
  DisputeListParams: Stripe.DisputeListParams
  EventListParams: Stripe.EventListParams
  'BillingPortal.SessionCreateParams': Stripe.BillingPortal.SessionCreateParams
  'TestHelpers.TestClockCreateParams': Stripe.TestHelpers.TestClockCreateParams
  'TestHelpers.TestClockAdvanceParams': Stripe.TestHelpers.TestClockAdvanceParams
  'TestHelpers.TestClockListParams': Stripe.TestHelpers.TestClockListParams
}
