import postgres, { type Sql } from 'postgres'
import type { Settings } from '../settings.ts'

/** Oids whose values postgres.js would otherwise rewrite, though they are PostgreSQL's text already. */
const oids = { bool: 16, bytea: 17, json: 114, date: 1082, timestamp: 1114, timestamptz: 1184 }
const jsonbOid = 3802

/** Text goes to the server as it is: `12:00+02` stays that, and is not made a Date in between. */
const asText = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : String(value)
const jsonText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value)

/** The pool of the engine. Statements are prepared once a connection and told apart by their text. */
export function connectDatabase(settings: Settings): Sql {
  return connect(settings, { max: settings.poolSize, application: 'purser-engine' })
}

/** One connection that stays open, for what belongs to a session: LISTEN and advisory locks. */
export function connectSingle(settings: Settings): Sql {
  return connect(settings, { max: 1, application: 'purser-engine-notify' })
}

function connect(
  settings: Settings,
  { max, application }: { max: number; application: string },
): Sql {
  const { statementTimeoutMilliseconds } = settings.limits
  const parseDate = (text: string) => new Date(text)
  return postgres(settings.databaseUrl, {
    max,
    idle_timeout: 0,
    connect_timeout: 5,
    onnotice: () => undefined,
    // Waiting longer after each failure would keep a recovered database unused for a minute.
    backoff: (attempts) => Math.min(0.1 * attempts, 1),
    connection: {
      application_name: application,
      statement_timeout: statementTimeoutMilliseconds,
    },
    types: {
      bool: type(oids.bool, asText, (text) => text === 't'),
      bytea: type(oids.bytea, asText, (text) => text),
      date: type(oids.date, asText, parseDate),
      timestamp: type(oids.timestamp, asText, parseDate),
      timestamptz: type(oids.timestamptz, asText, parseDate),
      json: {
        to: oids.json,
        from: [oids.json, jsonbOid],
        serialize: jsonText,
        parse: (text: string) => JSON.parse(text) as unknown,
      },
    },
  }) as unknown as Sql
}

function type<Value>(
  oid: number,
  serialize: (value: unknown) => string,
  parse: (text: string) => Value,
) {
  return { to: oid, from: [oid], serialize, parse }
}

/** SQLSTATE classes and codes of postgres.js that mean: the server is away, try again. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code: unknown = Reflect.get(error, 'code')
  if (typeof code !== 'string') return false
  return /^(08...|57P0[123]|CONNECT|ECONN|CONNECTION_|ETIMEDOUT|EPIPE|ENOTFOUND|ENOENT)/.test(code)
}
