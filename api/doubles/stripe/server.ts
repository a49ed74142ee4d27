import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import type Stripe from 'stripe'
import { runDue } from './billing/due.ts'
import { addControlRoutes } from './control/routes.ts'
import { answerApi, type Api, type SeenRequest } from './http/api.ts'
import { createFaults } from './http/faults.ts'
import { createIdempotency } from './http/idempotency.ts'
import { addPages } from './pages/routes.ts'
import { INCLUDABLES, ROUTES } from './routes/routes.ts'
import { createAccount, type Account } from './state/account.ts'
import { keepState, readState } from './state/state-file.ts'
import { createOutbox, type Outbox } from './webhooks/outbox.ts'

export interface StripeDoubleOptions {
  port?: number
  /** Where events go; nowhere unless given. Loopback only. */
  webhookUrl?: string
  /** Signs the events; any text of one's own. */
  webhookSecret?: string
  /** Keeps the account over a restart. */
  stateFile?: string
}

export interface StripeDouble {
  /** For STRIPE_API_BASE_URL. */
  url: string
  account: Account
  outbox: Outbox
  /** Requests to the API, oldest first. */
  requests: readonly SeenRequest[]
  /** All events, oldest first. */
  events(): Stripe.Event[]
  /** Forgets everything. */
  reset(): void
  close(): Promise<void>
}

export const DEFAULT_WEBHOOK_SECRET = 'whsec_purser_offline_double'

/** No other website, open in the same browser, may press the buttons here. */
const refuseStrangers: MiddlewareHandler = async (c, next) => {
  const { host, protocol, hostname } = new URL(c.req.url)
  const origin = c.req.header('origin')
  const isLocal = hostname === '127.0.0.1' || hostname === 'localhost'
  if (!isLocal || (origin !== undefined && origin !== `${protocol}//${host}`)) {
    return c.text("Purser's stand-in for Stripe answers this machine only.", 403)
  }
  return next()
}

/** How soon things happen that are due by the machine's clock. */
const TICK_MILLISECONDS = 500

/**
 * A stand-in for Stripe: its HTTP API as far as Purser uses it, payment pages for people, signed
 * webhooks. Real HTTP on loopback; takes test keys only. Never part of production.
 */
export async function startStripeDouble(options: StripeDoubleOptions = {}): Promise<StripeDouble> {
  const account = createAccount()
  const idempotency = createIdempotency(() => Math.floor(Date.now() / 1000))
  const api: Api = {
    account,
    routes: ROUTES,
    includables: INCLUDABLES,
    idempotency,
    faults: createFaults(),
    seen: [],
  }
  const outbox = createOutbox({
    url: options.webhookUrl ?? null,
    secret: options.webhookSecret ?? DEFAULT_WEBHOOK_SECRET,
    account,
  })
  if (options.stateFile !== undefined) readState(options.stateFile, account, idempotency)
  account.onEvent((event) => outbox.add(event))

  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(refuseStrangers)
  app.get('/healthz', (c) => c.text('OK'))
  app.all('/v1/*', (c) => answerApi(api, c))
  addPages(app, account)
  const reset = () => {
    outbox.reset()
    account.reset()
    api.faults.clear()
    idempotency.reset()
    api.seen.length = 0
  }
  addControlRoutes(app, { api, outbox, reset })

  const server = createAdaptorServer({ fetch: app.fetch })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  account.baseUrl = `http://127.0.0.1:${port}`
  const state =
    options.stateFile === undefined ? null : keepState(options.stateFile, account, idempotency)

  const timer = setInterval(() => runDue(account, null, account.time.now()), TICK_MILLISECONDS)

  return {
    url: account.baseUrl,
    account,
    outbox,
    requests: api.seen,
    events: () => account.list('event').reverse(),
    reset,
    async close() {
      clearInterval(timer)
      state?.close()
      outbox.close()
      api.faults.clear()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
