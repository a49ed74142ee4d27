import { connect, type Database } from './client.ts'
import { createTraffic, type Traffic } from './traffic.ts'

/** Every connection that the process has to the database. */
export interface Connections {
  /** The pool, for what is asked one by one: identity, jobs, grants. */
  sql: Database
  /** For batches that move credits or meters: one traffic, as they lock the same balances. */
  moves: Traffic<Database>
  /** For batches of access checks, which lock nothing. */
  checks: Traffic<Database>
  /** Resolves when all are closed, after at most so many seconds. */
  end(timeoutSeconds: number): Promise<void>
}

/** The others are for those who overtake statements that wait for a lock. */
const PROMPT_MOVES = 2
const MOVING_CONNECTIONS = 4
/** A check costs little beside a statement: fewer and larger ones are faster than two beside each other. */
const PROMPT_CHECKS = 1
const CHECKING_CONNECTIONS = 2

/** Connects when something is first asked. */
export function openConnections(url: string): Connections {
  const sql = connect(url)
  // A client each, as a pool would take its connections in turns.
  const alone = (count: number) => Array.from({ length: count }, () => connect(url, 1))
  const moving = alone(MOVING_CONNECTIONS)
  const checking = alone(CHECKING_CONNECTIONS)
  return {
    sql,
    moves: createTraffic(moving, PROMPT_MOVES),
    checks: createTraffic(checking, PROMPT_CHECKS),
    async end(timeout) {
      await Promise.all([sql, ...moving, ...checking].map((client) => client.end({ timeout })))
    },
  }
}
