import { z } from 'zod'
import { PLATFORM_ADMIN_ROLE } from '../auth/hasura-roles.ts'
import type { AccessQuestion } from '../db/access.ts'
import { defineAction } from './action.ts'
import { messageFor, throwIfMistaken } from './check_ai_access.ts'
import { identifier, optional, optionalAmount } from './input.ts'
import { requireOrganization } from './session.ts'

/** What a provider charges us is not for customers; which price row applies is. */
const PROVIDER_COST = /_usd_per_million_tokens$/

export const explainAiAccess = defineAction({
  name: 'explain_ai_access',
  roles: ['owner', 'org_admin', 'member', 'service', 'platform_admin'],
  input: z.strictObject({
    capability: identifier,
    quality_level: optional(identifier),
    amount_credits: optionalAmount,
    organization_id: optional(z.uuid({ error: 'uuid' })),
  }),
  async run({ input, session, services }) {
    const isOperator = session.role === PLATFORM_ADMIN_ROLE
    const question: AccessQuestion = {
      // Only an operator may ask about another organization.
      organizationId: (isOperator && input.organization_id) || requireOrganization(session),
      userId: isOperator ? null : session.userId,
      capability: input.capability,
      qualityLevel: input.quality_level,
      amountCredits: input.amount_credits,
    }
    throwIfMistaken(await services.access.check(question))
    const explanation = await services.access.explain(question)
    return {
      ...explanation,
      message: messageFor(explanation.reason),
      models: isOperator ? explanation.models : explanation.models.map(withoutCost),
    }
  },
})

function withoutCost(model: Record<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(model).map(([name, value]) => [name, PROVIDER_COST.test(name) ? null : value]),
  )
}
