import type { Sql, TransactionSql } from 'postgres'

/**
 * A transaction that also ends well when its connection is lost in the middle. postgres.js 3.4 then
 * sends ROLLBACK to the closed socket: the process dies of that, or the connection's place in the
 * pool is spoiled. Work that has lost its connection is therefore left pending here; `begin` itself
 * rejects as soon as it sees the connection closed, and everything is garbage after that.
 */
export async function inTransaction<Result>(
  database: Sql,
  work: (transaction: TransactionSql) => Promise<Result>,
  mode: 'read write' | 'read only' = 'read write',
): Promise<Result> {
  const result = await database.begin(mode, async (transaction) => {
    try {
      return { value: await work(transaction) }
    } catch (error) {
      if (!isConnectionError(error)) throw error
      return new Promise<never>(() => undefined)
    }
  })
  return (result as { value: Result }).value
}

/** SQLSTATEs and codes of postgres.js that mean: the server is away or starting, try again. */
const connectionCodes =
  /^(08...|57P0[1-5]|CONNECT_|CONNECTION_|ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_)/

/** Also where the error has been translated, with the driver's as its cause. */
export function isConnectionError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const code: unknown = Reflect.get(error, 'code')
  if (typeof code === 'string' && connectionCodes.test(code)) return true
  return error.cause !== undefined && isConnectionError(error.cause)
}
