// @vitest-environment node
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { configFrom } from '../../server/config.ts'
import { startWebServer, type RunningWebServer } from '../../server/create-web-server.ts'

let dist: string
let backend: Server
let sockets: WebSocketServer
let seen: { url: string; method: string; headers: IncomingHttpHeaders; body: string }[]
let web: RunningWebServer
const closers: (() => unknown)[] = []

beforeAll(async () => {
  dist = mkdtempSync(join(tmpdir(), 'purser-web-'))
  mkdirSync(join(dist, 'assets'))
  mkdirSync(join(dist, '.vite'))
  writeFileSync(join(dist, 'index.html'), '<!doctype html><title>Purser</title>')
  writeFileSync(join(dist, 'assets/app-1a2b.js'), 'export const answer = 42')
  writeFileSync(join(dist, 'assets/app-1a2b.js.gz'), gzipSync('export const answer = 42'))
  writeFileSync(join(dist, '.vite/manifest.json'), '{}')
  seen = []
  backend = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += String(chunk)))
    request.on('end', () => {
      seen.push({ url: request.url!, method: request.method!, headers: request.headers, body })
      response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'session=1' })
      response.end('{"from":"backend"}')
    })
  })
  sockets = new WebSocketServer({ server: backend, handleProtocols: () => 'graphql-transport-ws' })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`echo ${data}`)))
  backend.listen(0, '127.0.0.1')
  await once(backend, 'listening')
  web = await start()
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
afterAll(async () => {
  await web.close()
  sockets.close()
  backend.closeAllConnections()
  backend.close()
  rmSync(dist, { recursive: true })
})

const backendUrl = () => `http://127.0.0.1:${(backend.address() as AddressInfo).port}`

function start(environment: Record<string, string> = {}) {
  return startWebServer(
    configFrom({
      PURSER_WEB_PORT: '0',
      PURSER_WEB_DIST: dist,
      API_URL: backendUrl(),
      HASURA_URL: `${backendUrl()}/v1/graphql`,
      ...environment,
    }),
  )
}

/** A port that nobody listens on: it was just free. */
async function deadUrl() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

