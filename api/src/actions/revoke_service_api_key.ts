import { z } from 'zod'
import { AppError } from '../errors.ts'
import { defineAction } from './action.ts'
import { requireOrganization } from './session.ts'

export const revokeServiceApiKey = defineAction({
  name: 'revoke_service_api_key',
  roles: ['owner', 'org_admin'],
  input: z.strictObject({ input: z.strictObject({ id: z.uuid({ error: 'uuid' }) }) }),
  async run({ input: { input }, session, services }) {
    const row = await services.serviceApiKeys.revoke(requireOrganization(session), input.id)
    if (!row) throw new AppError('not_found', {}, { message: 'There is no such key.' })
    return { id: row.id, name: row.name, prefix: row.prefix, revoked_at: row.revoked_at }
  },
})
