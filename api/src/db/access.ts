import type { CreditAmount } from '../credits/amounts.ts'
import { arrayArguments, type ArrayParameter } from './array-parameters.ts'
import { createBatcher } from './batcher.ts'
import type { Database } from './client.ts'
import type { Connections } from './connections.ts'
import { batchFailureOf, describeDatabaseFailure } from './failures.ts'
import type { ReservationStatus } from './ledger-rows.ts'

export interface AccessQuestion {
  organizationId: string
  userId: string | null
  capability: string
  qualityLevel: string | null
  amountCredits: CreditAmount | null
}

export interface AccessRow {
  allowed: boolean
  reason: string | null
  capability_id: string
  quality_level_id: string | null
  model_id: string | null
  estimated_credits: string | null
  available_credits: string | null
  required_credits: string | null
  allowed_quality_levels: string[] | null
  unlocked_by_plan: string | null
  retry_after_seconds: number | null
  rate_limits: RateLimitRow[]
}

export interface RateLimitRow {
  window: 'minute' | 'hour' | 'day'
  limit: number
  used: number
  remaining: number
  /** When the next place becomes free; null while the window is empty, or blocked for good. */
  resets_at: string | null
}

/** The document of private.explain_ai_access; numbers are JSON numbers in it. */
export interface AccessExplanation {
  allowed: boolean
  reason: string | null
  plan: string | null
  quality_level: string | null
  models: Record<string, unknown>[]
  [detail: string]: unknown
}

/** What is charged when a caller leaves while an operation runs; a column of ai_capabilities. */
export type AbortPolicy = 'charge_produced' | 'charge_nothing' | 'charge_estimate'

export interface ModelChoice {
  model_id: string
  provider: string
  provider_model_id: string
}

/** How a reservation of an operation stands, with the stored answer once it is settled. */
export interface OperationResultRow {
  status: ReservationStatus
  quality_level_id: string
  model_id: string | null
  charged_credits: string | null
  available_credits: string
  transaction_id: string | null
  output: unknown
  release_reason: string | null
}

export type AccessQueries = ReturnType<typeof createAccessQueries>

const MAXIMUM_BATCH_ITEMS = 64
const MAXIMUM_QUEUED_CALLS = 10_000

/** Reading only: what an organization may do, which models serve it, what became of an operation. */
export function createAccessQueries({ sql, checks: traffic }: Connections) {
  // Checks come in crowds, as pages open: those that wait together are asked together.
  const checks = createBatcher<AccessQuestion, AccessRow & { item: number }, Database>({
    run: (questions, connection) => checkAll(connection, questions),
    groupOf: ({ organizationId }) => organizationId,
    failureOf: batchFailureOf,
    describeFailure: describeDatabaseFailure,
    traffic,
    maximumItems: MAXIMUM_BATCH_ITEMS,
    maximumQueued: MAXIMUM_QUEUED_CALLS,
  })
  return {
    check: (question: AccessQuestion): Promise<AccessRow> => checks.call(question),

    async explain(question: AccessQuestion): Promise<AccessExplanation> {
      const rows = await available(
        sql<{ explanation: AccessExplanation }[]>`
          select private.explain_ai_access(
            ${question.organizationId}::uuid, ${question.userId}::uuid, ${question.capability}::text,
            ${question.qualityLevel}::text, ${question.amountCredits}::numeric
          ) as explanation`,
      )
      if (!rows[0]) throw new Error('private.explain_ai_access answered no row')
      return rows[0].explanation
    },

    /** In order of preference. */
    async modelsFor(
      organizationId: string,
      capability: string,
      qualityLevel: string,
    ): Promise<ModelChoice[]> {
      return available(
        sql<ModelChoice[]>`
          select model_id, provider, provider_model_id
          from private.models_for(${organizationId}::uuid, ${capability}::text, ${qualityLevel}::text)
          order by preference`,
      )
    },

    async abortPolicy(capability: string): Promise<AbortPolicy> {
      const rows = await available(
        sql<{ abort_policy: AbortPolicy }[]>`
          select abort_policy from public.ai_capabilities where id = ${capability}`,
      )
      if (!rows[0]) throw new Error(`there is no capability ${capability}`)
      return rows[0].abort_policy
    },

    async operationResult(
      organizationId: string,
      reservationId: string,
    ): Promise<OperationResultRow | undefined> {
      const rows = await available(
        sql<OperationResultRow[]>`
          select * from private.operation_result(${organizationId}::uuid, ${reservationId}::uuid)`,
      )
      return rows[0]
    },
  }
}

const QUESTION: readonly ArrayParameter<AccessQuestion>[] = [
  ['uuid[]', ({ organizationId }) => organizationId],
  ['uuid[]', ({ userId }) => userId],
  ['text[]', ({ capability }) => capability],
  ['text[]', ({ qualityLevel }) => qualityLevel],
  ['numeric[]', ({ amountCredits }) => amountCredits],
]
const questionArguments = arrayArguments(QUESTION)

async function checkAll(
  sql: Database,
  questions: AccessQuestion[],
): Promise<(AccessRow & { item: number })[]> {
  return sql.unsafe<(AccessRow & { item: number })[]>(
    `select * from private.check_ai_access_batch(${questionArguments.text}) order by item`,
    questionArguments.valuesOf(questions),
    { prepare: true },
  )
}

async function available<Rows>(query: PromiseLike<Rows>): Promise<Rows> {
  try {
    return await query
  } catch (error) {
    throw describeDatabaseFailure(error)
  }
}
