import { z } from 'zod'
import { AppError } from '../errors.ts'
import { defineAction } from './action.ts'

export const removeQuotaOverride = defineAction({
  name: 'remove_quota_override',
  roles: ['platform_admin'],
  input: z.strictObject({ override_id: z.uuid({ error: 'uuid' }) }),
  async run({ input, session, services }) {
    const row = await services.quotas.removeOverride(input.override_id, session.userId)
    if (row.outcome === 'override_not_found') {
      throw new AppError('not_found', {}, { message: 'There is no such override.' })
    }
    return {
      override_id: input.override_id,
      organization_id: row.organization_id,
      meter: row.meter_id,
      removed_at: row.removed_at,
    }
  },
})
