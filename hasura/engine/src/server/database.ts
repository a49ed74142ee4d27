import type { Sql } from 'postgres'
import { connect } from '../execute/database.ts'
import type { Settings } from '../settings.ts'

/** The pool of the engine; its values travel as text, both ways. */
export function connectDatabase(settings: Settings): Sql {
  return open(settings, { max: settings.poolSize, application: 'purser-engine' })
}

/** One connection that stays open, for what belongs to a session: LISTEN and advisory locks. */
export function connectSingle(settings: Settings): Sql {
  return open(settings, { max: 1, application: 'purser-engine-notify' })
}

function open(settings: Settings, { max, application }: { max: number; application: string }): Sql {
  return connect(settings.databaseUrl, {
    max,
    idle_timeout: 0,
    connect_timeout: 5,
    // Waiting longer after each failure would keep a recovered database unused for a minute.
    backoff: (attempts: number) => Math.min(0.1 * attempts, 1),
    connection: {
      application_name: application,
      statement_timeout: settings.limits.statementTimeoutMilliseconds,
    },
  }) as unknown as Sql
}
