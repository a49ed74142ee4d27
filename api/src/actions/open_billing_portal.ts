import { z } from 'zod'
import { defineAction } from './action.ts'
import { requireBilling } from './billing.ts'
import { optional, returnPath } from './input.ts'
import { requireOrganization } from './session.ts'

export const openBillingPortal = defineAction({
  name: 'open_billing_portal',
  roles: ['owner', 'org_admin'],
  input: z.strictObject({ return_path: optional(returnPath) }),
  async run({ input, session, services }) {
    const organizationId = requireOrganization(session)
    return { url: await requireBilling(services).portal(organizationId, input.return_path) }
  },
})
