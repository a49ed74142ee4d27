import { z } from 'zod'
import { AppError } from '../errors.ts'
import { refusalOfSession, remainingMinutes } from '../sessions/answers.ts'
import { defineAction } from './action.ts'
import { ownSession, sessionId } from './session-input.ts'

export const createRealtimeToken = defineAction({
  name: 'create_realtime_token',
  roles: ['owner', 'org_admin', 'member'],
  input: z.strictObject({ session_id: sessionId }),
  async run({ input, session, services }) {
    const reference = ownSession(session, input.session_id)
    const row = await services.sessions.admit(reference)
    if (row.outcome === 'ended' || row.outcome === 'active') {
      throw new AppError('session_ended', { end_reason: row.end_reason })
    }
    if (row.outcome !== 'admitted') throw refusalOfSession(row.outcome, row)
    if (!row.token_expires_at) throw new Error('an admission without its end')
    const token = await services.realtimeTokens.sign({
      organizationId: reference.organizationId,
      userId: row.user_id,
      sessionId: row.session_id,
      issuedAt: row.last_heartbeat_at,
      expiresAt: row.token_expires_at,
    })
    return {
      token,
      expires_at: row.token_expires_at,
      minutes_remaining: remainingMinutes(row.remaining_seconds),
    }
  },
})
