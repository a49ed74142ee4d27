import Stripe from 'stripe'
import type { StripeSettings } from '../config.ts'
import { AppError } from '../errors.ts'

/** An action of Hasura waits for 60 seconds: two calls, each tried three times, fit in. */
const TIMEOUT_MILLISECONDS = 8_000
const RETRIES = 2
const RETRY_AFTER_SECONDS = 30

/** null: no key is set, so nothing can be bought. The version of the API is the SDK's own. */
export function createStripe(settings: StripeSettings | undefined): Stripe | null {
  if (!settings) return null
  return new Stripe(settings.secretKey, {
    maxNetworkRetries: RETRIES,
    timeout: TIMEOUT_MILLISECONDS,
    telemetry: false,
    appInfo: { name: 'purser' },
    ...(settings.apiBaseUrl !== undefined && hostOf(settings.apiBaseUrl)),
  })
}

function hostOf(baseUrl: string) {
  const { hostname, port, protocol } = new URL(baseUrl)
  const isPlain = protocol === 'http:'
  return {
    host: hostname,
    port: port === '' ? (isPlain ? 80 : 443) : Number(port),
    protocol: isPlain ? ('http' as const) : ('https' as const),
  }
}

/**
 * Stripe's "not now" and "not with this card" as errors for people. What else Stripe refuses is a
 * mistake of ours: thrown on, logged, answered `internal_error`.
 */
export function describeStripeFailure(error: unknown): unknown {
  if (error instanceof Stripe.errors.StripeCardError) {
    return new AppError(
      'payment_failed',
      { reason: error.message, decline_code: error.decline_code ?? error.code ?? null },
      { message: `${error.message} You were not charged.`, cause: error },
    )
  }
  if (isStripeUnavailable(error)) {
    return new AppError(
      'billing_unavailable',
      { retry_after_seconds: RETRY_AFTER_SECONDS },
      { cause: error },
    )
  }
  return error
}

export function isStripeUnavailable(error: unknown): boolean {
  return (
    error instanceof Stripe.errors.StripeConnectionError ||
    error instanceof Stripe.errors.StripeRateLimitError ||
    error instanceof Stripe.errors.StripeAPIError
  )
}

/** No answer, or one that does not say whether it was done: a payment may have been made. */
function isOutcomeUnknown(error: unknown): boolean {
  return (
    error instanceof Stripe.errors.StripeConnectionError ||
    error instanceof Stripe.errors.StripeAPIError
  )
}

/** Of a call that charges: an outage as an error that does not say that nobody was charged. */
export function describeLostCharge(error: unknown): unknown {
  if (!isOutcomeUnknown(error)) return error
  return new AppError(
    'billing_unavailable',
    { retry_after_seconds: RETRY_AFTER_SECONDS },
    {
      message:
        'The payment provider did not answer in time. Your plan shows in a minute whether the change was made and paid.',
      cause: error,
    },
  )
}

/** Runs calls of Stripe for a caller who waits for the answer. */
export async function forCaller<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (error) {
    throw describeStripeFailure(error)
  }
}

export function billingNotSetUp(): AppError {
  return new AppError(
    'billing_unavailable',
    { retry_after_seconds: null },
    { message: 'Payments are not set up on this installation. You were not charged.' },
  )
}
