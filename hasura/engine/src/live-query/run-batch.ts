import type { Sql } from 'postgres'
import type { RunBatch } from './poller.ts'
import type { RunStreamBatch, StreamResult } from './stream-poller.ts'

/** Runs a multiplexed statement: `$1` are the cohorts' ids, `$2` their values, both text[]. */
export function batchRunner(sql: Sql): RunBatch {
  return async (text, ids, values) => {
    const results = new Map<string, string>()
    await eachRow(sql, text, ids, values, (row) => {
      results.set(String(row['result_id']), String(row['result']))
    })
    return results
  }
}

export function streamBatchRunner(sql: Sql): RunStreamBatch {
  return async (text, ids, values) => {
    const results = new Map<string, StreamResult>()
    await eachRow(sql, text, ids, values, (row) => {
      const cursor: unknown = row['cursor']
      results.set(String(row['result_id']), {
        result: String(row['result']),
        cursor: typeof cursor === 'string' ? cursor : null,
      })
    })
    return results
  }
}

/**
 * Row by row, and not as a list, because of postgres.js 3.4: when a statement fails after its first
 * rows, the list of the next statement on that connection begins with as many holes.
 */
async function eachRow(
  sql: Sql,
  text: string,
  ids: readonly string[],
  values: readonly string[],
  read: (row: Record<string, unknown>) => void,
): Promise<void> {
  const parameters = [arrayLiteral(ids), arrayLiteral(values)]
  await sql.unsafe(text, parameters, { prepare: true }).forEach((row) => read(row))
}

/** A text[] as PostgreSQL reads it: cheaper than to let the driver look at every element. */
function arrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`
}
