import type { LanguageModelUsage } from 'ai'
import type { TokenUsage } from '../db/ledger-rows.ts'

/**
 * Token counts for pricing. Input includes cached tokens, output includes reasoning, as the SDK
 * reports them. A provider that reports no counts, or zero for an answer that exists, gives null:
 * the caller charges the estimate and leaves a trace, because missing usage is not free usage.
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
    request_id: requestId ?? null,
  }
}

/** Both calls were made for one answer; if one count is missing, the sum is unknown too. */
export function addUsage(first: TokenUsage | null, second: TokenUsage | null): TokenUsage | null {
  if (!first || !second) return null
  return {
    model: second.model,
    input_tokens: first.input_tokens + second.input_tokens,
    output_tokens: first.output_tokens + second.output_tokens,
    cached_input_tokens: addKnown(first.cached_input_tokens, second.cached_input_tokens),
    reasoning_tokens: addKnown(first.reasoning_tokens, second.reasoning_tokens),
    request_id: second.request_id,
  }
}

function addKnown(first: number | null, second: number | null): number | null {
  return first === null && second === null ? null : (first ?? 0) + (second ?? 0)
}
