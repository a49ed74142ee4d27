import postgres from 'postgres'

export type Database = postgres.Sql

const POOL_CONNECTIONS = 10
const STATEMENT_TIMEOUT_MILLISECONDS = 15_000
/** Somebody holds an organization's balance for longer: its callers hear `overloaded`, others go on. */
const LOCK_TIMEOUT_MILLISECONDS = 2_000
const RECONNECT_AFTER_SECONDS = 0.25

/** A pool of at most so many connections, each made when it is needed and again after an outage. */
export function connect(url: string, connections = POOL_CONNECTIONS): Database {
  return postgres(url, {
    max: connections,
    connect_timeout: 5,
    // A constant instead of the driver's growing pause: after an outage the next call should work.
    backoff: () => RECONNECT_AFTER_SECONDS,
    onnotice: () => undefined,
    connection: {
      application_name: 'purser-api',
      statement_timeout: STATEMENT_TIMEOUT_MILLISECONDS,
      lock_timeout: LOCK_TIMEOUT_MILLISECONDS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MILLISECONDS,
    },
  })
}

export async function isReachable(sql: Database): Promise<boolean> {
  try {
    await sql`select 1`
    return true
  } catch {
    return false
  }
}
