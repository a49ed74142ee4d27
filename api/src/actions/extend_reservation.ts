import { z } from 'zod'
import { toJsonNumber } from '../credits/amounts.ts'
import { refusalOfClosedReservation } from '../credits/refusals.ts'
import { defineAction } from './action.ts'
import { holdSeconds, reservationId } from './input.ts'
import { requireOrganization } from './session.ts'

export const extendReservation = defineAction({
  name: 'extend_reservation',
  roles: ['service'],
  input: z.strictObject({
    input: z.strictObject({ reservation_id: reservationId, expires_in_seconds: holdSeconds }),
  }),
  async run({ input: { input }, session, services }) {
    const row = await services.ledger.extend({
      organizationId: requireOrganization(session),
      reservationId: input.reservation_id,
      expiresInSeconds: input.expires_in_seconds,
    })
    if (row.outcome !== 'extended') throw refusalOfClosedReservation(row.outcome, row)
    return {
      reservation_id: input.reservation_id,
      status: row.status,
      amount_credits: toJsonNumber(row.amount_credits ?? '0'),
      available_credits: toJsonNumber(row.available_credits ?? '0'),
      expires_at: row.expires_at,
      model: row.model_id,
      replayed: false,
    }
  },
})
