import type { Database } from './client.ts'

export interface NewStripeEvent {
  id: string
  type: string
  apiVersion: string | null
  createdAt: Date
  objectId: string | null
  payload: object
}

export interface ReceivedRow {
  outcome: 'claimed' | 'busy' | 'done'
  status: string
  attempts: number
}

export interface ClaimedRow {
  id: string
  attempts: number
  payload: unknown
}

export interface Verdict {
  id: string
  attempts: number
  status: 'applied' | 'ignored' | 'failed'
  organizationId: string | null
  outcome: object | null
  error: string | null
}

export type StripeEventQueries = ReturnType<typeof createStripeEventQueries>

/** The inbox of Stripe: what came, and what became of it. */
export function createStripeEventQueries(sql: Database) {
  return {
    async receive(event: NewStripeEvent, leaseSeconds: number): Promise<ReceivedRow> {
      const rows = await sql<ReceivedRow[]>`
        select outcome, status, attempts
        from private.receive_stripe_event(
          ${event.id}::text, ${event.type}::text, ${event.apiVersion}::text,
          ${event.createdAt}::timestamptz, ${event.objectId}::text,
          ${JSON.stringify(event.payload)}::text::jsonb, ${leaseSeconds}::int
        )`
      if (!rows[0]) throw new Error('private.receive_stripe_event answered no row')
      return rows[0]
    },

    async claimDue(limit: number, leaseSeconds: number): Promise<ClaimedRow[]> {
      return sql<ClaimedRow[]>`
        select id, attempts, payload
        from private.claim_stripe_events(${limit}::int, ${leaseSeconds}::int)`
    },

    /** null: there is no such event. */
    async replay(
      id: string,
      leaseSeconds: number,
    ): Promise<{ outcome: 'claimed' | 'busy'; attempts: number; payload: unknown } | null> {
      const rows = await sql<{ outcome: 'claimed' | 'busy'; attempts: number; payload: unknown }[]>`
        select outcome, attempts, payload
        from private.replay_stripe_event(${id}::text, ${leaseSeconds}::int)`
      return rows[0] ?? null
    },

    /** The status that now stands; null when a later attempt has taken the event over. */
    async finish(verdict: Verdict, maximumAttempts: number): Promise<string | null> {
      const rows = await sql<{ status: string | null }[]>`
        select private.finish_stripe_event(
          ${verdict.id}::text, ${verdict.attempts}::int, ${verdict.status}::text,
          ${verdict.organizationId}::uuid,
          ${verdict.outcome === null ? null : JSON.stringify(verdict.outcome)}::text::jsonb,
          ${verdict.error}::text, ${maximumAttempts}::int
        ) as status`
      return rows[0]?.status ?? null
    },
  }
}
