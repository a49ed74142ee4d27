import { createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type Stripe from 'stripe'
import { z } from 'zod'
import type { Account } from '../state/account.ts'
import { shuffled } from './shuffle.ts'

const settingsSchema = z.strictObject({
  /**
   * `ordered`: one after another. `shuffled`: what comes within the delay, in any order, at once.
   * `duplicated`: each twice. `delayed`: each after the delay. `dropped`: the first attempt of each
   * never arrives, the retry does. `off`: nothing is sent until it is asked for.
   */
  mode: z.enum(['ordered', 'shuffled', 'duplicated', 'delayed', 'dropped', 'off']),
  delay_milliseconds: z.number().int().min(0).max(600_000),
  /** Before the second, third… attempt of one that was not answered by 2xx. */
  retry_milliseconds: z.array(z.number().int().min(0)).max(20),
  /** The same numbers give the same order. */
  seed: z.number().int(),
  url: z.url({ protocol: /^http$/, hostname: /^(127\.0\.0\.1|localhost)$/ }).nullable(),
})

export const webhookSettingsSchema = settingsSchema.partial()
export type WebhookSettings = z.infer<typeof settingsSchema>

export interface Delivery {
  event_id: string
  type: string
  attempt: number
  at: string
  /** null: nobody answered. */
  status: number | null
  answer: string
  milliseconds: number
}

export interface Outbox {
  settings: WebhookSettings
  deliveries: Delivery[]
  configure(change: z.infer<typeof webhookSettingsSchema>): void
  add(event: Stripe.Event): void
  /** Sends stored events now, in this order, whatever the mode. */
  deliver(events: Stripe.Event[]): Promise<Delivery[]>
  /** Until nothing is under way or waiting for a retry. */
  idle(): Promise<void>
  reset(): void
  close(): void
}

const ANSWER_TIMEOUT_MILLISECONDS = 30_000
const ANSWER_LENGTH_LIMIT = 500
const DELIVERIES_LIMIT = 5000

export interface OutboxOptions {
  url: string | null
  secret: string
  account: Account
}

export function defaultWebhookSettings(url: string | null): WebhookSettings {
  return {
    mode: 'ordered',
    delay_milliseconds: 250,
    retry_milliseconds: [500, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000],
    seed: 1,
    url,
  }
}

/** Tells the product what happened, signed as Stripe signs. */
export function createOutbox(options: OutboxOptions): Outbox {
  let settings = defaultWebhookSettings(options.url)
  const deliveries: Delivery[] = []
  let running = new AbortController()
  let queue: Promise<unknown> = Promise.resolve()
  let batch: Stripe.Event[] = []
  let underWay = 0
  const idleWaiters: (() => void)[] = []

  const track = async (work: Promise<unknown>) => {
    underWay += 1
    await work.catch(() => undefined)
    underWay -= 1
    if (underWay > 0) return
    for (const resume of idleWaiters.splice(0)) resume()
  }

  async function sendOnce(
    event: Stripe.Event,
    attempt: number,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const startedAt = Date.now()
    const delivery: Delivery = {
      event_id: event.id,
      type: event.type,
      attempt,
      at: new Date(startedAt).toISOString(),
      status: null,
      answer: '',
      milliseconds: 0,
    }
    deliveries.push(delivery)
    if (deliveries.length > DELIVERIES_LIMIT) deliveries.shift()
    if (settings.url === null) return delivery
    const payload = JSON.stringify({ ...event, pending_webhooks: 1 }, null, 2)
    try {
      const response = await fetch(settings.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          'stripe-signature': signatureOf(payload, options.secret),
        },
        body: payload,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MILLISECONDS)]),
      })
      delivery.status = response.status
      delivery.answer = (await response.text()).slice(0, ANSWER_LENGTH_LIMIT)
    } catch (error) {
      delivery.answer =
        error instanceof Error ? String(error.cause ?? error.message) : String(error)
    }
    delivery.milliseconds = Date.now() - startedAt
    return delivery
  }

  async function sendUntilTaken(
    event: Stripe.Event,
    signal: AbortSignal,
    isFirstLost = false,
  ): Promise<void> {
    const { retry_milliseconds: pauses } = settings
    for (let attempt = 1; attempt <= pauses.length + 1; attempt += 1) {
      if (attempt > 1) await wait(pauses[attempt - 2], undefined, { signal })
      if (attempt === 1 && isFirstLost) continue
      const { status } = await sendOnce(event, attempt, signal)
      if (status !== null && status >= 200 && status < 300) return
    }
  }

  /** The first attempt keeps the order; one that was not taken is tried again beside the rest. */
  async function sendInOrder(event: Stripe.Event, signal: AbortSignal): Promise<void> {
    const { status } = await sendOnce(event, 1, signal)
    if (status !== null && status >= 200 && status < 300) return
    void track(retryLater(event, signal))
  }

  async function retryLater(event: Stripe.Event, signal: AbortSignal): Promise<void> {
    for (const [index, pause] of settings.retry_milliseconds.entries()) {
      await wait(pause, undefined, { signal })
      const { status } = await sendOnce(event, index + 2, signal)
      if (status !== null && status >= 200 && status < 300) return
    }
  }

  async function sendBatch(signal: AbortSignal): Promise<void> {
    await wait(settings.delay_milliseconds, undefined, { signal })
    const events = shuffled(batch, settings.seed)
    batch = []
    await Promise.all(events.map((event) => sendUntilTaken(event, signal)))
  }

  function dispatch(event: Stripe.Event): void {
    const { signal } = running
    switch (settings.mode) {
      case 'ordered':
        queue = queue.then(() => sendInOrder(event, signal)).catch(() => undefined)
        void track(queue)
        return
      case 'shuffled':
        batch.push(event)
        if (batch.length === 1) void track(sendBatch(signal))
        return
      case 'duplicated':
        void track(Promise.all([sendUntilTaken(event, signal), sendUntilTaken(event, signal)]))
        return
      case 'delayed':
        void track(
          wait(settings.delay_milliseconds, undefined, { signal }).then(() =>
            sendUntilTaken(event, signal),
          ),
        )
        return
      case 'dropped':
        void track(sendUntilTaken(event, signal, true))
        return
      case 'off':
        return
      default:
        settings.mode satisfies never
    }
  }

  return {
    get settings() {
      return settings
    },
    deliveries,
    configure(change) {
      const given = Object.entries(change).filter(([, value]) => value !== undefined)
      settings = { ...settings, ...Object.fromEntries(given) }
    },
    add(event) {
      if (settings.url !== null) dispatch(event)
    },
    async deliver(events) {
      const answers: Delivery[] = []
      for (const event of events) answers.push(await sendOnce(event, 1, running.signal))
      return answers
    },
    idle: () =>
      underWay === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve)),
    reset() {
      running.abort()
      running = new AbortController()
      queue = Promise.resolve()
      batch = []
      deliveries.length = 0
      settings = defaultWebhookSettings(options.url)
    },
    close() {
      running.abort()
      for (const resume of idleWaiters.splice(0)) resume()
    },
  }
}

/** By the machine's clock, whatever the account's: receivers refuse what is old. */
function signatureOf(payload: string, secret: string): string {
  const timestamp = Math.floor(Date.now() / 1000)
  const signature = createHmac('sha256', secret).update(`${timestamp}.${payload}`).digest('hex')
  return `t=${timestamp},v1=${signature}`
}
