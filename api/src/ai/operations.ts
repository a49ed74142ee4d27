import { createHash } from 'node:crypto'
import { toJsonNumber } from '../credits/amounts.ts'
import { hasReservation, refusalOfReserve } from '../credits/refusals.ts'
import type { ReserveRow, SettleRow } from '../db/ledger-rows.ts'
import { AppError } from '../errors.ts'
import { endAbandoned } from './abandonment.ts'
import { whileHeld, type Hold } from './hold.ts'
import type {
  HeldReservation,
  Operation,
  OperationAnswer,
  OperationRequest,
  OperationServices,
} from './operation.ts'
import { createProduction, type Production } from './production.ts'
import { answerOfEarlierCall, storedAnswerSchema } from './replay.ts'
import { runOnModels } from './run-on-models.ts'
import { releaseAfterFailure, settleSurely } from './settlement.ts'

export type Operations = ReturnType<typeof createOperations>

type ReservedRow = ReserveRow & Record<'reservation_id' | 'status' | 'amount_credits', string>

/**
 * Runs AI operations under a reservation: reserve → models in order of preference → settle by what
 * was used, with the answer stored for a replay. Whatever fails before the settle releases the hold,
 * so nothing is charged; a caller who leaves pays by the abort policy of the capability; a crash in
 * between leaves a hold that expires.
 */
export function createOperations(services: OperationServices) {
  const { ledger } = services
  const stop = new AbortController()
  const running = new Set<Promise<unknown>>()

  async function run<Input, Answer>(
    operation: Operation<Input, Answer>,
    request: OperationRequest<Input>,
  ): Promise<OperationAnswer<Answer>> {
    const row = await reserve(operation, request)
    const hold = { organizationId: request.organizationId, reservationId: row.reservation_id }
    request.watcher?.reserved(describeReservation(row))
    if (row.outcome === 'replayed') return answerOfEarlierCall(operation, hold, services)

    const production = createProduction()
    const answer = await runHeld(operation, request, { hold, row, production })
    const { model } = production
    if (!model) throw new Error('an answer without a model')
    const stored = storedAnswerSchema.parse({
      answer,
      model: model.modelId,
      provider: model.provider,
      offline: model.offline,
    })
    const settled = await settleSurely(ledger, {
      ...hold,
      usage: production.usage(),
      amountCredits: null,
      output: stored,
    })
    const qualityLevel = row.quality_level_id ?? ''
    return { ...stored, answer, qualityLevel, ...describeSettlement(hold, settled) }
  }

  async function reserve<Input, Answer>(
    operation: Operation<Input, Answer>,
    request: OperationRequest<Input>,
  ): Promise<ReservedRow> {
    const row = await ledger.reserve({
      organizationId: request.organizationId,
      userId: request.userId,
      capability: operation.capability,
      qualityLevel: request.qualityLevel,
      amountCredits: null,
      idempotencyKey: request.idempotencyKey,
      expiresInSeconds: services.limits.holdSeconds,
      context: describeRequest(operation, request),
    })
    if (row.outcome !== 'reserved' && row.outcome !== 'replayed') {
      throw refusalOfReserve(row.outcome, row)
    }
    if (!hasReservation(row)) throw new Error('a reservation without its columns')
    return row
  }

  /** Resolves with a good answer; else the hold has been ended before the error is thrown. */
  async function runHeld<Input, Answer>(
    operation: Operation<Input, Answer>,
    { input, watcher, log }: OperationRequest<Input>,
    { hold, row, production }: { hold: Hold; row: ReservedRow; production: Production },
  ): Promise<Answer> {
    const { limits, access } = services
    const holdOptions = {
      ledger,
      log,
      holdSeconds: limits.holdSeconds,
      everyMilliseconds: limits.extendEveryMilliseconds,
    }
    const signal = watcher ? AbortSignal.any([stop.signal, watcher.gone]) : stop.signal
    try {
      return await whileHeld(hold, holdOptions, async () => {
        const { capability } = operation
        const level = row.quality_level_id ?? ''
        const choices = await access.modelsFor(hold.organizationId, capability, level)
        const runServices = { ...services, log, watcher, production, signal }
        return runOnModels(operation, input, choices, runServices)
      })
    } catch (error) {
      if (watcher?.gone.aborted && !stop.signal.aborted) {
        const abandoned = { ...hold, estimate: row.amount_credits }
        throw await endAbandoned(operation.capability, abandoned, production, { ...services, log })
      }
      const reason =
        error instanceof AppError ? `${error.code}: ${error.message}` : 'internal_error'
      await releaseAfterFailure(ledger, { ...hold, reason }, log)
      throw error
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
function describeRequest(
  operation: Operation<never, unknown>,
  { input, formId }: OperationRequest<unknown>,
): object {
  const digest = createHash('sha256').update(JSON.stringify(input)).digest('hex')
  return {
    prompt_version: operation.promptVersion,
    input_sha256: digest,
    ...(formId !== null && { form_id: formId }),
  }
}

function describeReservation(row: ReservedRow): HeldReservation {
  return {
    reservationId: row.reservation_id,
    qualityLevel: row.quality_level_id ?? '',
    model: row.model_id,
    amountCredits: toJsonNumber(row.amount_credits),
    availableCredits: toJsonNumber(row.available_credits ?? '0'),
    expiresAt: row.expires_at,
    replayed: row.outcome === 'replayed',
  }
}

function describeSettlement({ reservationId }: Hold, row: SettleRow) {
  return {
    chargedCredits: toJsonNumber(row.charged_credits ?? '0'),
    availableCredits: toJsonNumber(row.available_credits ?? '0'),
    reservationId,
    transactionId: row.transaction_ids?.[0] ?? null,
    replayed: false,
  }
}
