import { createModelFactory } from './ai/models.ts'
import { createOperations } from './ai/operations.ts'
import type { Deps } from './app.ts'
import { createAuth } from './auth/auth.ts'
import { createFormTokens } from './auth/form-token.ts'
import { createBilling, type Billing } from './billing/billing.ts'
import { fundedLedger } from './billing/funded-ledger.ts'
import { createStripe } from './billing/stripe-client.ts'
import { createStripeInbox, type StripeInbox } from './billing/stripe-inbox.ts'
import type { Config } from './config.ts'
import { createAccessQueries } from './db/access.ts'
import type { Database } from './db/client.ts'
import { openConnections } from './db/connections.ts'
import { createForms } from './db/forms.ts'
import { createLedger } from './db/ledger.ts'
import { createQuotas } from './db/quotas.ts'
import { createServiceApiKeys } from './db/service-api-keys.ts'
import { createSessions } from './db/sessions.ts'
import { createStripeEventQueries } from './db/stripe-events.ts'
import { createMetrics, type Logger, type Metrics } from './observability.ts'
import { createRealtimeTokens } from './sessions/realtime-token.ts'
import { applyStripeEvent } from './webhooks/stripe/registry.ts'

export interface RunningDeps extends Deps {
  stopAccepting(): void
  /** Closes every connection to the database, after at most so many seconds. */
  disconnect(timeoutSeconds: number): Promise<void>
}

/** Builds everything once; nothing in the api keeps a client of its own. */
export function buildDeps(config: Config, log: Logger): RunningDeps {
  const metrics = createMetrics()
  const connections = openConnections(config.databaseUrl)
  const { sql } = connections
  const billing = billingOf(config, sql, log)
  const plainLedger = createLedger(connections, metrics)
  const ledger = billing ? fundedLedger(plainLedger, billing.funding) : plainLedger
  const access = createAccessQueries(connections)
  const models = createModelFactory(config.providers)
  const operations = createOperations({
    ledger,
    access,
    models,
    limits: config.operations,
    metrics,
  })
  let accepting = true
  return {
    config,
    log,
    metrics,
    sql,
    auth: createAuth({ sql, config, log }),
    services: {
      ledger,
      quotas: createQuotas(connections, metrics),
      access,
      operations,
      serviceApiKeys: createServiceApiKeys(sql),
      forms: createForms(sql),
      formTokens: createFormTokens(config.formTokenSecret),
      sessions: createSessions(sql),
      realtimeTokens: createRealtimeTokens(config.realtimeTokenSecret, config.publicUrl),
      billing,
      stripeInbox: billing && inboxOf(billing, { sql, log, metrics }),
    },
    isAccepting: () => accepting,
    stopAccepting: () => {
      accepting = false
    },
    disconnect: (timeoutSeconds) => connections.end(timeoutSeconds),
  }
}

function billingOf(config: Config, sql: Database, log: Logger): Billing | null {
  const stripe = createStripe(config.stripe)
  return stripe && createBilling(stripe, sql, config.webUrl ?? config.publicUrl, log)
}

function inboxOf(
  { stripe, purchases, subscriptions }: Billing,
  { sql, log, metrics }: { sql: Database; log: Logger; metrics: Metrics },
): StripeInbox {
  return createStripeInbox({
    events: createStripeEventQueries(sql),
    apply: (event, eventLog) =>
      applyStripeEvent(event, { stripe, purchases, subscriptions, log: eventLog }),
    log,
    metrics,
  })
}