test('every answer carries the security headers; scripts come from this origin only', async () => {
  const { headers } = await fetch(`${web.url}/`)
  const policy = headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toMatch(/script-src 'self';/)
  expect(policy).toContain("connect-src 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})

test('pages of the app are answered with its index, which is always asked for again', async () => {
  const response = await fetch(`${web.url}/settings/quality-levels?x=1`)
  expect(await response.text()).toContain('<title>Purser</title>')
  expect(response.headers.get('cache-control')).toBe('no-cache')
  const again = await fetch(`${web.url}/`, {
    headers: { 'if-none-match': response.headers.get('etag')! },
  })
  expect(again.status).toBe(304)
})

test('hashed files never change, and come compressed as built', async () => {
  const response = await fetch(`${web.url}/assets/app-1a2b.js`, {
    headers: { 'accept-encoding': 'gzip' },
  })
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(response.headers.get('content-encoding')).toBe('gzip')
  expect(response.headers.get('content-type')).toContain('text/javascript')
  expect(await response.text()).toBe('export const answer = 42')
})

test.each([
  '/assets/gone-9z.js',
  '/missing.png',
  '/.vite/manifest.json',
  '/..%2f..%2fetc/passwd.txt',
])('%s is not there (404), and not answered with a page', async (path) => {
  expect((await fetch(web.url + path)).status).toBe(404)
})

test('only reading makes sense for files (405)', async () => {
  expect((await fetch(`${web.url}/`, { method: 'POST' })).status).toBe(405)
  expect((await fetch(`${web.url}/`, { method: 'HEAD' })).status).toBe(200)
})

test('identity and GraphQL are forwarded with body, cookies and path', async () => {
  const body = '{"query":"{ __typename }"}'
  const response = await fetch(`${web.url}/v1/graphql`, { method: 'POST', body })
  expect(await response.json()).toEqual({ from: 'backend' })
  expect(response.headers.get('set-cookie')).toBe('session=1')
  expect(seen.at(-1)).toMatchObject({ url: '/v1/graphql', method: 'POST', body })
  await fetch(`${web.url}/auth/get-session?x=1`)
  expect(seen.at(-1)?.url).toBe('/auth/get-session?x=1')
})

test('the address a caller claims is not passed on, unless a proxy is trusted to set it', async () => {
  const claim = { headers: { 'x-forwarded-for': '6.6.6.6' } }
  await fetch(`${web.url}/auth/token`, claim)
  expect(seen.at(-1)?.headers['x-forwarded-for']).toBe('127.0.0.1')
  const trusting = await start({ PURSER_WEB_TRUST_PROXY: 'true' })
  closers.push(trusting.close)
  await fetch(`${trusting.url}/auth/token`, claim)
  expect(seen.at(-1)?.headers['x-forwarded-for']).toBe('6.6.6.6, 127.0.0.1')
})

test('an admin secret is not passed on from this public address', async () => {
  const headers = { 'x-hasura-admin-secret': 'guess', 'x-hasura-access-key': 'guess' }
  await fetch(`${web.url}/v1/graphql`, { method: 'POST', body: '{}', headers })
  expect(seen.at(-1)?.url).toBe('/v1/graphql')
  expect(JSON.stringify(seen.at(-1)?.headers)).not.toContain('guess')
})

test('subscriptions pass through both ways, with their protocol', async () => {
  const socket = new WebSocket(
    `${web.url.replace('http', 'ws')}/v1/graphql`,
    'graphql-transport-ws',
  )
  await once(socket, 'open')
  expect(socket.protocol).toBe('graphql-transport-ws')
  socket.send('hello')
  const [data] = await once(socket, 'message')
  expect(String(data)).toBe('echo hello')
  socket.close()
  await once(socket, 'close')
})

test('sockets anywhere else are refused (404)', async () => {
  const socket = new WebSocket(`${web.url.replace('http', 'ws')}/auth/socket`)
  const [error] = (await once(socket, 'error')) as [Error]
  expect(error.message).toContain('404')
})

test('a backend that is down is named (502), each in the shape its callers read', async () => {
  const dead = await deadUrl()
  const orphan = await start({ API_URL: dead, HASURA_URL: dead })
  closers.push(orphan.close)
  const graphql = await fetch(`${orphan.url}/v1/graphql`, { method: 'POST', body: '{}' })
  expect(graphql.status).toBe(502)
  expect(await graphql.json()).toMatchObject({
    errors: [{ extensions: { code: 'backend_unavailable' } }],
  })
  const auth = await fetch(`${orphan.url}/auth/get-session`)
  expect(auth.status).toBe(502)
  expect(await auth.json()).toMatchObject({ code: 'backend_unavailable' })
  const socket = new WebSocket(`${orphan.url.replace('http', 'ws')}/v1/graphql`)
  await once(socket, 'error')
  // It still serves.
  expect((await fetch(`${orphan.url}/healthz`)).status).toBe(200)
})

test('it stops with an open subscription, and frees the port', async () => {
  const server = await start()
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/graphql`)
  await once(socket, 'open')
  const closed = once(socket, 'close')
  await server.close()
  await closed
  const request = httpRequest(server.url)
  request.end()
  const [error] = (await once(request, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNREFUSED')
})

test('an environment that cannot be right stops the start with a sentence', async () => {
  expect(() => configFrom({ PURSER_WEB_PORT: 'web' })).toThrow('PURSER_WEB_PORT is not a port: web')
  expect(() => configFrom({ API_URL: 'localhost:3000' })).toThrow('API_URL is not an http URL')
  await expect(start({ PURSER_WEB_DIST: join(dist, 'nothing') })).rejects.toThrow('no built app')
})
