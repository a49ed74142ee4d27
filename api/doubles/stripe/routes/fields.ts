import type Stripe from 'stripe'

/** Stripe's text fields: an empty string takes the value away. */
export function orNull(value: string | null | undefined): string | null {
  return value || null
}

/** Keys are merged; an empty value removes its key, an empty text removes all. */
export function mergeMetadata(
  before: Stripe.Metadata | null,
  change: Stripe.Emptyable<Stripe.MetadataParam> | undefined,
): Stripe.Metadata {
  if (change === '') return {}
  const merged = { ...before }
  for (const [name, value] of Object.entries(change ?? {})) {
    if (value === null || value === '') Reflect.deleteProperty(merged, name)
    else merged[name] = String(value)
  }
  return merged
}

/** Decimals travel as text; the SDK makes its own numbers of them. */
export function decimal(value: number | string): Stripe.Decimal {
  return String(value) as unknown as Stripe.Decimal
}
