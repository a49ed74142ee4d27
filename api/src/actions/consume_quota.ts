import { z } from 'zod'
import { usageAmount } from '../quotas/amounts.ts'
import { describeDecision, refusalOfUsage } from '../quotas/refusals.ts'
import { defineAction } from './action.ts'
import { context, idempotencyKey, identifier, optional } from './input.ts'
import { requireOrganization } from './session.ts'

export const consumeQuota = defineAction({
  name: 'consume_quota',
  roles: ['service'],
  input: z.strictObject({
    input: z.strictObject({
      meter: identifier,
      amount: usageAmount,
      idempotency_key: idempotencyKey,
      user_id: optional(z.uuid({ error: 'uuid' })),
      metadata: optional(context),
    }),
  }),
  async run({ input: { input }, session, services }) {
    const row = await services.quotas.consume({
      organizationId: requireOrganization(session),
      userId: input.user_id,
      meter: input.meter,
      amount: input.amount,
      idempotencyKey: input.idempotency_key,
      metadata: input.metadata,
    })
    if (row.outcome !== 'recorded' && row.outcome !== 'replayed') {
      throw refusalOfUsage(row.outcome, input.meter, row.decision)
    }
    const answer = { reason: null, usageId: row.usage_id, replayed: row.outcome === 'replayed' }
    return describeDecision(input, answer, row.decision)
  },
})
