import { z } from 'zod'
import { refusalOfSession, sessionAllowance } from '../sessions/answers.ts'
import { defineAction } from './action.ts'
import { requireOrganization, requireUser } from './session.ts'

export const sessionAllowanceAction = defineAction({
  name: 'session_allowance',
  roles: ['owner', 'org_admin', 'member'],
  input: z.strictObject({}),
  async run({ session, services }) {
    const row = await services.sessions.allowance(
      requireOrganization(session),
      requireUser(session),
    )
    if (row.outcome === 'allowed') return sessionAllowance(row, null, 'Allowed.')
    const refusal = refusalOfSession(row.outcome, row)
    // Who is no member has no minutes to be told about.
    if (refusal.code === 'not_allowed') throw refusal
    return sessionAllowance(row, refusal.code, refusal.message)
  },
})
