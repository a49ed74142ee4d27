import { z } from 'zod'
import { defineAction } from './action.ts'
import { requireBilling } from './billing.ts'
import { idempotencyKey, identifier, optional, returnPath } from './input.ts'
import { planChangeOutput } from './plan-change-output.ts'
import { requireOrganization, requireUser } from './session.ts'

export const changePlan = defineAction({
  name: 'change_plan',
  roles: ['owner', 'org_admin'],
  input: z.strictObject({
    input: z.strictObject({
      plan_id: identifier,
      idempotency_key: idempotencyKey,
      return_path: optional(returnPath),
    }),
  }),
  async run({ input: { input }, session, services }) {
    return planChangeOutput(
      await requireBilling(services).planChanges.change({
        organizationId: requireOrganization(session),
        userId: requireUser(session),
        idempotencyKey: input.idempotency_key,
        wish: { kind: 'change', planId: input.plan_id },
        returnPath: input.return_path,
      }),
    )
  },
})
