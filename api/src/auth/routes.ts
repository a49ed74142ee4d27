import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Config } from '../config.ts'
import { isReachable, type Database } from '../db/client.ts'
import { isBadValue } from '../db/failures.ts'
import { AppError, errorBody, httpStatus, invalidInput } from '../errors.ts'
import { toAppError } from '../http/failures.ts'
import type { AppEnvironment } from '../http/request-context.ts'
import { AUTH_PATH, JWKS_PATH, SIGN_IN_PATH, type Auth } from './auth.ts'
import { CLIENT_ADDRESS_HEADER, createAddressReader } from './client-address.ts'
import { withFault } from './faults.ts'
import { createServiceTokens } from './service-token.ts'
import { createSignInGuard } from './sign-in.ts'

const SERVICE_TOKEN_PATH = '/service-token'
/** Where other verifiers of tokens look first. */
const WELL_KNOWN_JWKS_PATH = '/.well-known/jwks.json'
const OUTAGE_RETRY_AFTER_SECONDS = 2
const MAXIMUM_BODY_BYTES = 64 * 1024
/** Shorter than a token lives: Hasura asks again before a new key is needed. */
const JWKS_CACHE = 'public, max-age=300'

type AuthEnvironment = AppEnvironment & { Bindings: Partial<HttpBindings> }

export interface AuthRoutesOptions {
  auth: Pick<Auth, 'handler' | 'api'>
  sql: Database
  config: Pick<Config, 'publicUrl' | 'trustedProxies'>
}

/** better-auth behind our limits, headers and error shape. */
export function authRoutes({ auth, sql, config }: AuthRoutesOptions) {
  const routes = new Hono<AuthEnvironment>()
  const call = authCaller(auth, sql)
  const guarded = createSignInGuard(sql)
  const exchangeKey = createServiceTokens(auth, sql)
  const readAddress = createAddressReader(config.trustedProxies)
  const addressOf = (c: {
    env: Partial<HttpBindings>
    req: { header(name: string): string | undefined }
  }) => readAddress(c.env.incoming?.socket.remoteAddress, c.req.header('x-forwarded-for'))

  routes.onError((thrown, c) => {
    const error = toAppError(thrown, c.get('log'), c.get('requestId'))
    const retryAfter = error.details['retry_after_seconds']
    return Response.json(errorBody(error), {
      status: httpStatus(error),
      ...(typeof retryAfter === 'number' && { headers: { 'retry-after': String(retryAfter) } }),
    })
  })
  routes.use(bodyLimit({ maxSize: MAXIMUM_BODY_BYTES }))

  routes.on('GET', [JWKS_PATH, WELL_KNOWN_JWKS_PATH], async (c) => {
    const url = new URL(`${AUTH_PATH}${JWKS_PATH}`, c.req.url)
    const response = await call(new Request(url), addressOf(c))
    if (!response.ok) return response
    return withHeaders(response, { 'cache-control': JWKS_CACHE })
  })

  routes.post(SIGN_IN_PATH, async (c) => {
    const address = addressOf(c)
    const request = withOriginOfPrograms(c.req.raw, config.publicUrl)
    const email = await emailIn(request.clone())
    return guarded(email, address, () => call(request, address))
  })

  routes.post(SERVICE_TOKEN_PATH, async (c) => {
    const answer = await exchangeKey(c.req.header('authorization'), addressOf(c))
    return c.json(answer, 200, { 'cache-control': 'no-store' })
  })

  routes.on(['GET', 'POST'], '/*', (c) =>
    call(withOriginOfPrograms(c.req.raw, config.publicUrl), addressOf(c)),
  )
  return routes
}

/**
 * better-auth refuses some requests without Origin as possible forgeries. A browser always sends one
 * with a POST, and a forged request lives from the cookie: with neither it is a program, and allowed.
 * A cookie without Origin stays refused.
 */
function withOriginOfPrograms(request: Request, ownOrigin: string): Request {
  if (request.headers.has('origin') || request.headers.has('cookie')) return request
  return withRequestHeader(request, 'origin', new URL(ownOrigin).origin)
}

/**
 * Calls better-auth for a client's address. Its 5xx has no body worth showing; the cause is in the
 * log. It checks no identifiers, so a value that the database cannot read is its 500, and our 400.
 */
function authCaller(auth: Pick<Auth, 'handler'>, sql: Database) {
  return async function call(request: Request, address: string): Promise<Response> {
    const { result: response, fault } = await withFault(() =>
      auth.handler(withRequestHeader(request, CLIENT_ADDRESS_HEADER, address)),
    )
    if (response.status < 500) return response
    if (isBadValue(fault)) throw invalidInput('request', 'readable_values')
    if (await isReachable(sql)) throw new Error(`better-auth answered ${response.status}`)
    throw new AppError('overloaded', { retry_after_seconds: OUTAGE_RETRY_AFTER_SECONDS })
  }
}

function withRequestHeader(request: Request, name: string, value: string): Request {
  const headers = new Headers(request.headers)
  headers.set(name, value)
  return new Request(request, { headers })
}

function withHeaders(response: Response, headers: Record<string, string>): Response {
  const copy = new Response(response.body, response)
  for (const [name, value] of Object.entries(headers)) copy.headers.set(name, value)
  return copy
}

async function emailIn(request: Request): Promise<string> {
  try {
    const body: unknown = await request.json()
    if (typeof body === 'object' && body !== null && 'email' in body) return String(body.email)
    return ''
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new AppError('invalid_input', { field: 'body', rule: 'json' })
  }
}
