import type { CreditAmount } from '../credits/amounts.ts'
import { actorOf } from './actors.ts'
import type { Database } from './client.ts'

/** What platform admins do by hand. Rare, so each is a call of its own instead of a batch. */

export interface GrantRequest {
  organizationId: string
  source: string
  amountCredits: CreditAmount
  priority: number | null
  expiresAt: string | null
  reason: string
  idempotencyKey: string
}

export type GrantOutcome =
  | 'granted'
  | 'replayed'
  | 'idempotency_conflict'
  | 'unknown_organization'
  | 'invalid_amount'
  | 'invalid_source'
  | 'invalid_priority'
  | 'invalid_expiry'
  | 'invalid_key'

export interface GrantRow {
  outcome: GrantOutcome
  grant_id: string | null
  transaction_id: string | null
  available_credits: string
}

export interface RefundRequest {
  transactionId: string
  /** null: all that is left of the charge. */
  amountCredits: CreditAmount | null
  reason: string
  idempotencyKey: string
}

export type RefundOutcome =
  | 'refunded'
  | 'replayed'
  | 'idempotency_conflict'
  | 'transaction_not_found'
  | 'not_refundable'
  | 'invalid_amount'
  | 'exceeds_charge'
  | 'invalid_key'

export interface RefundRow {
  outcome: RefundOutcome
  organization_id: string | null
  grant_id: string | null
  transaction_id: string | null
  refunded_credits: string
  refundable_credits: string
  available_credits: string
}

export function createGrants(sql: Database) {
  return {
    /** `userId` is who acts; his name and address are kept with the ledger row as they are now. */
    async grant(request: GrantRequest, userId: string | null): Promise<GrantRow> {
      const rows = await sql<GrantRow[]>`
        select outcome, grant_id, transaction_id, available_credits
        from private.grant_credits(
          ${request.organizationId}::uuid, ${request.source}::text,
          ${request.amountCredits}::text::numeric, ${request.priority}::int,
          ${request.expiresAt}::text::timestamptz, ${await actorOf(sql, userId)}::text::jsonb,
          ${request.reason}::text, ${request.idempotencyKey}::text
        )`
      if (!rows[0]) throw new Error('private.grant_credits answered no row')
      return rows[0]
    },

    async refund(request: RefundRequest, userId: string | null): Promise<RefundRow> {
      const rows = await sql<RefundRow[]>`
        select outcome, organization_id, grant_id, transaction_id, refunded_credits,
          refundable_credits, available_credits
        from private.refund_transaction(
          ${request.transactionId}::uuid, ${request.amountCredits}::text::numeric,
          ${await actorOf(sql, userId)}::text::jsonb, ${request.reason}::text,
          ${request.idempotencyKey}::text
        )`
      if (!rows[0]) throw new Error('private.refund_transaction answered no row')
      return rows[0]
    },
  }
}
