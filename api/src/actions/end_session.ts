import { z } from 'zod'
import { meteredSession, refusalOfSession } from '../sessions/answers.ts'
import { defineAction } from './action.ts'
import { optional } from './input.ts'
import { sessionId, visibleSession } from './session-input.ts'

const REASONS = ['user_ended', 'error', 'timeout'] as const

export const endSession = defineAction({
  name: 'end_session',
  roles: ['owner', 'org_admin', 'member', 'service'],
  input: z.strictObject({
    session_id: sessionId,
    reason: optional(z.enum(REASONS, { error: 'one_of_user_ended_error_timeout' })),
  }),
  async run({ input, session, services }) {
    const reference = visibleSession(session, input.session_id)
    const row = await services.sessions.end(reference, {
      reason: input.reason ?? 'user_ended',
      isWitness: session.role === 'service',
    })
    if (row.outcome !== 'active' && row.outcome !== 'ended') {
      throw refusalOfSession(row.outcome, row)
    }
    return meteredSession(row)
  },
})
