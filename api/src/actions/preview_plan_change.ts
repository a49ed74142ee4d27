import { z } from 'zod'
import { toJsonNumber } from '../credits/amounts.ts'
import { defineAction } from './action.ts'
import { requireBilling } from './billing.ts'
import { identifier } from './input.ts'
import { requireOrganization } from './session.ts'

export const previewPlanChange = defineAction({
  name: 'preview_plan_change',
  roles: ['owner', 'org_admin'],
  input: z.strictObject({ plan_id: identifier }),
  async run({ input, session, services }) {
    const organizationId = requireOrganization(session)
    const preview = await requireBilling(services).planPreview(organizationId, input.plan_id)
    return {
      ...preview,
      amount_due_usd: toJsonNumber(preview.amount_due_usd),
      credits_now: toJsonNumber(preview.credits_now),
      credits_later: toJsonNumber(preview.credits_later),
    }
  },
})
