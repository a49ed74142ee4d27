import { z } from 'zod'
import { PLATFORM_ADMIN_ROLE } from '../auth/hasura-roles.ts'
import { invalidInput } from '../errors.ts'
import { defineAction } from './action.ts'
import { identifier, optional } from './input.ts'
import { aboutUser, requireOrganization } from './session.ts'

export const explainQuota = defineAction({
  name: 'explain_quota',
  roles: ['owner', 'org_admin', 'member', 'service', 'platform_admin'],
  input: z.strictObject({
    meter: identifier,
    user_id: optional(z.uuid({ error: 'uuid' })),
    organization_id: optional(z.uuid({ error: 'uuid' })),
  }),
  async run({ input, session, services }) {
    const isOperator = session.role === PLATFORM_ADMIN_ROLE
    const explanation = await services.quotas.explain(
      // Only an operator may ask about another organization.
      (isOperator && input.organization_id) || requireOrganization(session),
      isOperator ? input.user_id : aboutUser(session, input.user_id),
      input.meter,
    )
    if (!explanation) throw invalidInput('meter', 'unknown', 'There is no such meter.')
    return explanation
  },
})
