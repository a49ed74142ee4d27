import { z } from 'zod'
import { meteredSession, refusalOfSession } from '../sessions/answers.ts'
import { defineAction } from './action.ts'
import { sessionId, visibleSession } from './session-input.ts'

export const sessionStatus = defineAction({
  name: 'session_status',
  roles: ['owner', 'org_admin', 'member', 'service'],
  input: z.strictObject({ session_id: sessionId }),
  async run({ input, session, services }) {
    const row = await services.sessions.status(visibleSession(session, input.session_id))
    if (row.outcome !== 'active' && row.outcome !== 'ended') {
      throw refusalOfSession(row.outcome, row)
    }
    return meteredSession(row)
  },
})
