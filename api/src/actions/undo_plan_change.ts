import { z } from 'zod'
import { defineAction } from './action.ts'
import { requireBilling } from './billing.ts'
import { idempotencyKey } from './input.ts'
import { planChangeOutput } from './plan-change-output.ts'
import { requireOrganization, requireUser } from './session.ts'

export const undoPlanChange = defineAction({
  name: 'undo_plan_change',
  roles: ['owner', 'org_admin'],
  input: z.strictObject({ idempotency_key: idempotencyKey }),
  async run({ input, session, services }) {
    return planChangeOutput(
      await requireBilling(services).planChanges.change({
        organizationId: requireOrganization(session),
        userId: requireUser(session),
        idempotencyKey: input.idempotency_key,
        wish: { kind: 'undo' },
        returnPath: null,
      }),
    )
  },
})
