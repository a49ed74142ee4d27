// @vitest-environment node
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configFrom } from '../../server/config.ts'
import { startWebServer, type RunningWebServer } from '../../server/create-web-server.ts'

let api: Server
let dist: string
let web: RunningWebServer
/** The response that the api is writing, for the test to go on with. */
let writing: Promise<ServerResponse>

beforeAll(async () => {
  api = createServer()
  api.listen(0, '127.0.0.1')
  await once(api, 'listening')
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  dist = mkdtempSync(join(tmpdir(), 'purser-web-'))
  writeFileSync(join(dist, 'index.html'), '<!doctype html><title>Purser</title>')
  web = await startWebServer(
    configFrom({ PURSER_WEB_PORT: '0', PURSER_WEB_DIST: dist, API_URL: url, HASURA_URL: url }),
  )
})
afterAll(async () => {
  await web.close()
  api.closeAllConnections()
  api.close()
  rmSync(dist, { recursive: true })
})

async function openStream(path: string, signal?: AbortSignal): Promise<Response> {
  writing = once(api, 'request').then(([, response]) => {
    const stream = response as ServerResponse
    stream.writeHead(200, { 'content-type': 'text/event-stream' })
    stream.write('event: reservation\ndata: {}\n\n')
    return stream
  })
  const headers = { authorization: 'Bearer token' }
  return fetch(`${web.url}${path}`, { method: 'POST', headers, ...(signal && { signal }) })
}

test('events arrive while the operation still runs', async () => {
  const response = await openStream('/operations/polish_testimonial/stream')
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toContain('event: reservation')
  const stream = await writing
  stream.write('event: delta\ndata: {}\n\n')
  expect((await reader.read()).value).toContain('event: delta')
  stream.end()
  expect((await reader.read()).done).toBe(true)
})

test('a page that is left ends the stream of the api, so that nobody pays for what nobody reads', async () => {
  const page = new AbortController()
  await openStream('/operations/polish_testimonial/stream', page.signal)
  const closed = once(await writing, 'close')
  page.abort()
  await closed
})

test('an export arrives as it is written, with its name and token', async () => {
  const asked = once(api, 'request').then(([request, response]) => {
    const { url, headers } = request as IncomingMessage
    const file = response as ServerResponse
    file.writeHead(200, { 'content-disposition': 'attachment; filename="usage.csv"' })
    file.end('day,credits\r\n')
    return { url, token: headers.authorization }
  })
  const path = '/exports/usage.csv?kind=credits&from=2026-11-01&to=2026-11-30'
  const response = await fetch(`${web.url}${path}`, { headers: { authorization: 'Bearer token' } })
  expect(await response.text()).toBe('day,credits\r\n')
  expect(response.headers.get('content-disposition')).toContain('usage.csv')
  expect(await asked).toEqual({ url: path, token: 'Bearer token' })
})

test('nothing else of the api can be reached', async () => {
  for (const path of [
    '/actions/settle_credits',
    '/cron/expire_reservations',
    '/operations/x',
    '/metrics',
    '/exports/usage.csv/more',
  ]) {
    const response = await fetch(`${web.url}${path}`, { method: 'POST' })
    expect(response.status, path).toBe(405)
  }
})
