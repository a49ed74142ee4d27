import { answerFor } from './answer.ts'
import type { Fault } from './faults.ts'
import { textOf, type ChatRequest } from './request.ts'
import { countMessageTokens, countTokens } from './tokens.ts'

export interface Usage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  prompt_tokens_details: { cached_tokens: number }
  completion_tokens_details: { reasoning_tokens: number }
}

export interface Completion {
  id: string
  created: number
  model: string
  text: string
  finishReason: 'stop' | 'length'
  usage: Usage | null
}

const ROLES = ['system', 'developer', 'user', 'assistant']
const CHARACTERS_A_CHUNK = 24

export function complete(request: ChatRequest, number: number, fault: Fault | null): Completion {
  const whole = textFor(request, fault)
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY
  const isCut = countTokens(whole) > limit
  const text = isCut ? whole.slice(0, limit * 3) : whole
  const promptTokens = countMessageTokens(ROLES.map((role) => textOf(request, role)))
  const completionTokens = Math.min(countTokens(text), limit)
  return {
    id: `chatcmpl-double-${number}`,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    text,
    finishReason: isCut ? 'length' : 'stop',
    usage:
      fault?.kind === 'omit_usage'
        ? null
        : {
            prompt_tokens: promptTokens,
            completion_tokens: completionTokens,
            total_tokens: promptTokens + completionTokens,
            prompt_tokens_details: { cached_tokens: 0 },
            completion_tokens_details: { reasoning_tokens: 0 },
          },
  }
}

function textFor(request: ChatRequest, fault: Fault | null): string {
  if (fault?.kind === 'nonsense') return 'Colourless green ideas sleep furiously.'
  if (fault?.kind === 'wrong_shape') return JSON.stringify({ answer: 42 })
  return answerFor(request)
}

export function completionBody(completion: Completion): object {
  return {
    id: completion.id,
    object: 'chat.completion',
    created: completion.created,
    model: completion.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: completion.text, refusal: null },
        logprobs: null,
        finish_reason: completion.finishReason,
      },
    ],
    ...(completion.usage && { usage: completion.usage }),
  }
}

/** The events of a stream, in OpenAI's order: role, pieces, reason, and usage only when asked for. */
export function* streamChunks(completion: Completion, includeUsage: boolean): Generator<object> {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    id: completion.id,
    object: 'chat.completion.chunk',
    created: completion.created,
    model: completion.model,
    choices: [{ index: 0, delta, finish_reason }],
  })
  yield chunk({ role: 'assistant', content: '' })
  for (let start = 0; start < completion.text.length; start += CHARACTERS_A_CHUNK) {
    yield chunk({ content: completion.text.slice(start, start + CHARACTERS_A_CHUNK) })
  }
  yield chunk({}, completion.finishReason)
  if (includeUsage && completion.usage) {
    yield { ...chunk({}), choices: [], usage: completion.usage }
  }
}
