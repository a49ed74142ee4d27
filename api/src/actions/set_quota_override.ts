import { z } from 'zod'
import { usageAmount } from '../quotas/amounts.ts'
import { refusalOfOverride } from '../quotas/refusals.ts'
import { defineAction } from './action.ts'
import { identifier, optional, text } from './input.ts'

const MAXIMUM_REASON_CHARACTERS = 500

export const setQuotaOverride = defineAction({
  name: 'set_quota_override',
  roles: ['platform_admin'],
  input: z.strictObject({
    input: z.strictObject({
      organization_id: z.uuid({ error: 'uuid' }),
      meter: identifier,
      user_id: optional(z.uuid({ error: 'uuid' })),
      period: optional(z.enum(['day', 'month', 'none'], { error: 'day_month_or_none' })),
      limit_amount: optional(usageAmount),
      reason: text(MAXIMUM_REASON_CHARACTERS),
      expires_at: optional(z.iso.datetime({ offset: true, error: 'timestamp' })),
    }),
  }),
  async run({ input: { input }, session, services }) {
    const row = await services.quotas.setOverride(
      {
        organizationId: input.organization_id,
        userId: input.user_id,
        meter: input.meter,
        period: input.period,
        limitAmount: input.limit_amount,
        expiresAt: input.expires_at,
        reason: input.reason,
      },
      session.userId,
    )
    if (row.outcome !== 'set') throw refusalOfOverride(row.outcome)
    return {
      override_id: row.override_id,
      organization_id: input.organization_id,
      meter: input.meter,
      user_id: input.user_id,
      period: row.period,
      limit_amount: input.limit_amount === null ? null : Number(input.limit_amount),
      expires_at: input.expires_at,
    }
  },
})
