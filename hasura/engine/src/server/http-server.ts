import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Authenticator } from '../auth/authenticator.ts'
import { HasuraError } from '../errors.ts'
import type { Settings } from '../settings.ts'
import { ClientGoneError } from './body.ts'
import { applyCors, corsPolicy } from './cors.ts'
import { graphiqlPage } from './graphiql-page.ts'
import { handleGraphql } from './graphql-endpoint.ts'
import type { GraphqlService } from './graphql-service.ts'
import { handleMetadata, handleQuery } from './metadata-endpoint.ts'
import type { EngineHost } from './engine-host.ts'
import { asHasuraError, sendJsonText, sendText } from './responses.ts'
import { handleRest } from './rest-endpoint.ts'

export type ServerDependencies = {
  settings: Settings
  logger: Logger
  authenticate: Authenticator
  host: EngineHost
  graphql: GraphqlService
}

/** What version of Hasura's API this is; clients ask for it to choose their protocol. */
const servedVersion = 'v2.51.9'

export function createHttpServer(dependencies: ServerDependencies): http.Server {
  const { settings, logger } = dependencies
  const allows = corsPolicy(settings.corsOrigins)
  const server = http.createServer((request, response) => {
    if (applyCors(request, response, allows)) return
    const requestId = request.headers['x-request-id']
    if (typeof requestId === 'string') response.setHeader('x-request-id', requestId)
    route(request, response, dependencies).catch((error: unknown) => {
      if (error instanceof ClientGoneError) return
      sendError(response, asHasuraError(error, logger))
    })
  })
  // Longer than a load balancer's idle time, so that not we close the connection it is about to use.
  server.keepAliveTimeout = 65_000
  server.headersTimeout = 66_000
  return server
}

/** Endpoints that Hasura has and this engine has not: said so, lest it look like a wrong address. */
const unsupportedPaths = new Set([
  '/v1/graphql/explain',
  '/v1/query',
  '/v1beta1/relay',
  '/v1alpha1/graphql',
  '/v1alpha1/pg_dump',
])

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  dependencies: ServerDependencies,
): Promise<void> {
  const target = request.url ?? '/'
  const queryAt = target.indexOf('?')
  const path = queryAt < 0 ? target : target.slice(0, queryAt)
  if (path === '/v1/graphql' && request.method === 'POST') {
    return handleGraphql(request, response, dependencies)
  }
  if (path.startsWith('/api/rest/')) {
    const query = queryAt < 0 ? '' : target.slice(queryAt + 1)
    const restPath = path.slice('/api/rest/'.length)
    return handleRest(request, response, dependencies, restPath, new URLSearchParams(query))
  }
  switch (`${request.method} ${path}`) {
    case 'GET /healthz':
    case 'HEAD /healthz':
      return sendHealth(response, dependencies)
    case 'GET /v1/version':
      return sendJsonText(response, 200, `{"server_type":"ce","version":"${servedVersion}"}`)
    case 'POST /v1/metadata':
      return handleMetadata(request, response, dependencies)
    case 'POST /v2/query':
      return handleQuery(request, response, dependencies)
    case 'GET /':
    case 'GET /console':
    case 'GET /v1/graphql':
      if (!dependencies.settings.devMode) break
      return sendText(response, 200, graphiqlPage(), 'text/html; charset=utf-8')
  }
  if (unsupportedPaths.has(path)) {
    throw new HasuraError('not-supported', `${path} is not supported by this engine`)
  }
  throw new HasuraError('not-found', 'resource does not exist', { status: 404 })
}

/** Healthy as Hasura means it: up; with inconsistent metadata it says so, and is still up. */
function sendHealth(response: ServerResponse, { host }: ServerDependencies): void {
  const inconsistent = host.engine.inconsistentObjects.length > 0
  sendText(response, 200, inconsistent ? 'WARN: inconsistent objects in schema' : 'OK')
}

/** Errors of all endpoints but GraphQL; the rest of a request that was too large is not read. */
function sendError(response: ServerResponse, error: HasuraError): void {
  const headers: Record<string, string> = error.status === 413 ? { connection: 'close' } : {}
  sendJsonText(response, error.status, JSON.stringify(error.toMetadata()), headers)
}
