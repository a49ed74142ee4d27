import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'

/** Whom the tokens are for: a voice service accepts only those that name it. */
export const REALTIME_AUDIENCE = 'purser-realtime'

export interface RealtimeAdmission {
  organizationId: string
  userId: string
  sessionId: string
  issuedAt: Date
  expiresAt: Date
}

export type RealtimeTokens = ReturnType<typeof createRealtimeTokens>

/**
 * Signs admissions to the voice service with a secret that both know (HS256). A token says that the
 * session runs and has minutes left, for a minute at most; the voice service asks for a new one
 * before it ends, and hangs up without one.
 */
export function createRealtimeTokens(secret: string, issuer: string) {
  const key = new TextEncoder().encode(secret)
  return {
    sign({ organizationId, userId, sessionId, issuedAt, expiresAt }: RealtimeAdmission) {
      return new SignJWT({ session_id: sessionId, organization_id: organizationId })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(REALTIME_AUDIENCE)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(key)
    },
  }
}
