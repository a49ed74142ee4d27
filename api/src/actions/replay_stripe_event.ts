import { z } from 'zod'
import { AppError } from '../errors.ts'
import { defineAction } from './action.ts'
import { requireStripeInbox } from './billing.ts'
import { text } from './input.ts'

const MAXIMUM_ID_LENGTH = 255

export const replayStripeEvent = defineAction({
  name: 'replay_stripe_event',
  roles: ['platform_admin'],
  input: z.strictObject({ event_id: text(MAXIMUM_ID_LENGTH) }),
  async run({ input, services }) {
    const state = await requireStripeInbox(services).replay(input.event_id)
    if (!state) throw new AppError('not_found', {}, { message: 'There is no such event.' })
    return {
      event_id: input.event_id,
      status: state.status,
      attempts: state.attempts,
      last_error: state.error,
    }
  },
})
