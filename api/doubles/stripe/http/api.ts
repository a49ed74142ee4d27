import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import Stripe from 'stripe'
import { readParams } from '../params/read-params.ts'
import type { Account } from '../state/account.ts'
import { randomText } from '../state/ids.ts'
import { invalidRequest, StripeRefusal, type StripeErrorBody } from './errors.ts'
import { expand, type Includables } from './expand.ts'
import type { Fault, Faults } from './faults.ts'
import { parseForm, type FormObject } from './form.ts'
import type { Idempotency, KeptAnswer } from './idempotency.ts'
import { findRoute, type Route } from './route.ts'

export type DoubleContext = Context<{ Bindings: HttpBindings }>

export interface SeenRequest {
  id: string
  method: string
  path: string
  params: FormObject
  idempotency_key: string | null
  status: number
}

export interface Api {
  account: Account
  routes: Route[]
  includables: Includables
  idempotency: Idempotency
  faults: Faults
  /** Oldest first. */
  seen: SeenRequest[]
}

const SEEN_LIMIT = 2000
const RATE_LIMITED = 429

/** One request to /v1, from the header to the answer. */
export async function answerApi(api: Api, c: DoubleContext): Promise<Response> {
  const requestId = `req_${randomText(14)}`
  const { pathname, search } = new URL(c.req.url)
  const { method } = c.req
  const body = method === 'POST' ? await c.req.text() : ''
  const query = method === 'POST' ? body : search.slice(1)
  const address = `${method} ${pathname}`
  const key = method === 'POST' ? (c.req.header('idempotency-key') ?? null) : null
  const seen: SeenRequest = {
    id: requestId,
    method,
    path: pathname,
    params: {},
    idempotency_key: key,
    status: 0,
  }
  api.seen.push(seen)
  if (api.seen.length > SEEN_LIMIT) api.seen.shift()
  const send = (status: number, text: string, headers: Record<string, string> = {}) => {
    seen.status = status
    return new Response(text, { status, headers: { ...answerHeaders(requestId), ...headers } })
  }
  try {
    refuseWrongCaller(c)
    seen.params = parseForm(query)
    const fault = api.faults.take(address)
    const isStall = fault?.kind === 'stall'
    if (fault && !fault.after && !isStall) return faulty(c, fault, send)
    const again = key === null ? null : api.idempotency.begin(key, address, body)
    if (again) {
      const replayed = { 'idempotent-replayed': 'true', 'original-request': again.requestId }
      return send(again.status, again.body, replayed)
    }
    if (isStall) await api.faults.stall(c.req.raw.signal)
    const answer = run(api, { method, pathname, form: seen.params, key, requestId })
    if (fault && !isStall) return faulty(c, fault, send)
    return send(answer.status, answer.body)
  } catch (error) {
    const { status, body: errorBody } = refusalOf(error)
    return send(status, errorText(errorBody))
  }
}

interface Request {
  method: string
  pathname: string
  form: FormObject
  key: string | null
  requestId: string
}

/** Runs the route and keeps its answer for the key; what never ran is forgotten, as Stripe does. */
function run(api: Api, request: Request): KeptAnswer {
  const { account } = api
  const { key, requestId } = request
  let ran = false
  let answer: KeptAnswer
  account.request = { id: requestId, idempotency_key: key }
  try {
    const { call, route, paths } = prepare(api, request)
    ran = true
    const result = expand(account, api.includables, route.handle(call), paths)
    answer = { status: 200, body: JSON.stringify(result, null, 2), requestId }
  } catch (error) {
    const refusal = refusalOf(error)
    if (!ran && key !== null) api.idempotency.forget(key)
    answer = { status: refusal.status, body: errorText(refusal.body), requestId }
  } finally {
    account.request = { id: null, idempotency_key: null }
  }
  if (ran && key !== null) api.idempotency.keep(key, answer)
  return answer
}

function prepare(api: Api, { method, pathname, form }: Request) {
  const found = findRoute(api.routes, method, pathname)
  if (!found) {
    throw new StripeRefusal(404, {
      type: 'invalid_request_error',
      message: `Unrecognized request URL (${method}: ${pathname}). Purser's stand-in for Stripe does not have this route.`,
    })
  }
  const { expand: wanted, ...rest } = form
  const paths =
    typeof wanted === 'object'
      ? Object.values(wanted).filter((path) => typeof path === 'string')
      : []
  const { route, ids } = found
  if (route.paramsType === null) refuseParams(rest)
  const params = route.paramsType === null ? {} : readParams(route.paramsType, rest)
  const call = {
    account: api.account,
    id: ids[0] ?? '',
    secondId: ids[1] ?? '',
    params,
    url: pathname,
  }
  return { call, route, paths }
}

function refuseParams(form: FormObject): void {
  const [name] = Object.keys(form)
  if (name !== undefined) {
    throw invalidRequest(`Received unknown parameter: ${name}`, name, 'parameter_unknown')
  }
}

/** Only a program with a test key and the version that the double speaks. */
function refuseWrongCaller(c: DoubleContext): void {
  const authorization = c.req.header('authorization') ?? ''
  const key = /^Bearer (\S+)$/.exec(authorization)?.[1]
  if (!key) {
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    )
  }
  if (!key.startsWith('sk_test_')) {
    throw unauthorized(
      `Purser's stand-in for Stripe takes test keys (sk_test_…) only, and was given ${key.slice(0, 8)}…: a live key must never be sent anywhere but to Stripe.`,
    )
  }
  const version = c.req.header('stripe-version') ?? Stripe.API_VERSION
  if (version !== Stripe.API_VERSION) {
    throw invalidRequest(
      `Invalid Stripe API version: ${version}. Purser's stand-in for Stripe speaks ${Stripe.API_VERSION} only.`,
    )
  }
}

function unauthorized(message: string): StripeRefusal {
  return new StripeRefusal(401, { type: 'invalid_request_error', message })
}

type Send = (status: number, text: string, headers?: Record<string, string>) => Response

function faulty(c: DoubleContext, fault: Fault, send: Send): Response {
  if (fault.kind === 'reset') {
    c.env.incoming.socket.destroy()
    return send(500, '')
  }
  const isRateLimit = fault.status === RATE_LIMITED
  return send(
    fault.status,
    errorText({
      type: isRateLimit
        ? 'rate_limit_error'
        : fault.status >= 500
          ? 'api_error'
          : 'invalid_request_error',
      message: 'The stand-in for Stripe was told to fail.',
      ...(isRateLimit ? { code: 'rate_limit' } : {}),
    }),
  )
}

function refusalOf(error: unknown): { status: number; body: StripeErrorBody } {
  if (error instanceof StripeRefusal) return error
  console.error(error)
  const message = error instanceof Error ? error.message : String(error)
  return {
    status: 500,
    body: { type: 'api_error', message: `The stand-in for Stripe failed: ${message}` },
  }
}

function errorText(body: StripeErrorBody): string {
  return JSON.stringify({ error: body }, null, 2)
}

function answerHeaders(requestId: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'request-id': requestId,
    'stripe-version': Stripe.API_VERSION,
  }
}
