import { z } from 'zod'
import { AppError } from '../errors.ts'
import { defineAction } from './action.ts'
import { identifier } from './input.ts'
import { requireOrganization } from './session.ts'

export const revokeFormToken = defineAction({
  name: 'revoke_form_token',
  roles: ['owner', 'org_admin'],
  input: z.strictObject({ input: z.strictObject({ form_id: identifier }) }),
  async run({ input: { input }, session, services }) {
    const row = await services.forms.revoke(requireOrganization(session), input.form_id)
    if (!row) throw new AppError('not_found', {}, { message: 'There is no such form.' })
    return { form_id: row.form_id, revoked_at: row.revoked_at }
  },
})
