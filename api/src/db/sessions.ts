import type { Database } from './client.ts'

/** What the functions of sessions answer: the outcome, the session, and what is left of the minutes. */
export interface SessionRow<Outcome extends string = string> {
  outcome: Outcome
  session_id: string
  user_id: string
  topic: string | null
  difficulty: string | null
  status: 'active' | 'ended'
  end_reason: string | null
  started_at: Date
  last_heartbeat_at: Date
  ended_at: Date | null
  used_seconds: number
  bought_seconds: number
  charged_credits: string
  lease_expires_at: Date
  limit_at: Date | null
  /** null: unlimited. */
  remaining_seconds: number | null
  minute_price_credits: string | null
  period_used_seconds: number
  period_start: Date
  period_end: Date
  limit_minutes: string | null
  limit_used_minutes: string | null
  resets_at: Date | null
  retry_after_seconds: number | null
  token_expires_at: Date | null
}

export interface NewSession {
  organizationId: string
  userId: string
  topic: string | null
  difficulty: string | null
  idempotencyKey: string
}

export interface SessionReference {
  organizationId: string
  sessionId: string
  /** null: any session of the organization. */
  userId: string | null
}

export type SessionRefusal =
  | 'idempotency_conflict'
  | 'session_active'
  | 'quota_exceeded'
  | 'member_cap_exceeded'
  | 'subscription_inactive'
  | 'unknown_organization'
  | 'unknown_user'
  | 'invalid_key'
  | 'session_not_found'
  | 'invalid_reason'
  | 'rate_limited'

export type StartOutcome = 'started' | 'replayed' | SessionRefusal
export type MoveOutcome = 'active' | 'ended' | SessionRefusal
export type AllowanceOutcome = 'allowed' | SessionRefusal
export type AdmissionOutcome = 'admitted' | 'active' | 'ended' | SessionRefusal

export type Sessions = ReturnType<typeof createSessions>

/** Live sessions. Each call is a move of its own under the gate of the organization. */
export function createSessions(sql: Database) {
  return {
    async start(session: NewSession) {
      return one(
        'start_session',
        await sql<SessionRow<StartOutcome>[]>`
          select * from private.start_session(
            ${session.organizationId}::uuid, ${session.userId}::uuid, ${session.topic}::text,
            ${session.difficulty}::text, ${session.idempotencyKey}::text
          )`,
      )
    },

    async heartbeat({ organizationId, sessionId, userId }: SessionReference) {
      return one(
        'session_heartbeat',
        await sql<SessionRow<MoveOutcome>[]>`
          select * from private.session_heartbeat(
            ${organizationId}::uuid, ${sessionId}::uuid, ${userId}::uuid
          )`,
      )
    },

    /** isWitness: the caller saw when it stopped, and has not used the minutes himself. */
    async end(
      { organizationId, sessionId, userId }: SessionReference,
      { reason, isWitness }: { reason: string; isWitness: boolean },
    ) {
      return one(
        'end_session',
        await sql<SessionRow<MoveOutcome>[]>`
          select * from private.end_session(
            ${organizationId}::uuid, ${sessionId}::uuid, ${userId}::uuid, ${reason}::text,
            ${isWitness}::boolean
          )`,
      )
    },

    async status({ organizationId, sessionId, userId }: SessionReference) {
      return one(
        'session_status',
        await sql<SessionRow<MoveOutcome>[]>`
          select * from private.session_status(
            ${organizationId}::uuid, ${sessionId}::uuid, ${userId}::uuid
          )`,
      )
    },

    async allowance(organizationId: string, userId: string) {
      return one(
        'session_allowance',
        await sql<SessionRow<AllowanceOutcome>[]>`
          select * from private.session_allowance(${organizationId}::uuid, ${userId}::uuid)`,
      )
    },

    async admit({ organizationId, sessionId, userId }: SessionReference) {
      return one(
        'admit_to_realtime',
        await sql<SessionRow<AdmissionOutcome>[]>`
          select * from private.admit_to_realtime(
            ${organizationId}::uuid, ${sessionId}::uuid, ${userId}::uuid
          )`,
      )
    },
  }
}

function one<Row>(name: string, rows: Row[]): Row {
  if (!rows[0]) throw new Error(`private.${name} answered no row`)
  return rows[0]
}
