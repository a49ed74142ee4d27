import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import { stream as respondWithStream } from 'hono/streaming'
import { complete, completionBody, streamChunks, type Completion } from './completion.ts'
import { createFaults, faultSchema, type Fault } from './faults.ts'
import { readRequest, type ChatRequest } from './request.ts'

type Environment = { Bindings: HttpBindings }

export interface OpenAiDoubleOptions {
  port?: number
  /** Before each answer, so that people and browsers see the work going on. */
  latencyMilliseconds?: number
}

export interface OpenAiDouble {
  /** For MODEL_DOUBLE_URL. */
  baseUrl: string
  /** Chat requests that were accepted, oldest first. */
  requests: readonly ChatRequest[]
  failWith(fault: Fault): void
  /** Lets stalled requests go on. */
  release(): void
  /** Forgets faults and recorded requests. */
  reset(): void
  close(): Promise<void>
}

/**
 * A stand-in for an OpenAI-compatible provider: real HTTP on loopback, strict about what it is sent,
 * deterministic in what it answers, and wrong on request. Never part of production.
 */
export async function startOpenAiDouble(options: OpenAiDoubleOptions = {}): Promise<OpenAiDouble> {
  const requests: ChatRequest[] = []
  const faults = createFaults()
  const app = new Hono<Environment>()
  const reset = () => {
    requests.length = 0
    faults.clear()
  }

  app.get('/healthz', (c) => c.text('OK'))
  app.get('/v1/models', (c) => c.json({ object: 'list', data: [] }))
  app.post('/v1/chat/completions', async (c) => {
    const body: unknown = await c.req.json().catch(() => null)
    const read = readRequest(c.req.header('authorization'), body)
    if ('problem' in read) return refusal(read.problem)
    const { request } = read
    requests.push(request)
    const fault = faultInHeader(c) ?? faults.take(request.model)
    if (options.latencyMilliseconds) await wait(options.latencyMilliseconds)
    const isStalledAtOnce = fault?.kind === 'stall' && fault.at_chunk === undefined
    if (isStalledAtOnce) await faults.stall(c.req.raw.signal)
    if (fault?.kind === 'fail') {
      return refusal({
        status: fault.status ?? 500,
        message: 'The double was told to fail.',
        param: null,
      })
    }
    const completion = complete(request, requests.length, fault)
    if (!request.stream) return whole(c, completion, fault)
    return streamed(c, request, completion, fault, () => faults.stall(c.req.raw.signal))
  })

  app.get('/_double/requests', (c) => c.json(requests))
  app.post('/_double/faults', async (c) => {
    faults.add(faultSchema.parse(await c.req.json()))
    return c.body(null, 204)
  })
  app.post('/_double/release', (c) => c.json({ released: faults.release() }))
  app.post('/_double/reset', (c) => {
    reset()
    return c.body(null, 204)
  })

  const server = createAdaptorServer({ fetch: app.fetch })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    failWith: (fault) => faults.add(fault),
    release: () => faults.release(),
    reset,
    async close() {
      faults.clear()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** One request can carry its own fault, for callers that can set headers but share the double. */
function faultInHeader(c: Context<Environment>): Fault | null {
  const parsed = faultSchema.safeParse({ kind: c.req.header('x-double-fault') })
  return parsed.success ? parsed.data : null
}

function whole(c: Context<Environment>, completion: Completion, fault: Fault | null): Response {
  const text = JSON.stringify(completionBody(completion))
  if (fault?.kind !== 'drop') return c.body(text, 200, { 'content-type': 'application/json' })
  // Announces the whole body, sends half of it and cuts the line.
  c.header('content-type', 'application/json')
  c.header('content-length', String(Buffer.byteLength(text)))
  return respondWithStream(c, async (out) => {
    await out.write(text.slice(0, text.length >> 1))
    c.env.incoming.socket.destroy()
  })
}

function streamed(
  c: Context<Environment>,
  request: ChatRequest,
  completion: Completion,
  fault: Fault | null,
  stall: () => Promise<void>,
): Response {
  c.header('content-type', 'text/event-stream')
  const includeUsage = request.stream_options?.include_usage === true
  const chunks = [...streamChunks(completion, includeUsage)]
  const faultyChunk = fault?.at_chunk ?? chunks.length >> 1
  return respondWithStream(c, async (out) => {
    for (const [index, chunk] of chunks.entries()) {
      if (fault?.kind === 'drop' && index === faultyChunk) {
        c.env.incoming.socket.destroy()
        return
      }
      if (fault?.kind === 'stall' && fault.at_chunk === index) await stall()
      await out.write(`data: ${JSON.stringify(chunk)}\n\n`)
    }
    await out.write('data: [DONE]\n\n')
  })
}

/** Errors in OpenAI's shape, which the SDK reads. */
function refusal(problem: { status: number; message: string; param: string | null }): Response {
  const { status, message, param } = problem
  const type = status >= 500 ? 'server_error' : 'invalid_request_error'
  return Response.json({ error: { message, type, param, code: null } }, { status })
}
