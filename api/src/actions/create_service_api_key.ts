import { z } from 'zod'
import { generateServiceApiKey } from '../auth/service-api-key.ts'
import { invalidInput } from '../errors.ts'
import { defineAction } from './action.ts'
import { text } from './input.ts'
import { requireOrganization, requireUser } from './session.ts'

const MAXIMUM_NAME_LENGTH = 100
/** Not revoked ones; more than programs that an organization runs. */
const MAXIMUM_KEYS = 50

export const createServiceApiKey = defineAction({
  name: 'create_service_api_key',
  roles: ['owner', 'org_admin'],
  input: z.strictObject({ input: z.strictObject({ name: text(MAXIMUM_NAME_LENGTH) }) }),
  async run({ input: { input }, session, services, log }) {
    const { key, prefix, hash } = generateServiceApiKey()
    const organizationId = requireOrganization(session)
    const createdBy = requireUser(session)
    const row = await services.serviceApiKeys.create(
      { organizationId, name: input.name, prefix, hash, createdBy },
      MAXIMUM_KEYS,
    )
    if (!row) {
      throw invalidInput('name', `at_most_${MAXIMUM_KEYS}_keys`, 'Revoke a key that is not used.')
    }
    log.info({ service_api_key_id: row.id, prefix }, 'service API key created')
    // The only time that anybody sees the key.
    return { id: row.id, name: row.name, prefix, key, created_at: row.created_at }
  },
})
