import type { Sql } from 'postgres'
import { z } from 'zod'
import { HasuraError } from '../errors.ts'
import { inTransaction } from '../execute/transaction.ts'
import type { Json } from '../metadata/common.ts'

const runSqlArguments = z.object({
  sql: z.string(),
  source: z.literal('default').optional(),
  cascade: z.boolean().optional(),
  check_metadata_consistency: z.boolean().nullish(),
  read_only: z.boolean().optional(),
})

export type RunSqlResult = { body: Json; changedSchema: boolean }

/** Statements after which the catalog may look different; what they do not match reads or writes rows. */
const ddl = /\b(create|alter|drop|comment|grant|revoke|do|rename|reassign|security|import)\b/i

/**
 * Runs several statements as one transaction and answers with the rows of the last one, all values
 * as text, as Hasura does.
 */
export async function runSql(sql: Sql, rawArguments: unknown): Promise<RunSqlResult> {
  const parsed = runSqlArguments.safeParse(rawArguments)
  if (!parsed.success) {
    throw new HasuraError('parse-failed', z.prettifyError(parsed.error), { path: '$.args' })
  }
  const { sql: text, read_only: readOnly, check_metadata_consistency: check } = parsed.data
  try {
    const body = await inTransaction(
      sql,
      async (transaction) => resultBody(await transaction.unsafe(text).simple().raw()),
      readOnly ? 'read only' : 'read write',
    )
    return { body, changedSchema: readOnly !== true && check !== false && ddl.test(text) }
  } catch (error) {
    throw postgresError(error, text)
  }
}

type RawResult = (Buffer | null)[][] & { columns?: { name: string }[]; command?: string }

/** postgres.js gives one result for one statement, and a list of results for several. */
function resultBody(results: unknown): Json {
  const last = isResultList(results) ? results.at(-1) : (results as RawResult)
  const columns = last?.columns ?? []
  if (last === undefined || columns.length === 0) return { result_type: 'CommandOk', result: null }
  const rows = last.map((row) => row.map((value) => (value === null ? 'NULL' : value.toString())))
  return { result_type: 'TuplesOk', result: [columns.map(({ name }) => name), ...rows] }
}

function isResultList(results: unknown): results is RawResult[] {
  return Array.isArray(results) && results.length > 0 && 'command' in Object(results[0])
}

/** The error of one statement, with PostgreSQL's own fields, which only admins can ask for here. */
function postgresError(error: unknown, statement: string): HasuraError {
  if (!(error instanceof Error) || !('code' in error)) {
    return new HasuraError('unexpected', 'the query could not be run', { cause: error })
  }
  const field = (name: string): Json => {
    const value: unknown = Reflect.get(error, name)
    return typeof value === 'string' ? value : null
  }
  return new HasuraError('postgres-error', 'query execution failed', {
    path: '$.args',
    cause: error,
    internal: {
      statement,
      prepared: false,
      error: {
        exec_status: 'FatalError',
        status_code: field('code'),
        message: error.message,
        description: field('detail'),
        hint: field('hint'),
      },
      arguments: [],
    },
  })
}
