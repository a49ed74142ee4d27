import { z } from 'zod'
import { toJsonNumber } from '../credits/amounts.ts'
import { refusalOfClosedReservation } from '../credits/refusals.ts'
import { defineAction } from './action.ts'
import { reservationId, text } from './input.ts'
import { requireOrganization } from './session.ts'

const MAXIMUM_REASON_LENGTH = 500

export const releaseCredits = defineAction({
  name: 'release_credits',
  roles: ['service'],
  input: z.strictObject({
    input: z.strictObject({
      reservation_id: reservationId,
      reason: text(MAXIMUM_REASON_LENGTH),
    }),
  }),
  async run({ input: { input }, session, services }) {
    const row = await services.ledger.release({
      organizationId: requireOrganization(session),
      reservationId: input.reservation_id,
      reason: input.reason,
    })
    if (row.outcome !== 'released' && row.outcome !== 'replayed') {
      throw refusalOfClosedReservation(row.outcome, row)
    }
    return {
      reservation_id: input.reservation_id,
      status: row.status,
      released_credits: toJsonNumber(row.released_credits ?? '0'),
      available_credits: toJsonNumber(row.available_credits ?? '0'),
      replayed: row.outcome === 'replayed',
    }
  },
})
