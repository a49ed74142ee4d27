import { HasuraError } from '../errors.ts'
import type { MutationOutput, RootPlan } from '../plan/types.ts'
import {
  emptyOutput,
  mutationStatement,
  needsSecondStatement,
  outputStatement,
  rowsStatement,
  unchangedOutput,
} from '../sql/mutation-output.ts'
import { deleteSql, insertSql, updateSql, type Mutation } from '../sql/mutation.ts'
import { queryStatement } from '../sql/operation.ts'
import type { CompiledSql } from '../sql/fragment.ts'
import { bind, type BindInput } from './bind.ts'
import type { Queryable } from './database.ts'
import { isNested, NestedInserter } from './nested-insert.ts'
import { translatePostgresError } from './postgres-errors.ts'

export type Row = Readonly<Record<string, string | null>>

/** Runs a statement and gives its rows; errors carry the path of the root that it belongs to. */
export async function run(
  database: Queryable,
  { text, parameters }: CompiledSql,
  input: BindInput,
  path = '$',
): Promise<Row[]> {
  const values = bind(parameters, input)
  try {
    return await database.unsafe<Row[]>(versioned(text, input.typesVersion), values, {
      prepare: true,
    })
  } catch (error) {
    throw translatePostgresError(error, path)
  }
}

/** The same text over other types is another statement. */
export const versioned = (text: string, typesVersion: string): string =>
  `/* ${typesVersion} */ ${text}`

export const checkFailed = (path: string): HasuraError =>
  new HasuraError(
    'permission-error',
    'check constraint of an insert/update permission has failed',
    { path },
  )

/** Runs one SQL root of a mutation, inside the operation's transaction; gives its JSON text. */
export async function runMutationRoot(
  database: Queryable,
  root: RootPlan,
  input: BindInput,
): Promise<string> {
  switch (root.kind) {
    case 'select': {
      // A function that writes; its rows are read by the same statement.
      const statement = queryStatement([root])
      const [row] = await run(database, statement, input)
      return row?.r0 ?? 'null'
    }
    case 'insert': {
      const { insert, output } = root
      if (insert.rows.length === 0) return emptyOutput(output)
      if (!isNested(insert)) {
        const mutation = insertSql(
          insert,
          insert.rows.map(({ values }) => values),
        )
        return runMutation(database, mutation, output, input, insert.path)
      }
      const written = await new NestedInserter(database, input).insert(insert)
      return runOutput(database, insert.table, output, input, written)
    }
    case 'update':
      if (root.update.operators.length === 0) return unchangedOutput(root.output)
      return runMutation(database, updateSql(root.update), root.output, input, '$')
    case 'update-many': {
      const results: string[] = []
      for (const update of root.updates)
        results.push(
          update.operators.length === 0
            ? emptyOutput(root.output)
            : await runMutation(database, updateSql(update), root.output, input, '$'),
        )
      return `[${results.join(',')}]`
    }
    case 'delete':
      return runMutation(database, deleteSql(root.delete), root.output, input, '$')
    default:
      throw new HasuraError('unexpected', `a root of kind ${root.kind} is not run by SQL`)
  }
}

async function runMutation(
  database: Queryable,
  mutation: Mutation,
  output: MutationOutput,
  input: BindInput,
  path: string,
): Promise<string> {
  if (!needsSecondStatement(output)) {
    const [row] = await run(database, mutationStatement(mutation, output), input, path)
    if (row?.ok !== 't') throw checkFailed(path)
    return row.result ?? 'null'
  }
  const [row] = await run(database, rowsStatement(mutation, []), input, path)
  if (row?.ok !== 't') throw checkFailed(path)
  const written = { affected: row.affected ?? '0', rows: row.rows ?? '[]' }
  return runOutput(database, mutation.table, output, input, written)
}

async function runOutput(
  database: Queryable,
  table: Mutation['table'],
  output: MutationOutput,
  input: BindInput,
  written: { affected: string; rows: string },
): Promise<string> {
  const [row] = await run(database, outputStatement(table, output), { ...input, runtime: written })
  return row?.result ?? emptyOutput(output)
}
