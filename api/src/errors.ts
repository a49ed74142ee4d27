/**
 * The one table of expected failures: code → HTTP status of a plain route, and the sentence shown
 * when the place that refused has nothing better to say. The codes are public (README.md).
 */
export const errorTable = {
  invalid_input: { http: 400, message: 'The input is not valid.' },
  unauthenticated: { http: 401, message: 'Sign in first.' },
  insufficient_credits: { http: 402, message: 'Not enough credits are available.' },
  payment_failed: { http: 402, message: 'The payment failed. You were not charged.' },
  subscription_inactive: { http: 402, message: 'The subscription is not active.' },
  not_allowed: { http: 403, message: 'This is not allowed for you.' },
  capability_not_in_plan: { http: 403, message: 'The plan does not include this capability.' },
  capability_disabled: { http: 403, message: 'This capability is switched off at the moment.' },
  quality_level_not_allowed: { http: 403, message: 'The plan does not include this level.' },
  topup_not_allowed: { http: 403, message: 'The plan does not include buying credits.' },
  plan_not_available: { http: 403, message: 'This plan is not offered.' },
  not_found: { http: 404, message: 'There is nothing here.' },
  reservation_not_found: { http: 404, message: 'There is no such reservation.' },
  session_not_found: { http: 404, message: 'There is no such session.' },
  idempotency_conflict: {
    http: 409,
    message: 'This idempotency key was used for another request.',
  },
  no_subscription: { http: 409, message: 'There is no paid subscription.' },
  no_payment_method: {
    http: 409,
    message: 'No card is saved. It is saved with the first purchase.',
  },
  operation_abandoned: {
    http: 409,
    message: 'This operation was left before it ended. Its cost is in charged_credits.',
  },
  checkout_closed: {
    http: 409,
    message:
      'The payment page is closed. If it was paid, your plan shows it in a moment; if not, begin again.',
  },
  payment_processing: { http: 409, message: 'A payment is on its way already.' },
  session_active: { http: 409, message: 'A session is running already.' },
  session_ended: { http: 409, message: 'The session has ended.' },
  reservation_not_open: { http: 409, message: 'The reservation is not open any more.' },
  provider_failed: {
    http: 424,
    message: 'The AI provider gave no usable answer. You were not charged.',
  },
  quota_exceeded: { http: 429, message: 'Nothing is left of the quota for this period.' },
  member_cap_exceeded: {
    http: 429,
    message: 'Nothing is left of what your organization allows you for this period.',
  },
  rate_limited: { http: 429, message: 'Too many requests in this time.' },
  billing_unavailable: {
    http: 503,
    message: 'The payment provider cannot be reached. You were not charged; try again later.',
  },
  overloaded: { http: 503, message: 'The service is busy. Nothing was charged; try again.' },
  internal_error: { http: 500, message: 'Something went wrong on our side.' },
} as const satisfies Record<string, { http: number; message: string }>

export type ErrorCode = keyof typeof errorTable
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorTable, text)
}

export type ErrorDetails = Record<string, unknown>

/** What an error answer looks like, for actions and plain routes alike. */
export interface ErrorBody {
  message: string
  extensions: ErrorDetails & { code: ErrorCode }
}

/** An expected failure. Anything else that is thrown is a bug: logged, answered `internal_error`. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  /** Numbers and names for the caller, merged into `extensions`. */
  readonly details: ErrorDetails

  constructor(
    code: ErrorCode,
    details: ErrorDetails = {},
    options: { message?: string; cause?: unknown } = {},
  ) {
    super(
      options.message ?? errorTable[code].message,
      options.cause === undefined ? {} : { cause: options.cause },
    )
    this.code = code
    this.details = details
  }
}

export function errorBody(error: AppError): ErrorBody {
  return { message: error.message, extensions: { ...error.details, code: error.code } }
}

export function httpStatus(error: AppError): number {
  return errorTable[error.code].http
}

/**
 * Hasura shows an action's error to the client only when the status is 4xx; a 5xx becomes its own
 * "internal error" without our code. So outages travel as 4xx, the code says what they are.
 */
export function actionStatus(error: AppError): number {
  const status = httpStatus(error)
  if (status < 500) return status
  return error.code === 'internal_error' ? 400 : 429
}

export function invalidInput(field: string, rule: string, message?: string): AppError {
  return new AppError(
    'invalid_input',
    { field, rule },
    { message: message ?? `The input is not valid: ${field} (${rule}).` },
  )
}
