/** The fields of Stripe's error object that the double fills in. */
export interface StripeErrorBody {
  type:
    'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error' | 'rate_limit_error'
  message: string
  code?: string
  param?: string
  decline_code?: string
  charge?: string
  payment_intent?: object
  setup_intent?: object
  doc_url?: string
}

/** A refusal in Stripe's words. Anything else that is thrown is a mistake of the double (500). */
export class StripeRefusal extends Error {
  readonly status: number
  readonly body: StripeErrorBody

  constructor(status: number, body: StripeErrorBody) {
    super(body.message)
    this.status = status
    const docUrl = body.code
      ? { doc_url: `https://stripe.com/docs/error-codes/${body.code.replaceAll('_', '-')}` }
      : {}
    this.body = { ...body, ...docUrl }
  }
}

export function invalidRequest(message: string, param?: string, code?: string): StripeRefusal {
  return new StripeRefusal(400, {
    type: 'invalid_request_error',
    message,
    ...(param === undefined ? {} : { param }),
    ...(code === undefined ? {} : { code }),
  })
}

/** Stripe answers 404 for an object in the address, and 400 for one in the parameters. */
export function noSuch(name: string, id: string, param?: string): StripeRefusal {
  return new StripeRefusal(param === undefined || param === 'id' ? 404 : 400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${name}: '${id}'`,
    param: param ?? 'id',
  })
}
