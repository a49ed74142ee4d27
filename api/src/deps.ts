import { createModelFactory } from './ai/models.ts'
import { createOperations } from './ai/operations.ts'
import type { Deps } from './app.ts'
import { createAuth } from './auth/auth.ts'
import { createFormTokens } from './auth/form-token.ts'
import type { Config } from './config.ts'
import { createAccessQueries } from './db/access.ts'
import { connect } from './db/client.ts'
import { createForms } from './db/forms.ts'
import { createLedger } from './db/ledger.ts'
import { createServiceApiKeys } from './db/service-api-keys.ts'
import { createMetrics, type Logger } from './observability.ts'

export interface RunningDeps extends Deps {
  stopAccepting(): void
}

/** Builds everything once; nothing in the api keeps a client of its own. */
export function buildDeps(config: Config, log: Logger): RunningDeps {
  const metrics = createMetrics()
  const sql = connect(config.databaseUrl)
  const ledger = createLedger(sql, metrics)
  const access = createAccessQueries(sql)
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
      access,
      operations,
      serviceApiKeys: createServiceApiKeys(sql),
      forms: createForms(sql),
      formTokens: createFormTokens(config.formTokenSecret),
    },
    isAccepting: () => accepting,
    stopAccepting: () => {
      accepting = false
    },
  }
}
