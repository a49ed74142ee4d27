import { z } from 'zod'
import { creditAmount } from '../credits/amounts.ts'
import type { PayAsYouGoOutcome } from '../db/funding.ts'
import { AppError, invalidInput } from '../errors.ts'
import { defineAction } from './action.ts'
import { requireBilling } from './billing.ts'
import { settingsOutput, unknownOrganization } from './billing-settings.ts'
import { optional } from './input.ts'
import { requireOrganization, requireUser } from './session.ts'

export const setPayAsYouGo = defineAction({
  name: 'set_pay_as_you_go',
  roles: ['owner', 'org_admin'],
  input: z.strictObject({
    input: z.strictObject({ enabled: z.boolean(), limit_credits: optional(creditAmount) }),
  }),
  async run({ input: { input }, session, services }) {
    const { funding, fundingQueries } = requireBilling(services)
    const organizationId = requireOrganization(session)
    const { outcome, unlocked_by_plan } = await fundingQueries.setPayAsYouGo({
      organizationId,
      enabled: input.enabled,
      limitCredits: input.limit_credits,
      userId: requireUser(session),
    })
    if (outcome !== 'saved') throw refusalOf(outcome, unlocked_by_plan)
    funding.settingsChanged(organizationId)
    return settingsOutput(await fundingQueries.setting(organizationId))
  },
})

function refusalOf(
  outcome: Exclude<PayAsYouGoOutcome, 'saved'>,
  unlockedByPlan: string | null,
): AppError {
  switch (outcome) {
    case 'pay_as_you_go_not_allowed':
      return new AppError(
        'topup_not_allowed',
        { unlocked_by_plan: unlockedByPlan },
        { message: 'The plan does not include credits on account.' },
      )
    case 'no_subscription':
      return new AppError(outcome)
    case 'incomplete':
      return invalidInput('limit_credits', 'required')
    case 'invalid_amount':
      return invalidInput('limit_credits', 'more_than_zero')
    case 'unknown_organization':
      return unknownOrganization()
    default:
      return unexpected(outcome satisfies never)
  }
}

function unexpected(outcome: unknown): never {
  throw new Error(`set_pay_as_you_go answered an unknown outcome: ${String(outcome)}`)
}
