import type { OperationLimits } from '../config.ts'
import type { ModelChoice } from '../db/access.ts'
import { AppError } from '../errors.ts'
import type { Logger, Metrics } from '../observability.ts'
import type { ModelFactory } from './models.ts'
import type { Operation, OperationWatcher } from './operation.ts'
import type { Production } from './production.ts'
import { askForStructure, UnusableAnswerError } from './structured-answer.ts'

export interface ModelRunServices {
  models: ModelFactory
  limits: OperationLimits
  metrics: Metrics
  log: Logger
  watcher: OperationWatcher | null
  production: Production
  /** Ends the run for good: nobody waits for it any more, or the process stops. */
  signal: AbortSignal
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
  services: ModelRunServices,
): Promise<Answer> {
  const { limits, metrics, log, signal, production } = services
  for (const choice of choices) {
    const model = services.models(choice)
    if (!model) continue
    signal.throwIfAborted()
    production.beginModel(model)
    try {
      const answer = await askForStructure({
        ...services,
        model,
        prompt: operation.prompt(input),
        schema: operation.schema,
        findProblem: (candidate) => operation.findProblem(candidate, input),
        signal: AbortSignal.any([signal, AbortSignal.timeout(limits.modelTimeoutMilliseconds)]),
      })
      metrics.modelCalls.inc({ model: model.modelId, outcome: 'ok' })
      return answer
    } catch (error) {
      signal.throwIfAborted()
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
