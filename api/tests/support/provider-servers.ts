import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Tokens that every answer reports, in the provider's own words: 40 of 100 cached, 7 of 20 reasoning. */
export const USED = { input: 100, cached: 40, output: 20, reasoning: 7 }

export interface RecordedCall {
  path: string
  headers: Record<string, string | string[] | undefined>
  body: Record<string, unknown>
}

export interface ProviderServers {
  url: string
  calls: RecordedCall[]
  /** Refuses calls whose path contains this, with this status. */
  refuse(path: string, status: number): void
  reset(): void
  close(): Promise<void>
}

type Shape = (text: string, call: RecordedCall) => { whole: object; events: object[] }

/** The three providers' HTTP APIs, each with one answer: whole, or as the events of its stream. */
export async function startProviderServers(text: string): Promise<ProviderServers> {
  const calls: RecordedCall[] = []
  let refused: { path: string; status: number } | null = null
  const server = createServer((request, response) => {
    void answer(request, response)
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? ''
    const call = { path, headers: request.headers, body: await bodyOf(request) }
    calls.push(call)
    const shape = shapeOf(path)
    if (!shape || (refused && path.includes(refused.path))) {
      response.writeHead(shape && refused ? refused.status : 404, {
        'content-type': 'application/json',
      })
      response.end(
        JSON.stringify({ error: { message: 'refused', type: 'error', code: 1, status: 'X' } }),
      )
      return
    }
    const { whole, events } = shape(text, call)
    if (call.body['stream'] !== true && !path.includes('alt=sse')) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(whole))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const event of events) {
      const { type } = event as { type?: string }
      response.write(`${type ? `event: ${type}\n` : ''}data: ${JSON.stringify(event)}\n\n`)
    }
    response.end()
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    refuse: (path, status) => (refused = { path, status }),
    reset() {
      calls.length = 0
      refused = null
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return JSON.parse(text || '{}') as Record<string, unknown>
}

function shapeOf(path: string): Shape | null {
  if (path === '/openai/v1/responses') return openaiResponses
  if (path === '/anthropic/v1/messages') return anthropicMessages
  if (path.startsWith('/google/v1beta/models/')) return googleGenerate
  return null
}

const halves = (text: string) => [text.slice(0, text.length >> 1), text.slice(text.length >> 1)]

const openaiResponses: Shape = (text, { body }) => {
  const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed' }
  const response = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: body['model'],
    usage: {
      input_tokens: USED.input,
      input_tokens_details: { cached_tokens: USED.cached },
      output_tokens: USED.output,
      output_tokens_details: { reasoning_tokens: USED.reasoning },
    },
  }
  const content = [{ type: 'output_text', text, annotations: [] }]
  return {
    whole: { ...response, status: 'completed', output: [{ ...item, content }] },
    events: [
      { type: 'response.created', response: { ...response, output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
      ...halves(text).map((delta) => ({
        type: 'response.output_text.delta',
        item_id: 'msg_1',
        output_index: 0,
        content_index: 0,
        delta,
      })),
      { type: 'response.output_item.done', output_index: 0, item: { ...item, content } },
      { type: 'response.completed', response: { ...response, output: [] } },
    ],
  }
}

const anthropicMessages: Shape = (text, { body }) => {
  // Older models are asked for a shape through a tool, newer ones directly.
  const isTool = Array.isArray(body['tools'])
  const usage = {
    input_tokens: USED.input - USED.cached,
    cache_read_input_tokens: USED.cached,
    cache_creation_input_tokens: 0,
    output_tokens: USED.output,
  }
  const message = { type: 'message', id: 'msg_1', model: body['model'], role: 'assistant' }
  const block = isTool
    ? { type: 'tool_use', id: 'toolu_1', name: 'json', input: {} }
    : { type: 'text', text: '' }
  const delta = (part: string) =>
    isTool ? { type: 'input_json_delta', partial_json: part } : { type: 'text_delta', text: part }
  const full = isTool ? { ...block, input: JSON.parse(text) as object } : { ...block, text }
  return {
    whole: { ...message, content: [full], stop_reason: isTool ? 'tool_use' : 'end_turn', usage },
    events: [
      {
        type: 'message_start',
        message: {
          ...message,
          content: [],
          stop_reason: null,
          usage: { ...usage, output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: block },
      ...halves(text).map((part) => ({
        type: 'content_block_delta',
        index: 0,
        delta: delta(part),
      })),
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage },
      { type: 'message_stop' },
    ],
  }
}

const googleGenerate: Shape = (text) => {
  const usageMetadata = {
    promptTokenCount: USED.input,
    cachedContentTokenCount: USED.cached,
    candidatesTokenCount: USED.output - USED.reasoning,
    thoughtsTokenCount: USED.reasoning,
    totalTokenCount: USED.input + USED.output,
  }
  const chunk = (part: string, finishReason?: string) => ({
    candidates: [
      {
        content: { parts: [{ text: part }], role: 'model' },
        ...(finishReason && { finishReason }),
      },
    ],
    usageMetadata,
    responseId: 'google_1',
  })
  const [first = '', second = ''] = halves(text)
  return { whole: chunk(text, 'STOP'), events: [chunk(first), chunk(second, 'STOP')] }
}
