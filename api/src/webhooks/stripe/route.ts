import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import Stripe from 'stripe'
import { z } from 'zod'
import type { StripeInbox } from '../../billing/stripe-inbox.ts'
import type { StripeSettings } from '../../config.ts'
import { AppError, invalidInput } from '../../errors.ts'
import type { AppEnvironment } from '../../http/request-context.ts'
import type { Metrics } from '../../observability.ts'

/** Stripe's largest events, invoices with many lines, have some tens of kilobytes. */
const MAXIMUM_BODY_BYTES = 512 * 1024
/** An older signature is a recording. */
const TOLERANCE_SECONDS = 300

/** What every event of the account's API has. Others (v2) carry no object and are not subscribed to. */
const eventSchema = z.looseObject({
  id: z.string().regex(/^evt_\w{1,250}$/),
  object: z.literal('event'),
  type: z.string().min(1).max(255),
  created: z.int(),
  livemode: z.boolean(),
  data: z.looseObject({ object: z.looseObject({}) }),
})

export interface StripeWebhookOptions {
  settings: StripeSettings | undefined
  inbox: StripeInbox | null
  metrics: Metrics
}

/**
 * The way in for Stripe: signature over the raw bytes, before anything parses them. What was not
 * signed by Stripe just now is refused and leaves no trace. 5xx tells Stripe to send it again.
 */
export function stripeWebhookRoutes({ settings, inbox, metrics }: StripeWebhookOptions) {
  const routes = new Hono<AppEnvironment>()
  routes.post('/', bodyLimit({ maxSize: MAXIMUM_BODY_BYTES }), async (c) => {
    if (!settings || !inbox) {
      throw new AppError('not_found', {}, { message: 'Payments are not set up here.' })
    }
    const body = new Uint8Array(await c.req.arrayBuffer())
    let event: Stripe.Event
    try {
      event = await verifiedEvent(body, c.req.header('stripe-signature'), settings)
    } catch (error) {
      metrics.stripeEvents.inc({ type: 'unknown', result: 'refused' })
      throw error
    }
    const { status } = await inbox.receive(event)
    // Handled by a job from now on as well, but a failure is answered as one: Stripe shows it.
    if (status === 'failed') return c.json({ received: true, status }, 500)
    return c.json({ received: true, status })
  })
  return routes
}

async function verifiedEvent(
  body: Uint8Array,
  signature: string | undefined,
  settings: StripeSettings,
): Promise<Stripe.Event> {
  if (signature === undefined) throw invalidInput('stripe-signature', 'required')
  let event: unknown
  try {
    event = await Stripe.webhooks.constructEventAsync(
      Buffer.from(body),
      signature,
      settings.webhookSecret,
      TOLERANCE_SECONDS,
    )
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidInput('body', 'json')
    throw invalidInput('stripe-signature', 'valid', 'The signature is not valid.')
  }
  const parsed = eventSchema.safeParse(event)
  if (!parsed.success) throw invalidInput('body', 'stripe_event')
  // An event of test mode must never move credits that were paid for.
  if (parsed.data.livemode !== /^(sk|rk)_live_/.test(settings.secretKey)) {
    throw invalidInput('livemode', 'same_as_key')
  }
  return event as Stripe.Event
}
