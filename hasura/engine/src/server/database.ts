import type { Sql } from 'postgres'
import { connect } from '../execute/database.ts'
import type { Settings } from '../settings.ts'

/** All connections of an engine; values travel over them as text, both ways. */
export type Databases = {
  /** The data that is served. */
  data: Sql
  /** Asynchronous actions and cron events: the same database, unless there is another for them. */
  own: Sql
  /** One connection that stays open, for what belongs to a session: LISTEN and advisory locks. */
  notifications: Sql
  close(): Promise<void>
}

/** Cron events and the log of actions are few statements a second. */
const ownConnections = 3

export function connectDatabases(settings: Settings): Databases {
  const data = connectDatabase(settings)
  const { metadataDatabaseUrl: url } = settings
  const isSeparate = url !== settings.databaseUrl
  const own = isSeparate ? open(settings, url, ownConnections, 'purser-engine-own') : data
  const notifications = open(settings, url, 1, 'purser-engine-notify')
  const all = new Set([data, own, notifications])
  return {
    data,
    own,
    notifications,
    close: async () => {
      await Promise.all([...all].map((sql) => sql.end({ timeout: 2 })))
    },
  }
}

/** The pool for the data alone. */
export function connectDatabase(settings: Settings): Sql {
  return open(settings, settings.databaseUrl, settings.poolSize, 'purser-engine')
}

function open(settings: Settings, url: string, max: number, application: string): Sql {
  return connect(url, {
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
