import { camelCased } from './camel-cased.ts'
import type { AskGraphql } from './graphql.ts'
import type { LiveSession, SessionEndReason } from './types.ts'

const SESSION = `session_id user_id status end_reason used_minutes remaining_minutes warning
  lease_expires_at limit_at heartbeat_interval_seconds charged_credits`
const KEEP = `mutation ($session_id: uuid!) { session_heartbeat(session_id: $session_id) { ${SESSION} } }`
const END = `mutation ($session_id: uuid!, $reason: String) {
  end_session(session_id: $session_id, reason: $reason) { ${SESSION} }
}`
const READ = `query ($session_id: uuid!) { session_status(session_id: $session_id) { ${SESSION} } }`

export type SessionOperations = ReturnType<typeof createSessionOperations>

/**
 * For a voice service: it knows better than a browser whether somebody is talking. People start
 * sessions in the product's pages.
 */
export function createSessionOperations(ask: AskGraphql) {
  return {
    /** Say so every `heartbeatIntervalSeconds` while somebody talks; hang up when `status` is ended. */
    keepSession: async (sessionId: string): Promise<LiveSession> =>
      sessionOf(await ask(KEEP, { session_id: sessionId })),

    /** Ends a session; ending it again answers the first end. */
    endSession: async (
      sessionId: string,
      reason: SessionEndReason = 'user_ended',
    ): Promise<LiveSession> => sessionOf(await ask(END, { session_id: sessionId, reason })),

    /** A session as it is now. */
    readSession: async (sessionId: string): Promise<LiveSession> =>
      sessionOf(await ask(READ, { session_id: sessionId })),
  }
}

function sessionOf({ value }: { value: Record<string, unknown> }): LiveSession {
  const session = camelCased<LiveSession>(value)
  return {
    ...session,
    leaseExpiresAt: new Date(session.leaseExpiresAt),
    limitAt: session.limitAt && new Date(session.limitAt),
  }
}
