import { randomUUID } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import type { Logger, Metrics } from '../observability.ts'

/** What every route of the app finds in its context. */
export interface AppEnvironment {
  Variables: { requestId: string; log: Logger }
}

const SAFE_REQUEST_ID = /^[\w.-]{1,100}$/
const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/
/** Labels of metrics come from this list, so that a scanner cannot create one a path. */
const ROUTES = new Set([
  'actions',
  'operations',
  'webhooks',
  'cron',
  'auth',
  'healthz',
  'readyz',
  'metrics',
])
/** Asked every few seconds by machines; logged at debug. */
const QUIET_ROUTES = new Set(['healthz', 'readyz', 'metrics'])

/** Gives the request its id (the caller's, when usable), its logger and its metrics. */
export function requestContext(log: Logger, metrics: Metrics) {
  return createMiddleware<AppEnvironment>(async (c, next) => {
    const startedAt = performance.now()
    const givenId = c.req.header('x-request-id') ?? ''
    const requestId = SAFE_REQUEST_ID.test(givenId) ? givenId : randomUUID()
    const traceId = TRACE_PARENT.exec(c.req.header('traceparent') ?? '')?.[1]
    c.set('requestId', requestId)
    c.set('log', log.child({ request_id: requestId, ...(traceId && { trace_id: traceId }) }))
    c.header('x-request-id', requestId)

    await next()

    const segment = c.req.path.split('/')[1] ?? ''
    const route = ROUTES.has(segment) ? segment : 'other'
    const seconds = (performance.now() - startedAt) / 1000
    metrics.requests.inc({ route, status: c.res.status })
    metrics.requestSeconds.observe({ route }, seconds)
    c.get('log')[QUIET_ROUTES.has(segment) ? 'debug' : 'info'](
      {
        method: c.req.method,
        path: c.req.path,
        status: c.res.status,
        milliseconds: Math.round(seconds * 1000),
      },
      'request',
    )
  })
}
