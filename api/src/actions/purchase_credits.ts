import { z } from 'zod'
import { toJsonNumber } from '../credits/amounts.ts'
import { defineAction } from './action.ts'
import { requireBilling } from './billing.ts'
import { idempotencyKey, identifier, optional, returnPath } from './input.ts'
import { requireOrganization, requireUser } from './session.ts'

export const purchaseCredits = defineAction({
  name: 'purchase_credits',
  roles: ['owner', 'org_admin'],
  input: z.strictObject({
    input: z.strictObject({
      package_id: identifier,
      idempotency_key: idempotencyKey,
      return_path: optional(returnPath),
    }),
  }),
  async run({ input: { input }, session, services }) {
    const { purchase, sessionId, url, replayed } = await requireBilling(services).checkout(
      {
        organizationId: requireOrganization(session),
        userId: requireUser(session),
        packageId: input.package_id,
        returnPath: input.return_path,
        idempotencyKey: input.idempotency_key,
      },
      session.role,
    )
    return {
      purchase_id: purchase.id,
      checkout_session_id: sessionId,
      url,
      status: purchase.status,
      credits: toJsonNumber(purchase.credits),
      price_usd: toJsonNumber(purchase.price_usd),
      expires_at: purchase.expires_at ?? purchase.created_at,
      replayed,
    }
  },
})
