import type { z } from 'zod'
import type { OperationLimits } from '../config.ts'
import type { AccessQueries } from '../db/access.ts'
import type { Ledger } from '../db/ledger.ts'
import type { Logger, Metrics } from '../observability.ts'
import type { ModelFactory } from './models.ts'
import type { Prompt } from './structured-answer.ts'

/** One AI operation of the product: what it asks and what a good answer is. */
export interface Operation<Input, Answer> {
  /** The capability that is charged; a row of ai_capabilities. */
  capability: string
  /** Names the prompt file; stored with the reservation, so that a charge can be explained later. */
  promptVersion: string
  prompt(input: Input): Prompt
  schema: z.ZodType<Answer>
  /** Rules beyond the schema; what is wrong, or null. */
  findProblem(answer: Answer, input: Input): string | null
}

export interface OperationRequest<Input> {
  organizationId: string
  userId: string | null
  qualityLevel: string | null
  idempotencyKey: string
  /** The form that a customer uses; null for members. */
  formId: string | null
  input: Input
  /** null: the caller wants the whole answer, and waits for it. */
  watcher: OperationWatcher | null
  log: Logger
}

/** Somebody who sees an operation run, and may leave before it ends. */
export interface OperationWatcher {
  /** The credits are held; for a repeated key, were held by the earlier call. */
  reserved(reservation: HeldReservation): void
  progressed(progress: OperationProgress): void
  /** Aborted when the watcher has left: the work ends, and the abort policy of the capability applies. */
  gone: AbortSignal
}

export interface HeldReservation {
  reservationId: string
  qualityLevel: string
  model: string | null
  amountCredits: number
  availableCredits: number
  expiresAt: Date | null
  replayed: boolean
}

export interface OperationProgress {
  /** Rises with a repair and with the next model: what was written before counts no more. */
  attempt: number
  /** The answer as far as it has been written, in the shape of its schema; null before anything fits. */
  partial: unknown
}

export interface OperationAnswer<Answer> {
  answer: Answer
  qualityLevel: string
  model: string
  provider: string
  offline: boolean
  chargedCredits: number
  availableCredits: number
  reservationId: string
  transactionId: string | null
  replayed: boolean
}

export interface OperationServices {
  ledger: Ledger
  access: AccessQueries
  models: ModelFactory
  limits: OperationLimits
  metrics: Metrics
}
