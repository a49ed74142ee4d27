import type Stripe from 'stripe'
import type { StripeEventQueries } from '../db/stripe-events.ts'
import type { Logger, Metrics } from '../observability.ts'

/** Longer than any handler may take: afterwards somebody else tries. */
const LEASE_SECONDS = 120
/** With pauses that double up to six hours, most of a day. */
const MAXIMUM_ATTEMPTS = 12

/** What became of an event. `ignored`: nothing to do, such as a type that nobody handles. */
export interface StripeEventResult {
  outcome: 'applied' | 'ignored'
  /** For operators: what was found and done. */
  detail: string
  organizationId?: string
}

/** How the event stands after a delivery, an attempt or a replay. */
export interface StripeEventState {
  status: 'applied' | 'ignored' | 'failed' | 'dead' | 'busy'
  attempts: number
  error: string | null
}

export interface StripeInboxOptions {
  events: StripeEventQueries
  /** Applies what Stripe says about the event's object; safe to repeat. */
  apply(event: Stripe.Event, log: Logger): Promise<StripeEventResult>
  log: Logger
  metrics: Metrics
}

export type StripeInbox = ReturnType<typeof createStripeInbox>

/**
 * Every event is written down before anything is done about it, and handled by whoever holds its
 * lease: the request that brought it, else the job. What fails is tried again, by Stripe and by the
 * job, until it is dead, which an operator sees and can replay.
 */
export function createStripeInbox({ events, apply, log, metrics }: StripeInboxOptions) {
  async function handle(event: Stripe.Event, attempts: number): Promise<StripeEventState> {
    const eventLog = log.child({ stripe_event: event.id, type: event.type, attempts })
    let result: StripeEventResult | null = null
    let error: string | null = null
    try {
      result = await apply(event, eventLog)
    } catch (thrown) {
      error = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
      eventLog.error({ err: thrown }, 'stripe event failed')
    }
    const status = await events.finish(
      {
        id: event.id,
        attempts,
        status: result?.outcome ?? 'failed',
        organizationId: result?.organizationId ?? null,
        outcome: result === null ? null : { detail: result.detail },
        error,
      },
      MAXIMUM_ATTEMPTS,
    )
    const stands = (status ?? 'busy') as StripeEventState['status']
    metrics.stripeEvents.inc({ type: event.type, result: stands })
    if (stands === 'dead') eventLog.error({ error }, 'stripe event given up')
    else eventLog.info({ status: stands, detail: result?.detail }, 'stripe event')
    return { status: stands, attempts, error }
  }

  return {
    /** A verified delivery. Answers after it was handled, or at once when it was handled before. */
    async receive(event: Stripe.Event): Promise<StripeEventState> {
      const row = await events.receive(
        {
          id: event.id,
          type: event.type,
          apiVersion: event.api_version,
          createdAt: new Date(event.created * 1000),
          objectId: idOf(event.data.object),
          payload: withoutSecrets(event),
        },
        LEASE_SECONDS,
      )
      if (row.outcome === 'claimed') return handle(event, row.attempts)
      return {
        status: row.outcome === 'busy' ? 'busy' : (row.status as StripeEventState['status']),
        attempts: row.attempts,
        error: null,
      }
    },

    /** Job: what is due, such as after a crash or a failure. */
    async applyDue(limit: number): Promise<StripeEventState[]> {
      const states: StripeEventState[] = []
      for (const row of await events.claimDue(limit, LEASE_SECONDS)) {
        states.push(await handle(row.payload as Stripe.Event, row.attempts))
      }
      return states
    },

    /** Once more, whatever became of it. null: there is no such event. */
    async replay(eventId: string): Promise<StripeEventState | null> {
      const row = await events.replay(eventId, LEASE_SECONDS)
      if (!row) return null
      if (row.outcome === 'busy') return { status: 'busy', attempts: row.attempts, error: null }
      return handle(row.payload as Stripe.Event, row.attempts)
    },
  }
}

/** NUL, and half a surrogate pair. */
// eslint-disable-next-line no-control-regex -- naming it is the purpose
const UNSTORABLE = /\u0000|\p{Surrogate}/gu

/**
 * What confirms a payment in a browser has no business in a table that operators read; and what
 * PostgreSQL cannot keep in jsonb must not keep an event out of the inbox.
 */
function withoutSecrets(event: Stripe.Event): object {
  const text = JSON.stringify(event, (key, value: unknown) => {
    if (key === 'client_secret') return undefined
    return typeof value === 'string' ? value.replace(UNSTORABLE, '\ufffd') : value
  })
  return JSON.parse(text) as object
}

function idOf(object: object): string | null {
  return 'id' in object && typeof object.id === 'string' ? object.id : null
}
