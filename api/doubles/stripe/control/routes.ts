import { z } from 'zod'
import type { Api } from '../http/api.ts'
import { faultSchema } from '../http/faults.ts'
import { StripeRefusal } from '../http/errors.ts'
import { shuffled } from '../webhooks/shuffle.ts'
import { webhookSettingsSchema, type Outbox } from '../webhooks/outbox.ts'
import { bodyOf, type App } from './app.ts'
import { addDashboardRoutes } from './dashboard.ts'

export interface Control {
  api: Api
  outbox: Outbox
  reset(): void
}

const deliverSchema = z.strictObject({
  /** Of these events, in this order; all of them, oldest first, unless given. */
  event_ids: z.array(z.string()).optional(),
  /** Shuffles them. */
  seed: z.number().int().optional(),
  /** How often each is sent. */
  times: z.number().int().min(1).max(10).default(1),
})

/** What Stripe's dashboard and a test need, and Stripe's API does not have. */
export function addControlRoutes(app: App, control: Control): void {
  const { api, outbox } = control
  const { account } = api
  app.onError((error, c) => {
    if (error instanceof z.ZodError) return c.json({ error: z.prettifyError(error) }, 400)
    if (error instanceof StripeRefusal) return c.json({ error: error.message }, 404)
    console.error(error)
    return c.json({ error: error.message }, 500)
  })
  app.post('/_double/reset', (c) => {
    control.reset()
    return c.body(null, 204)
  })
  app.get('/_double/requests', (c) => c.json(api.seen))
  app.post('/_double/faults', async (c) => {
    api.faults.add(faultSchema.parse(await c.req.json()))
    return c.body(null, 204)
  })
  app.post('/_double/release', (c) => c.json({ released: api.faults.release() }))
  addDashboardRoutes(app, account)

  app.get('/_double/webhooks', (c) => c.json({ ...outbox.settings, deliveries: outbox.deliveries }))
  app.post('/_double/webhooks', async (c) => {
    outbox.configure(webhookSettingsSchema.parse(await c.req.json()))
    return c.json(outbox.settings)
  })
  app.post('/_double/webhooks/idle', async (c) => {
    await outbox.idle()
    return c.body(null, 204)
  })
  app.get('/_double/events', (c) => c.json(account.list('event').reverse()))
  app.post('/_double/deliver', async (c) => {
    const { event_ids: ids, seed, times } = deliverSchema.parse(await bodyOf(c.req.raw))
    const chosen = ids ? ids.map((id) => account.get('event', id)) : account.list('event').reverse()
    const repeated = chosen.flatMap((event) => Array.from({ length: times }, () => event))
    return c.json(await outbox.deliver(seed === undefined ? repeated : shuffled(repeated, seed)))
  })
}
