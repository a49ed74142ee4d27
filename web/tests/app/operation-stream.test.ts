// @vitest-environment node
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOperationStream, readEvents } from '@/app/operation-stream.ts'
import type { OperationEvent } from '@/shared/operation/operation-stream.ts'

let server: Server
let answer: (request: IncomingMessage, response: ServerResponse) => void

const tokens = {
  headers: { Authorization: 'Bearer token', 'x-hasura-role': 'owner' },
  expiresInMilliseconds: () => 60_000,
  refresh: () => Promise.resolve('token'),
  lastingAtLeast: () => Promise.resolve('token'),
}

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function open(signal = new AbortController().signal) {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return createOperationStream({ origin, tokens })(
    'polish_testimonial',
    { testimonial: 'x' },
    signal,
  )
}

async function all(events: AsyncIterable<OperationEvent>): Promise<OperationEvent[]> {
  const seen: OperationEvent[] = []
  for await (const event of events) seen.push(event)
  return seen
}

function json(status: number, body: unknown) {
  answer = (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}

test('the input goes out with token and role; the events come in, whatever the chunks', async () => {
  let seen = ''
  let headers: IncomingMessage['headers'] = {}
  answer = async (request, response) => {
    headers = request.headers
    for await (const chunk of request) seen += String(chunk)
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.write(': still running\n\nevent: reservation\ndata: {"reservation')
    await new Promise((resolve) => setTimeout(resolve, 20))
    response.end('_id":"r1"}\n\nevent: news\ndata: 1\n\nevent: result\ndata: {"text":"ä"}\n\n')
  }
  const opened = await open()
  expect(opened.status).toBe('open')
  expect(opened.status === 'open' && (await all(opened.events))).toEqual([
    { event: 'reservation', data: { reservation_id: 'r1' } },
    { event: 'result', data: { text: 'ä' } },
  ])
  expect(JSON.parse(seen)).toEqual({ input: { testimonial: 'x' } })
  expect(headers).toMatchObject({ authorization: 'Bearer token', 'x-hasura-role': 'owner' })
})

test('a refusal keeps its code and numbers', async () => {
  json(429, { message: 'slow', extensions: { code: 'rate_limited', retry_after_seconds: 9 } })
  expect(await open()).toEqual({
    status: 'refused',
    problem: { code: 'rate_limited', message: 'slow', details: { retry_after_seconds: 9 } },
  })
})

test.each([
  ['a server that knows no streams', 404, 'Not found'],
  ['an api that is away', 502, { code: 'backend_unavailable', message: 'away' }],
  ['a token that does not hold', 401, { message: '', extensions: { code: 'unauthenticated' } }],
])('%s: the plain action is left', async (_what, status, body) => {
  json(status, body)
  expect(await open()).toEqual({ status: 'unavailable' })
})

test('a server that is gone: the plain action is left', async () => {
  answer = (request) => request.socket.destroy()
  expect(await open()).toEqual({ status: 'unavailable' })
})

test('a connection that falls silent is given up', async () => {
  const silent = new ReadableStream<Uint8Array>()
  await expect(all(readEvents(silent, 20))).rejects.toThrow('silent')
})

test('cancelling ends the request', async () => {
  const closed = new Promise<void>((resolve) => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n')
      response.on('close', resolve)
    }
  })
  const controller = new AbortController()
  const opened = await open(controller.signal)
  controller.abort()
  await closed
  await expect(opened.status === 'open' && all(opened.events)).rejects.toThrow()
})
