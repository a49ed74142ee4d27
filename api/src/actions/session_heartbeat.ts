import { z } from 'zod'
import { meteredSession, refusalOfSession } from '../sessions/answers.ts'
import { defineAction } from './action.ts'
import { ownSession, sessionId } from './session-input.ts'

export const sessionHeartbeat = defineAction({
  name: 'session_heartbeat',
  roles: ['owner', 'org_admin', 'member', 'service'],
  input: z.strictObject({ session_id: sessionId }),
  async run({ input, session, services }) {
    const row = await services.sessions.heartbeat(ownSession(session, input.session_id))
    if (row.outcome !== 'active' && row.outcome !== 'ended') {
      throw refusalOfSession(row.outcome, row)
    }
    return meteredSession(row)
  },
})
