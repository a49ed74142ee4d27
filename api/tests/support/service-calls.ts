import { randomUUID } from 'node:crypto'
import { asService, callAction, type ActionAnswer } from './actions.ts'
import type { TestApi } from './api.ts'
import type { TestOrganization } from './organizations.ts'

/** Calls of the service role for one api under test; reserve has defaults that are allowed to a team. */
export function serviceCalls(api: () => TestApi) {
  const call = (
    organization: Pick<TestOrganization, 'id'>,
    name: string,
    input: Record<string, unknown>,
  ): Promise<ActionAnswer> => callAction(api(), name, { input }, asService(organization))

  const reserve = (
    organization: Pick<TestOrganization, 'id'>,
    overrides: Record<string, unknown> = {},
  ) =>
    call(organization, 'reserve_credits', {
      capability: 'question_generation',
      quality_level: 'fast',
      amount_credits: 3,
      idempotency_key: randomUUID(),
      ...overrides,
    })

  return { call, reserve }
}

export const reservationOf = ({ body }: ActionAnswer) => String(body['reservation_id'])
