import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type ReceivedCall = { path: string; headers: IncomingHttpHeaders; body: unknown }
export type WebhookAnswer = {
  status?: number
  /** Sent as JSON, unless it is given as `text`. */
  json?: unknown
  text?: string
  headers?: Record<string, string | string[]>
  delayMilliseconds?: number
}

/** The outside of an action or cron trigger: a real HTTP server that remembers what it was asked. */
export async function startWebhook(answer: (call: ReceivedCall) => WebhookAnswer) {
  const calls: ReceivedCall[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || 'null')
      const call = { path: request.url ?? '', headers: request.headers, body }
      calls.push(call)
      const { status = 200, json, text, headers = {}, delayMilliseconds = 0 } = answer(call)
      setTimeout(() => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers })
        response.end(text ?? JSON.stringify(json ?? null))
      }, delayMilliseconds)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    stop: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

export type WebhookDouble = Awaited<ReturnType<typeof startWebhook>>
