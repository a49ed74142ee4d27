import { createProxyServer } from 'httpxy'
import { Agent, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebServerConfig } from './config.ts'

interface Backend {
  name: string
  url: string
}

const PROXY_TIMEOUT_MILLISECONDS = 120_000
const UPGRADE_TIMEOUT_MILLISECONDS = 10_000
/** AI operations as server-sent events; everything else of the api is for Hasura or for operators. */
const OPERATION_STREAM = /^\/operations\/\w+\/stream$/

const EXPORT = /^\/exports\/usage\.csv$/

/** What is behind this origin: identity, operation streams and exports, and GraphQL over HTTP and WebSocket. */
export function createBackends(config: WebServerConfig) {
  const api: Backend = { name: 'api', url: config.apiUrl }
  const hasura: Backend = { name: 'hasura', url: config.hasuraUrl }
  const agent = new Agent({ keepAlive: true })
  const proxy = createProxyServer({
    proxyTimeout: PROXY_TIMEOUT_MILLISECONDS,
    upgradeTimeout: UPGRADE_TIMEOUT_MILLISECONDS,
  })

  function backendFor(url = '/'): Backend | null {
    const path = url.split('?', 1)[0] ?? '/'
    if (path === '/v1/graphql') return hasura
    const isOfApi = path.startsWith('/auth/') || OPERATION_STREAM.test(path) || EXPORT.test(path)
    return isOfApi ? api : null
  }

  /** The api counts sign-in attempts by address, so what a caller claims about its own address is not passed on. */
  function setForwardedFor(request: IncomingMessage) {
    const claimed = request.headers['x-forwarded-for']
    const own = request.socket.remoteAddress ?? ''
    request.headers['x-forwarded-for'] =
      config.trustsProxy && claimed ? `${String(claimed)}, ${own}` : own
    request.headers['x-forwarded-host'] ??= request.headers.host
    if (!config.trustsProxy) delete request.headers['x-forwarded-proto']
  }

  /** The admin secret is for operators on Hasura's own port; here it could only be guessed at. */
  function dropAdminSecret(request: IncomingMessage) {
    delete request.headers['x-hasura-admin-secret']
    delete request.headers['x-hasura-access-key']
  }

  function forward(request: IncomingMessage, response: ServerResponse): boolean {
    const backend = backendFor(request.url)
    if (!backend) return false
    setForwardedFor(request)
    dropAdminSecret(request)
    proxy.web(request, response, { target: backend.url, agent }).catch((error: unknown) => {
      answerUnavailable(response, backend, error)
    })
    return true
  }

  function forwardUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    const backend = backendFor(request.url)
    if (backend !== hasura) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
    setForwardedFor(request)
    dropAdminSecret(request)
    proxy.ws(request, socket as never, { target: backend.url }, head).catch((error: unknown) => {
      logUnavailable(backend, error)
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    })
  }

  return { forward, forwardUpgrade, close: () => agent.destroy() }
}

function answerUnavailable(response: ServerResponse, backend: Backend, error: unknown) {
  logUnavailable(backend, error)
  if (response.headersSent) return void response.destroy()
  const code = 'backend_unavailable'
  const message = `The ${backend.name} does not answer`
  // Each in the shape that callers of that backend read their errors from.
  const body =
    backend.name === 'hasura'
      ? { errors: [{ message, extensions: { code, path: '$' } }] }
      : { code, message }
  response.writeHead(502, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

function logUnavailable(backend: Backend, error: unknown) {
  const reason = error instanceof Error ? error.message : String(error)
  console.error(`${backend.name} (${backend.url}) does not answer: ${reason}`)
}
