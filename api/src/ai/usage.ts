import type { LanguageModelUsage } from 'ai'
import type { TokenUsage } from '../db/ledger-rows.ts'
import { countTokens } from './count-tokens.ts'

/**
 * Token counts for pricing. Input includes cached tokens, output includes reasoning, as the SDK
 * reports them. A provider that reports no counts, or zero for an answer that exists, gives null:
 * the caller counts for itself, because missing usage is not free usage.
 */
export function readUsage(
  usage: LanguageModelUsage | undefined,
  modelId: string,
  requestId: string | undefined,
): TokenUsage | null {
  if (!usage?.inputTokens || !usage.outputTokens) return null
  return {
    model: modelId,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cached_input_tokens: usage.inputTokenDetails.cacheReadTokens ?? null,
    reasoning_tokens: usage.outputTokenDetails.reasoningTokens ?? null,
    request_id: storable(requestId),
  }
}

/** What was asked and written, counted by us and marked so: in the ledger it shows as such. */
export function countUsage(
  modelId: string,
  asked: string,
  written: string,
  requestId?: string,
): TokenUsage {
  return {
    model: modelId,
    input_tokens: countTokens(asked),
    output_tokens: countTokens(written),
    cached_input_tokens: null,
    reasoning_tokens: null,
    request_id: storable(requestId),
    source: 'counted',
  }
}

const MAXIMUM_REQUEST_ID_LENGTH = 200
const CONTROL = /\p{Cc}|\p{Surrogate}/gu

/** An id is whatever the provider says: cut to what the ledger keeps, without what it cannot store. */
function storable(requestId: string | undefined): string | null {
  return requestId?.slice(0, MAXIMUM_REQUEST_ID_LENGTH).replace(CONTROL, '') || null
}

/** Of calls that were made for one answer; the sum is counted when a part of it is. */
export function addUsage(first: TokenUsage, second: TokenUsage): TokenUsage {
  const isCounted = first.source === 'counted' || second.source === 'counted'
  return {
    model: second.model,
    input_tokens: first.input_tokens + second.input_tokens,
    output_tokens: first.output_tokens + second.output_tokens,
    cached_input_tokens: addKnown(first.cached_input_tokens, second.cached_input_tokens),
    reasoning_tokens: addKnown(first.reasoning_tokens, second.reasoning_tokens),
    request_id: second.request_id ?? first.request_id,
    ...(isCounted && { source: 'counted' }),
  }
}

function addKnown(first: number | null, second: number | null): number | null {
  return first === null && second === null ? null : (first ?? 0) + (second ?? 0)
}
