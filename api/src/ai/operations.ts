import { createHash } from 'node:crypto'
import { toJsonNumber } from '../credits/amounts.ts'
import { hasReservation, refusalOfReserve, refusalOfSettle } from '../credits/refusals.ts'
import type { SettleRow } from '../db/ledger-rows.ts'
import { AppError } from '../errors.ts'
import type { Logger } from '../observability.ts'
import { whileHeld } from './hold.ts'
import type {
  Operation,
  OperationAnswer,
  OperationRequest,
  OperationServices,
} from './operation.ts'
import { answerOfEarlierCall, storedAnswerSchema, type StoredAnswer } from './replay.ts'
import { runOnModels, type ModelRun } from './run-on-models.ts'

export type Operations = ReturnType<typeof createOperations>

const MAXIMUM_SETTLE_ATTEMPTS = 4
const SETTLE_RETRY_MILLISECONDS = 500

/**
 * Runs AI operations under a reservation: reserve → models in order of preference → settle by what
 * was used, with the answer stored for a replay. Whatever fails before the settle releases the hold,
 * so nothing is charged; a crash in between leaves a hold that expires.
 */
export function createOperations(services: OperationServices) {
  const { ledger } = services
  const stop = new AbortController()
  const running = new Set<Promise<unknown>>()

  async function run<Input, Answer>(
    operation: Operation<Input, Answer>,
    request: OperationRequest<Input>,
  ): Promise<OperationAnswer<Answer>> {
    const { organizationId } = request
    const row = await ledger.reserve({
      organizationId,
      userId: request.userId,
      capability: operation.capability,
      qualityLevel: request.qualityLevel,
      amountCredits: null,
      idempotencyKey: request.idempotencyKey,
      expiresInSeconds: services.limits.holdSeconds,
      context: describeRequest(operation, request.input),
    })
    if (row.outcome !== 'reserved' && row.outcome !== 'replayed') {
      throw refusalOfReserve(row.outcome, row)
    }
    if (!hasReservation(row)) throw new Error('a reservation without its columns')
    const hold = { organizationId, reservationId: row.reservation_id }
    if (row.outcome === 'replayed') return answerOfEarlierCall(operation, hold, services)

    const qualityLevel = row.quality_level_id ?? ''
    const modelRun = await runHeld(operation, request, { ...hold, qualityLevel })
    const stored: StoredAnswer = storedAnswerSchema.parse({
      answer: modelRun.answer,
      model: modelRun.model.modelId,
      provider: modelRun.model.provider,
      offline: modelRun.model.offline,
    })
    const settled = await settle(modelRun, { ...hold, estimate: row.amount_credits }, stored)
    return {
      ...stored,
      answer: modelRun.answer,
      qualityLevel,
      chargedCredits: toJsonNumber(settled.charged_credits ?? '0'),
      availableCredits: toJsonNumber(settled.available_credits ?? '0'),
      reservationId: hold.reservationId,
      transactionId: settled.transaction_ids?.[0] ?? null,
      replayed: false,
    }
  }

  async function runHeld<Input, Answer>(
    operation: Operation<Input, Answer>,
    { input, log }: OperationRequest<Input>,
    hold: { organizationId: string; reservationId: string; qualityLevel: string },
  ): Promise<ModelRun<Answer>> {
    const { organizationId, reservationId, qualityLevel } = hold
    const { limits } = services
    const holdOptions = {
      ledger,
      log,
      holdSeconds: limits.holdSeconds,
      everyMilliseconds: limits.extendEveryMilliseconds,
    }
    try {
      return await whileHeld({ organizationId, reservationId }, holdOptions, async () => {
        const choices = await services.access.modelsFor(
          organizationId,
          operation.capability,
          qualityLevel,
        )
        return runOnModels(operation, input, choices, { ...services, log, signal: stop.signal })
      })
    } catch (error) {
      const reason =
        error instanceof AppError ? `${error.code}: ${error.message}` : 'internal_error'
      await releaseAfterFailure({ organizationId, reservationId, reason }, log)
      throw error
    }
  }

  /** A release that fails is only logged: the hold expires by itself, and the first error matters more. */
  async function releaseAfterFailure(
    item: { organizationId: string; reservationId: string; reason: string },
    log: Logger,
  ): Promise<void> {
    try {
      await ledger.release(item)
    } catch (error) {
      log.error({ ...item, err: error }, 'hold not released; it will expire')
    }
  }

  /** The work is done, so a short outage must not lose the charge: settle again, it is idempotent. */
  async function settle(
    modelRun: ModelRun<unknown>,
    hold: { organizationId: string; reservationId: string; estimate: string },
    output: StoredAnswer,
  ): Promise<SettleRow> {
    const { organizationId, reservationId, estimate } = hold
    const { usage } = modelRun
    if (!usage) services.metrics.usageMissing.inc({ model: modelRun.model.modelId })
    const amountCredits = usage ? null : estimate
    for (let attempt = 1; ; attempt++) {
      try {
        const row = await ledger.settle({
          organizationId,
          reservationId,
          amountCredits,
          usage,
          output,
        })
        if (row.outcome === 'settled' || row.outcome === 'replayed') return row
        throw refusalOfSettle(row.outcome, row)
      } catch (error) {
        const isOutage = error instanceof AppError && error.code === 'overloaded'
        if (!isOutage || attempt >= MAXIMUM_SETTLE_ATTEMPTS) throw error
        await new Promise((resolve) => setTimeout(resolve, SETTLE_RETRY_MILLISECONDS * attempt))
      }
    }
  }

  return {
    async run<Input, Answer>(
      operation: Operation<Input, Answer>,
      request: OperationRequest<Input>,
    ): Promise<OperationAnswer<Answer>> {
      const work = run(operation, request)
      running.add(work)
      try {
        return await work
      } finally {
        running.delete(work)
      }
    },
    /** Ends the model calls that still run; each releases its hold. */
    async stop() {
      stop.abort(new AppError('overloaded', { retry_after_seconds: 5 }))
      await Promise.allSettled(running)
    },
  }
}

/**
 * Stored with the reservation and part of its fingerprint: another input under the same key is a
 * conflict. Only a digest, because texts of customers do not belong into the ledger.
 */
function describeRequest(operation: Operation<never, unknown>, input: unknown): object {
  const digest = createHash('sha256').update(JSON.stringify(input)).digest('hex')
  return { prompt_version: operation.promptVersion, input_sha256: digest }
}
