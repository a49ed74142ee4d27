import { z } from 'zod'
import { usageAmount } from '../quotas/amounts.ts'
import { describeDecision, refusalOfUsage } from '../quotas/refusals.ts'
import { defineAction } from './action.ts'
import { identifier, optional } from './input.ts'
import { aboutUser, requireOrganization } from './session.ts'

export const checkQuota = defineAction({
  name: 'check_quota',
  roles: ['owner', 'org_admin', 'member', 'service'],
  input: z.strictObject({
    meter: identifier,
    amount: optional(usageAmount),
    user_id: optional(z.uuid({ error: 'uuid' })),
  }),
  async run({ input, session, services }) {
    const { meter } = input
    const amount = input.amount ?? '1'
    const row = await services.quotas.check({
      organizationId: requireOrganization(session),
      userId: aboutUser(session, input.user_id),
      meter,
      amount,
    })
    switch (row.outcome) {
      case 'allowed':
      case 'quota_exceeded':
      case 'member_cap_exceeded':
      case 'subscription_inactive': {
        const reason = row.outcome === 'allowed' ? null : row.outcome
        const answer = { reason, usageId: null, replayed: false }
        return describeDecision({ meter, amount }, answer, row.decision)
      }
      // A name that does not exist is a mistake of the caller, not a denial to explain to a person.
      default:
        throw refusalOfUsage(row.outcome, meter, row.decision)
    }
  },
})
