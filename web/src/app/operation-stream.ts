import type { TokenSource } from '@/features/identity/access-tokens.ts'
import { failureFromExtensions, type Failure } from '@/shared/failure.ts'
import type { OpenOperationStream, OperationEvent } from '@/shared/operation/operation-stream.ts'

const TOKEN_LEEWAY_MILLISECONDS = 5_000
/** The api says something every 15 seconds, so a longer silence is a dead connection. */
const LONGEST_SILENCE_MILLISECONDS = 40_000
const EVENT_NAMES = new Set(['reservation', 'delta', 'result', 'error'])

/** Operations as server-sent events. EventSource can neither POST nor send a token, so the events are read from fetch. */
export function createOperationStream(options: {
  origin: string
  tokens: TokenSource
}): OpenOperationStream {
  return async (operation, input, signal) => {
    const response = await post(options, operation, input, signal)
    if (!response) return { status: 'unavailable' }
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
    if (response.ok && isStream && response.body) {
      return { status: 'open', events: readEvents(response.body) }
    }
    const problem = await refusalOf(response)
    // The plain action gets a new token by itself.
    return problem && problem.code !== 'unauthenticated'
      ? { status: 'refused', problem }
      : { status: 'unavailable' }
  }
}

async function post(
  { origin, tokens }: { origin: string; tokens: TokenSource },
  operation: string,
  input: object,
  signal: AbortSignal,
): Promise<Response | null> {
  try {
    await tokens.lastingAtLeast(TOKEN_LEEWAY_MILLISECONDS)
    return await fetch(`${origin}/operations/${operation}/stream`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        ...tokens.headers,
      },
      body: JSON.stringify({ input }),
      signal,
    })
  } catch (error) {
    if (signal.aborted) throw error
    return null
  }
}

/** What the api said no with; null when something else answered, such as a proxy that knows no streams. */
async function refusalOf(response: Response): Promise<Failure | null> {
  try {
    const body = (await response.json()) as {
      message?: unknown
      extensions?: Record<string, unknown>
    }
    return body.extensions
      ? failureFromExtensions(body.extensions, String(body.message ?? ''))
      : null
  } catch {
    return null
  }
}

export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  silenceMilliseconds = LONGEST_SILENCE_MILLISECONDS,
): AsyncGenerator<OperationEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let buffer = ''
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read(), silenceMilliseconds)
      if (done) return
      buffer += decoder.decode(value, { stream: true })
      const blocks = buffer.split('\n\n')
      buffer = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = parseEvent(block)
        if (event) yield event
      }
    }
  } finally {
    void reader.cancel().catch(() => {})
  }
}

function withinSilence<Value>(reading: Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the stream fell silent')), milliseconds)
  })
  return Promise.race([reading, silence]).finally(() => clearTimeout(timer))
}

/** null for comments, which only keep the connection open, and for events that this version does not know. */
function parseEvent(block: string): OperationEvent | null {
  let event = ''
  const data: string[] = []
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) event = line.slice('event:'.length).trim()
    else if (line.startsWith('data:')) data.push(line.slice('data:'.length).trimStart())
  }
  if (!EVENT_NAMES.has(event)) return null
  return { event, data: JSON.parse(data.join('\n')) as unknown } as OperationEvent
}
