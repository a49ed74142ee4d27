import { z } from 'zod'
import { defineAction } from './action.ts'
import { identifier, optional } from './input.ts'
import { requireOrganization, requireUser } from './session.ts'

const DEFAULT_DAYS = 365
const MAXIMUM_DAYS = 730
const DEFAULT_GENERATIONS_PER_DAY = 100
const MAXIMUM_GENERATIONS_PER_DAY = 100_000

const count = (minimum: number, maximum: number) =>
  z
    .int({ error: 'integer' })
    .min(minimum, { error: `at_least_${minimum}` })
    .max(maximum, { error: `at_most_${maximum}` })

export const createFormToken = defineAction({
  name: 'create_form_token',
  roles: ['owner', 'org_admin'],
  input: z.strictObject({
    input: z.strictObject({
      form_id: identifier,
      valid_days: optional(count(1, MAXIMUM_DAYS)),
      generations_per_day: optional(count(0, MAXIMUM_GENERATIONS_PER_DAY)),
    }),
  }),
  async run({ input: { input }, session, services }) {
    const organizationId = requireOrganization(session)
    const row = await services.forms.issue({
      organizationId,
      formId: input.form_id,
      generationsPerDay: input.generations_per_day ?? DEFAULT_GENERATIONS_PER_DAY,
      validDays: input.valid_days ?? DEFAULT_DAYS,
      createdBy: requireUser(session),
    })
    return {
      form_id: row.form_id,
      token: services.formTokens.sign({
        organizationId,
        formId: row.form_id,
        tokenId: row.token_id,
      }),
      expires_at: row.expires_at,
      generations_per_customer: row.generations_per_customer,
      generations_per_day: row.generations_per_day,
    }
  },
})
