import {
  generateText,
  NoObjectGeneratedError,
  NoOutputGeneratedError,
  Output,
  streamText,
  type LanguageModelUsage,
  type ModelMessage,
} from 'ai'
import type { z } from 'zod'
import type { ServedModel } from './models.ts'

export interface ModelCall {
  model: ServedModel
  system: string
  messages: ModelMessage[]
  schema: z.ZodType
  signal: AbortSignal
}

export interface ModelAnswer {
  /** As the model wrote it, whether or not it fits the schema. */
  text: string
  usage: LanguageModelUsage | undefined
  requestId: string | undefined
}

/** An answer of an operation is a screenful; a model that runs on is cut here. */
const MAXIMUM_OUTPUT_TOKENS = 4_000

/** One call that answers when all is written. Failures of the provider are thrown as they come. */
export async function callModel(call: ModelCall): Promise<ModelAnswer> {
  try {
    const result = await generateText(settingsOf(call))
    return { text: result.text, usage: result.usage, requestId: result.response.id }
  } catch (error) {
    // The SDK checks the shape as well; what it refused is judged, and repaired, by our own rules.
    if (NoObjectGeneratedError.isInstance(error)) {
      return { text: error.text ?? '', usage: error.usage, requestId: error.response?.id }
    }
    if (NoOutputGeneratedError.isInstance(error)) {
      return { text: '', usage: undefined, requestId: undefined }
    }
    throw error
  }
}

/** One call whose text is told as it is written. */
export async function streamModel(
  call: ModelCall,
  onText: (delta: string) => Promise<void>,
): Promise<ModelAnswer> {
  const answer: ModelAnswer = { text: '', usage: undefined, requestId: undefined }
  let isFinished = false
  // Errors come as parts of the stream; without this the SDK prints them as well.
  const { fullStream } = streamText({ ...settingsOf(call), onError: () => undefined })
  for await (const part of fullStream) {
    switch (part.type) {
      case 'text-delta':
        answer.text += part.text
        await onText(part.text)
        break
      case 'finish-step':
        answer.usage = part.usage
        answer.requestId = part.response.id
        break
      case 'finish':
        isFinished = true
        break
      case 'error':
        throw part.error
      case 'abort':
        throw call.signal.reason
    }
  }
  if (!isFinished) throw new Error('the stream ended before the answer did')
  return answer
}

function settingsOf({ model, system, messages, schema, signal }: ModelCall) {
  return {
    model: model.languageModel,
    system,
    messages,
    output: Output.object({ schema }),
    maxOutputTokens: MAXIMUM_OUTPUT_TOKENS,
    // The next model in order of preference is the retry; waiting here would only hold credits.
    maxRetries: 0,
    abortSignal: signal,
  }
}
