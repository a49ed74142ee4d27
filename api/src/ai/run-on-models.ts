import type { OperationLimits } from '../config.ts'
import type { ModelChoice } from '../db/access.ts'
import type { TokenUsage } from '../db/ledger-rows.ts'
import { AppError } from '../errors.ts'
import type { Logger, Metrics } from '../observability.ts'
import type { ModelFactory, ServedModel } from './models.ts'
import type { Operation } from './operation.ts'
import { askForStructure, UnusableAnswerError } from './structured-answer.ts'

export interface ModelRun<Answer> {
  answer: Answer
  model: ServedModel
  usage: TokenUsage | null
}

/**
 * Tries the models in order of preference until one answers. A provider's failure or time-out moves
 * on to the next; an answer that stays unusable after its repair ends the run, because it has cost
 * two calls already and the next model would be asked the same.
 */
export async function runOnModels<Input, Answer>(
  operation: Operation<Input, Answer>,
  input: Input,
  choices: ModelChoice[],
  services: {
    models: ModelFactory
    limits: OperationLimits
    metrics: Metrics
    log: Logger
    signal: AbortSignal
  },
): Promise<ModelRun<Answer>> {
  const { limits, metrics, log, signal } = services
  for (const choice of choices) {
    const model = services.models(choice)
    if (!model) continue
    try {
      const { answer, usage } = await askForStructure({
        model,
        prompt: operation.prompt(input),
        schema: operation.schema,
        findProblem: (candidate) => operation.findProblem(candidate, input),
        signal: AbortSignal.any([signal, AbortSignal.timeout(limits.modelTimeoutMilliseconds)]),
      })
      metrics.modelCalls.inc({ model: model.modelId, outcome: 'ok' })
      if (!usage) log.warn({ model: model.modelId }, 'answer without usage: charging the estimate')
      return { answer, model, usage }
    } catch (error) {
      if (signal.aborted) throw signal.reason
      const isUnusable = error instanceof UnusableAnswerError
      metrics.modelCalls.inc({
        model: model.modelId,
        outcome: isUnusable ? 'unusable_answer' : 'provider_failed',
      })
      log.warn({ model: model.modelId, provider: model.provider, err: error }, 'model failed')
      if (isUnusable) break
    }
  }
  throw new AppError('provider_failed', { charged_credits: 0 })
}
