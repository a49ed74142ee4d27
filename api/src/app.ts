import { Hono } from 'hono'
import type { ActionServices } from './actions/action.ts'
import { actionRoutes } from './actions/dispatcher.ts'
import { streamRoutes } from './actions/stream-routes.ts'
import { AUTH_PATH, type Auth } from './auth/auth.ts'
import { authRoutes } from './auth/routes.ts'
import { createTokenVerifier } from './auth/token-verifier.ts'
import type { Config } from './config.ts'
import { cronRoutes } from './cron/dispatcher.ts'
import { isReachable, type Database } from './db/client.ts'
import { createExportPages } from './db/usage-export.ts'
import { AppError, errorBody, httpStatus } from './errors.ts'
import { exportRoutes } from './exports/usage-csv.ts'
import { toAppError } from './http/failures.ts'
import { requestContext, type AppEnvironment } from './http/request-context.ts'
import type { Logger, Metrics } from './observability.ts'
import { stripeWebhookRoutes } from './webhooks/stripe/route.ts'

/** Everything that the app stands on; built by deps.ts, or by a test. */
export interface Deps {
  config: Config
  log: Logger
  metrics: Metrics
  sql: Database
  auth: Auth
  services: ActionServices
  /** false once the shutdown has begun, so that a load balancer sends nothing more. */
  isAccepting(): boolean
}

export function buildApp(deps: Deps) {
  const { config, log, metrics, sql, auth, services } = deps
  const app = new Hono<AppEnvironment>()
  app.use(requestContext(log, metrics))
  // While shutting down, a kept-alive connection would keep the server open after its last answer.
  app.use(async (c, next) => {
    await next()
    if (!deps.isAccepting()) c.header('connection', 'close')
  })

  app.get('/healthz', (c) => c.text('OK'))
  app.get('/readyz', async (c) => {
    const isReady = deps.isAccepting() && (await isReachable(sql))
    return c.json({ ready: isReady }, isReady ? 200 : 503)
  })
  app.get('/metrics', async (c) =>
    c.text(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }),
  )

  app.route('/actions', actionRoutes({ services, actionSecret: config.actionSecret, metrics }))
  const verifyToken = createTokenVerifier(auth, config)
  app.route('/operations', streamRoutes({ services, verifyToken, metrics }))
  app.route(
    '/webhooks/stripe',
    stripeWebhookRoutes({ settings: config.stripe, inbox: services.stripeInbox, metrics }),
  )
  app.route('/exports', exportRoutes({ pages: createExportPages(sql), verifyToken }))
  app.route(
    '/cron',
    cronRoutes({
      sql,
      cronSecret: config.cronSecret,
      metrics,
      billing: services.billing,
      stripeInbox: services.stripeInbox,
    }),
  )
  app.route(AUTH_PATH, authRoutes({ auth, sql, config }))

  app.notFound(() => answer(new AppError('not_found')))
  app.onError((thrown, c) => answer(toAppError(thrown, c.get('log'), c.get('requestId'))))
  return app
}

function answer(error: AppError): Response {
  // The rest of a body that was refused is never read, so the connection cannot be used again.
  const isBodyUnread = error.details['rule'] === 'too_large' && error.details['field'] === 'body'
  return Response.json(errorBody(error), {
    status: httpStatus(error),
    ...(isBodyUnread && { headers: { connection: 'close' } }),
  })
}
