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
  userId: string
  qualityLevel: string | null
  idempotencyKey: string
  input: Input
  log: Logger
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
