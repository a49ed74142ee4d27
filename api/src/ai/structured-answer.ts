import type { ModelMessage } from 'ai'
import type { z } from 'zod'
import type { Logger, Metrics } from '../observability.ts'
import { callModel, streamModel, type ModelCall } from './model-call.ts'
import type { ServedModel } from './models.ts'
import type { OperationWatcher } from './operation.ts'
import type { Production } from './production.ts'
import { countUsage, readUsage } from './usage.ts'

export interface Prompt {
  system: string
  user: string
}

/** The model answered, twice, and neither answer had the shape that was asked for. */
export class UnusableAnswerError extends Error {
  override readonly name = 'UnusableAnswerError'
}

export interface StructureRequest<Answer> {
  model: ServedModel
  prompt: Prompt
  schema: z.ZodType<Answer>
  /** Rules that a provider's JSON schema cannot carry; returns what is wrong, or null. */
  findProblem(answer: Answer): string | null
  /** Told what is written while it is written; null: nobody watches. */
  watcher: OperationWatcher | null
  production: Production
  metrics: Metrics
  log: Logger
  signal: AbortSignal
}

/**
 * Asks one model for an answer of the given shape. A wrong shape gets one repair, in which the model
 * sees its answer and the problem; failures of the provider are thrown as they come.
 */
export async function askForStructure<Answer>(request: StructureRequest<Answer>): Promise<Answer> {
  const messages: ModelMessage[] = [{ role: 'user', content: request.prompt.user }]
  const firstText = await ask(request, messages)
  const first = judge(firstText, request)
  if ('answer' in first) return first.answer

  if (firstText) messages.push({ role: 'assistant', content: firstText })
  messages.push({
    role: 'user',
    content: `That answer cannot be used: ${first.problem}. Answer again, with JSON of the requested shape only.`,
  })
  const second = judge(await ask(request, messages), request)
  if ('answer' in second) return second.answer
  throw new UnusableAnswerError(second.problem)
}

async function ask(request: StructureRequest<unknown>, messages: ModelMessage[]): Promise<string> {
  const { model, prompt, schema, signal, production, watcher } = request
  const call: ModelCall = { model, system: prompt.system, messages, schema, signal }
  const asked = [prompt.system, ...messages.map(({ content }) => String(content))].join('\n')
  production.beginCall(asked)
  const answer = watcher
    ? await streamModel(call, (delta) => tell(watcher, production, delta))
    : await callModel(call)

  let usage = readUsage(answer.usage, model.modelId, answer.requestId)
  if (!usage) {
    usage = countUsage(model.modelId, asked, answer.text, answer.requestId)
    request.metrics.usageMissing.inc({ model: model.modelId })
    request.log.warn({ model: model.modelId, usage }, 'answer without usage: counted instead')
  }
  production.endCall(usage)
  return answer.text
}

async function tell(watcher: OperationWatcher, production: Production, delta: string) {
  production.write(delta)
  watcher.progressed({ attempt: production.attempt, partial: await production.partial() })
}

function judge<Answer>(
  text: string,
  { schema, findProblem }: Pick<StructureRequest<Answer>, 'schema' | 'findProblem'>,
): { answer: Answer } | { problem: string } {
  if (text.trim() === '') return { problem: 'it is empty' }
  const parsed = schema.safeParse(parseJson(text))
  if (!parsed.success) return { problem: 'it is not JSON of the requested shape' }
  const problem = findProblem(parsed.data)
  return problem === null ? { answer: parsed.data } : { problem }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
