import { z } from 'zod'
import { toJsonNumber } from '../credits/amounts.ts'
import { refusalOfReserve } from '../credits/refusals.ts'
import type { AccessRow } from '../db/access.ts'
import { isErrorCode, errorTable } from '../errors.ts'
import { defineAction } from './action.ts'
import { identifier, optional, optionalAmount } from './input.ts'
import { requireOrganization } from './session.ts'

export const checkAiAccess = defineAction({
  name: 'check_ai_access',
  roles: ['owner', 'org_admin', 'member', 'service'],
  input: z.strictObject({
    capability: identifier,
    quality_level: optional(identifier),
    amount_credits: optionalAmount,
  }),
  async run({ input, session, services }) {
    const row = await services.access.check({
      organizationId: requireOrganization(session),
      userId: session.userId,
      capability: input.capability,
      qualityLevel: input.quality_level,
      amountCredits: input.amount_credits,
    })
    // A name that does not exist is a mistake of the caller, not a denial to explain to a person.
    throwIfMistaken(row)
    return {
      allowed: row.allowed,
      reason: row.reason,
      message: messageFor(row.reason),
      capability: row.capability_id,
      quality_level: row.quality_level_id ?? input.quality_level ?? '',
      model: row.model_id,
      estimated_credits: toJsonNumber(row.estimated_credits ?? '0'),
      required_credits: toJsonNumber(row.required_credits ?? '0'),
      available_credits: toJsonNumber(row.available_credits ?? '0'),
      allowed_quality_levels: row.allowed_quality_levels ?? [],
      unlocked_by_plan: row.unlocked_by_plan,
      retry_after_seconds: row.retry_after_seconds,
      rate_limits: row.rate_limits,
    }
  },
})

/** Throws for a reason that is no denial. */
export function throwIfMistaken(row: AccessRow): void {
  switch (row.reason) {
    case 'unknown_capability':
    case 'unknown_quality_level':
    case 'unknown_organization':
    case 'unknown_user':
    case 'invalid_amount':
      throw refusalOfReserve(row.reason, row)
  }
}

export function messageFor(reason: string | null): string {
  if (reason === null) return 'Allowed.'
  return isErrorCode(reason) ? errorTable[reason].message : reason
}
