import { z } from 'zod'
import { meteredSession, refusalOfSession } from '../sessions/answers.ts'
import { defineAction } from './action.ts'
import { idempotencyKey, optional, text } from './input.ts'
import { requireOrganization, requireUser } from './session.ts'

const MAXIMUM_TOPIC_LENGTH = 200
const DIFFICULTIES = ['beginner', 'intermediate', 'advanced'] as const

export const startSession = defineAction({
  name: 'start_session',
  roles: ['owner', 'org_admin', 'member'],
  input: z.strictObject({
    input: z.strictObject({
      topic: optional(text(MAXIMUM_TOPIC_LENGTH)),
      difficulty: optional(
        z.enum(DIFFICULTIES, { error: 'one_of_beginner_intermediate_advanced' }),
      ),
      idempotency_key: idempotencyKey,
    }),
  }),
  async run({ input: { input }, session, services }) {
    const row = await services.sessions.start({
      organizationId: requireOrganization(session),
      userId: requireUser(session),
      topic: input.topic,
      difficulty: input.difficulty,
      idempotencyKey: input.idempotency_key,
    })
    if (row.outcome !== 'started' && row.outcome !== 'replayed') {
      throw refusalOfSession(row.outcome, row)
    }
    return meteredSession(row, { replayed: row.outcome === 'replayed' })
  },
})
