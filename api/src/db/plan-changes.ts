import type { Database } from './client.ts'

/** What was answered, as it is kept for the same request under the same key. */
export interface PlanChangeAnswer {
  status: 'checkout_required' | 'changed' | 'scheduled' | 'unchanged' | 'undone'
  plan_id: string
  pending_plan_id: string | null
  effective_at: string | null
  checkout_url: string | null
  /** Exact decimals as text. */
  adjusted_credits: string
  available_credits: string
  message: string
}

export interface PlanChangeRequest {
  organizationId: string
  userId: string
  idempotencyKey: string
  /** undo, or the plan that is wanted. */
  wish: { kind: 'undo' } | { kind: 'change'; planId: string }
}

export interface KeptPlanChange {
  is_conflict: boolean
  result: PlanChangeAnswer
}

const fingerprintOf = ({ wish }: PlanChangeRequest): string =>
  wish.kind === 'undo' ? 'undo' : `change ${wish.planId}`

export type PlanChangeQueries = ReturnType<typeof createPlanChangeQueries>

export function createPlanChangeQueries(sql: Database) {
  return {
    async kept(request: PlanChangeRequest): Promise<KeptPlanChange | null> {
      const rows = await sql<KeptPlanChange[]>`
        select is_conflict, result from private.kept_plan_change(
          ${request.organizationId}::uuid, ${request.idempotencyKey}::text,
          ${fingerprintOf(request)}::text
        )`
      return rows[0] ?? null
    },

    /** What stands under the key: this answer, or that of a call that was first. */
    async record(
      request: PlanChangeRequest,
      fromPlanId: string,
      answer: PlanChangeAnswer,
    ): Promise<PlanChangeAnswer> {
      const wanted = request.wish.kind === 'change' ? request.wish.planId : answer.plan_id
      const rows = await sql<KeptPlanChange[]>`
        select is_conflict, result from private.record_plan_change(
          ${request.organizationId}::uuid, ${request.idempotencyKey}::text,
          ${fingerprintOf(request)}::text, ${wanted}::text, ${fromPlanId}::text,
          ${JSON.stringify(answer)}::text::jsonb, ${request.userId}::uuid
        )`
      return rows[0]?.result ?? answer
    },
  }
}
