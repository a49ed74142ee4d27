import {
  generateText,
  NoObjectGeneratedError,
  NoOutputGeneratedError,
  Output,
  type LanguageModelUsage,
  type ModelMessage,
} from 'ai'
import type { z } from 'zod'
import type { TokenUsage } from '../db/ledger-rows.ts'
import type { ServedModel } from './models.ts'
import { addUsage, readUsage } from './usage.ts'

export interface Prompt {
  system: string
  user: string
}

export interface StructuredAnswer<Answer> {
  answer: Answer
  /** Of all calls that were needed; null when the provider did not say, which must not become zero. */
  usage: TokenUsage | null
}

/** The model answered, twice, and neither answer had the shape that was asked for. */
export class UnusableAnswerError extends Error {
  override readonly name = 'UnusableAnswerError'
}

/** An answer of this operation is a screenful; a model that runs on is cut here. */
const MAXIMUM_OUTPUT_TOKENS = 4_000

interface Attempt<Answer> {
  answer: Answer | null
  /** What was wrong, told to the model in the repair. */
  problem: string
  text: string
  usage: TokenUsage | null
}

/**
 * Asks one model for an answer of the given shape. A wrong shape gets one repair, in which the model
 * sees its answer and the problem; failures of the provider are thrown as they come.
 */
export async function askForStructure<Answer>(options: {
  model: ServedModel
  prompt: Prompt
  schema: z.ZodType<Answer>
  /** Rules that a provider's JSON schema cannot carry; returns what is wrong, or null. */
  findProblem(answer: Answer): string | null
  signal: AbortSignal
}): Promise<StructuredAnswer<Answer>> {
  const { model, prompt, schema, findProblem, signal } = options
  const messages: ModelMessage[] = [{ role: 'user', content: prompt.user }]
  const ask = () => attempt({ model, system: prompt.system, messages, schema, findProblem, signal })

  const first = await ask()
  if (first.answer !== null) return { answer: first.answer, usage: first.usage }

  if (first.text) messages.push({ role: 'assistant', content: first.text })
  messages.push({
    role: 'user',
    content: `That answer cannot be used: ${first.problem}. Answer again, with JSON of the requested shape only.`,
  })
  const second = await ask()
  if (second.answer === null) throw new UnusableAnswerError(second.problem)
  return { answer: second.answer, usage: addUsage(first.usage, second.usage) }
}

async function attempt<Answer>(options: {
  model: ServedModel
  system: string
  messages: ModelMessage[]
  schema: z.ZodType<Answer>
  findProblem(answer: Answer): string | null
  signal: AbortSignal
}): Promise<Attempt<Answer>> {
  const { model, system, messages, schema, findProblem, signal } = options
  const used = (usage: LanguageModelUsage | undefined, requestId: string | undefined) =>
    readUsage(usage, model.modelId, requestId)
  try {
    const result = await generateText({
      model: model.languageModel,
      system,
      messages,
      output: Output.object({ schema }),
      maxOutputTokens: MAXIMUM_OUTPUT_TOKENS,
      // The next model in order of preference is the retry; waiting here would only hold credits.
      maxRetries: 0,
      abortSignal: signal,
    })
    const answer = result.output as Answer
    const problem = findProblem(answer)
    return {
      answer: problem === null ? answer : null,
      problem: problem ?? '',
      text: result.text,
      usage: used(result.usage, result.response.id),
    }
  } catch (error) {
    if (NoObjectGeneratedError.isInstance(error)) {
      return {
        answer: null,
        problem: 'it is not JSON of the requested shape',
        text: error.text ?? '',
        usage: used(error.usage, error.response?.id),
      }
    }
    if (NoOutputGeneratedError.isInstance(error)) {
      return { answer: null, problem: 'it is empty', text: '', usage: null }
    }
    throw error
  }
}
