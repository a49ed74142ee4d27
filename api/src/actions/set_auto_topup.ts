import { z } from 'zod'
import { creditAmount } from '../credits/amounts.ts'
import type { AutoTopupOutcome } from '../db/funding.ts'
import { AppError, invalidInput } from '../errors.ts'
import { defineAction } from './action.ts'
import { requireBilling } from './billing.ts'
import { settingsOutput, unknownOrganization } from './billing-settings.ts'
import { identifier, optional } from './input.ts'
import { requireOrganization, requireUser } from './session.ts'

const MAXIMUM_PURCHASES_A_MONTH = 100

export const setAutoTopup = defineAction({
  name: 'set_auto_topup',
  roles: ['owner', 'org_admin'],
  input: z.strictObject({
    input: z.strictObject({
      enabled: z.boolean(),
      threshold_credits: optional(creditAmount),
      package_id: optional(identifier),
      monthly_limit: optional(
        z
          .int({ error: 'integer' })
          .min(1, { error: 'at_least_1' })
          .max(MAXIMUM_PURCHASES_A_MONTH, { error: `at_most_${MAXIMUM_PURCHASES_A_MONTH}` }),
      ),
    }),
  }),
  async run({ input: { input }, session, services }) {
    const { funding, fundingQueries, autoTopups } = requireBilling(services)
    const organizationId = requireOrganization(session)
    const userId = requireUser(session)
    // Finds a card that was saved in the portal, and what it is called.
    if (input.enabled) await autoTopups.findPaymentMethod(organizationId)
    const { outcome, field, unlocked_by_plan } = await fundingQueries.setAutoTopup({
      organizationId,
      enabled: input.enabled,
      thresholdCredits: input.threshold_credits,
      packageId: input.package_id,
      monthlyLimit: input.monthly_limit,
      userId,
    })
    if (outcome !== 'saved') throw refusalOf(outcome, field, unlocked_by_plan)
    funding.settingsChanged(organizationId)
    return settingsOutput(await fundingQueries.setting(organizationId))
  },
})

function refusalOf(
  outcome: Exclude<AutoTopupOutcome, 'saved'>,
  field: string | null,
  unlockedByPlan: string | null,
): AppError {
  switch (outcome) {
    case 'topup_not_allowed':
      return new AppError(outcome, { unlocked_by_plan: unlockedByPlan })
    case 'no_payment_method':
      return new AppError(outcome)
    case 'incomplete':
      return invalidInput(field ?? 'input', 'required')
    case 'unknown_package':
      return invalidInput('package_id', 'package_on_offer', 'This package is not offered.')
    case 'invalid_amount':
      return invalidInput('threshold_credits', outcome)
    case 'unknown_organization':
      return unknownOrganization()
    default:
      return unexpected(outcome satisfies never)
  }
}

function unexpected(outcome: unknown): never {
  throw new Error(`set_auto_topup answered an unknown outcome: ${String(outcome)}`)
}
