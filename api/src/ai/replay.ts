import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { toJsonNumber } from '../credits/amounts.ts'
import type { OperationResultRow } from '../db/access.ts'
import { AppError } from '../errors.ts'
import type { Hold } from './hold.ts'
import type { Operation, OperationAnswer, OperationServices } from './operation.ts'

/** What settle keeps in ai_operation_results. */
export const storedAnswerSchema = z.object({
  answer: z.unknown(),
  model: z.string(),
  provider: z.string(),
  offline: z.boolean(),
})

/** The same for an operation that its caller left: what had been produced, and the policy it was charged by. */
const storedAbandonmentSchema = z.object({
  abandoned: z.string(),
  partial: z.unknown(),
  model: z.string(),
  provider: z.string(),
  offline: z.boolean(),
})

export type StoredAbandonment = z.infer<typeof storedAbandonmentSchema>

/** Reason of the release of an operation that its caller left. */
export const ABANDONED = 'operation_abandoned'

const FIRST_LOOK_AFTER_MILLISECONDS = 25
const LOOK_EVERY_MILLISECONDS = 400
const RETRY_AFTER_SECONDS = 5

/**
 * The answer to a repeated key, without a second model call: the stored one, the earlier failure,
 * or, while the first call still runs (here or in another process), the answer it is about to give.
 * A failure is an answer too, "nothing charged": a new attempt takes a new key.
 */
export async function answerOfEarlierCall<Answer>(
  operation: Operation<never, Answer>,
  hold: Hold,
  services: OperationServices,
): Promise<OperationAnswer<Answer>> {
  const row = await closedResult(hold, services)
  switch (row.status) {
    case 'settled':
      return storedAnswer(operation, hold, row)
    case 'released':
      if (row.release_reason === ABANDONED) throw abandonedBefore(row, null)
      throw new AppError('provider_failed', { charged_credits: 0, rule: 'failed_before' })
    case 'expired':
      throw new AppError('provider_failed', { charged_credits: 0, rule: 'interrupted' })
    case 'reserved':
      throw new AppError(
        'overloaded',
        { retry_after_seconds: RETRY_AFTER_SECONDS, rule: 'still_running' },
        { message: 'The first request under this key is still running. Ask again.' },
      )
    default:
      throw new Error(`unknown status: ${String(row.status satisfies never)}`)
  }
}

async function closedResult(
  { organizationId, reservationId }: Hold,
  { access, limits }: OperationServices,
): Promise<OperationResultRow> {
  const giveUpAt = performance.now() + limits.duplicateWaitMilliseconds
  let pause = FIRST_LOOK_AFTER_MILLISECONDS
  for (;;) {
    const row = await access.operationResult(organizationId, reservationId)
    if (!row) throw new Error('a reservation disappeared')
    if (row.status !== 'reserved' || performance.now() >= giveUpAt) return row
    await wait(pause)
    pause = Math.min(pause * 2, LOOK_EVERY_MILLISECONDS)
  }
}

function storedAnswer<Answer>(
  operation: Operation<never, Answer>,
  { reservationId }: Hold,
  row: OperationResultRow,
): OperationAnswer<Answer> {
  const abandoned = storedAbandonmentSchema.safeParse(row.output)
  if (abandoned.success) throw abandonedBefore(row, abandoned.data.partial)
  const stored = storedAnswerSchema.parse(row.output)
  return {
    ...stored,
    answer: operation.schema.parse(stored.answer),
    qualityLevel: row.quality_level_id,
    chargedCredits: toJsonNumber(row.charged_credits ?? '0'),
    availableCredits: toJsonNumber(row.available_credits),
    reservationId,
    transactionId: row.transaction_id,
    replayed: true,
  }
}

function abandonedBefore(row: OperationResultRow, partial: unknown): AppError {
  return new AppError('operation_abandoned', {
    charged_credits: toJsonNumber(row.charged_credits ?? '0'),
    available_credits: toJsonNumber(row.available_credits),
    partial,
  })
}
