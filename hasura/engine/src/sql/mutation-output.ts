import type { FieldPlan, MutationOutput } from '../plan/types.ts'
import type { QualifiedName } from '../metadata/common.ts'
import type { BoundParameter } from '../schema/expressions.ts'
import {
  constant,
  identifier,
  join,
  keyword,
  sql,
  type CompiledSql,
  type Fragment,
  compile,
} from './fragment.ts'
import { objectSql, type Member } from './json.ts'
import type { Mutation } from './mutation.ts'
import { Aliases, column } from './scope.ts'
import { fieldsSql } from './select.ts'

/**
 * Does the answer look at other rows? A statement does not see what it has itself written, so such an
 * answer needs a second statement over the rows that the first one gave.
 */
export function needsSecondStatement(output: MutationOutput): boolean {
  const nested = (fields: readonly FieldPlan[]) => fields.some(({ kind }) => kind === 'select')
  if (output.kind === 'row') return nested(output.fields)
  return output.parts.some((part) => part.kind === 'returning' && nested(part.fields))
}

/** One statement: columns `result` (JSON text) and `ok` (the check of all rows). */
export function mutationStatement(mutation: Mutation, output: MutationOutput): CompiledSql {
  const { aliases, row } = mutation.scope
  const selections: Fragment[] = []
  const returned = (fields: readonly FieldPlan[]) => {
    const name = identifier(`purser row ${selections.length}`)
    selections.push(sql`${fieldsSql(fields, aliases, row)} as ${name}`)
    return name
  }
  const result = outputSql(output, sql`count(*)`, returned)
  const returning = join([...selections, sql`${mutation.check} as "purser check"`], ', ')
  return compile(
    sql`with mutated as (${mutation.text} returning ${returning}) select ${result}::text as result, coalesce(bool_and("purser check"), true) as ok from mutated`,
  )
}

function outputSql(
  output: MutationOutput,
  affected: Fragment,
  returned: (fields: readonly FieldPlan[]) => Fragment,
): Fragment {
  if (output.kind === 'row') return sql`(json_agg(${returned(output.fields)}) -> 0)`
  const members = output.parts.map((part): Member => {
    const { key } = part
    switch (part.kind) {
      case 'typename':
        return { key, value: sql`${constant(part.value)}::text` }
      case 'affected_rows':
        return { key, value: affected }
      case 'returning':
        return { key, value: sql`coalesce(json_agg(${returned(part.fields)}), '[]')` }
    }
  })
  return objectSql(members)
}

/**
 * The first of two statements: columns `affected`, `rows` (a JSON array of the table's rows), `keys` (the
 * wanted columns of each row, as text) and `ok`.
 */
export function rowsStatement(mutation: Mutation, keyColumns: readonly string[]): CompiledSql {
  const { row } = mutation.scope
  const keys = objectSql(
    keyColumns.map((name) => ({ key: name, value: sql`${column(row, name)}::text` })),
  )
  return compile(
    sql`with mutated as (${mutation.text} returning to_json(${row}) as "row", ${keys} as keys, ${mutation.check} as "purser check") select count(*)::text as affected, coalesce(json_agg("row"), '[]')::text as rows, coalesce(json_agg(keys), '[]')::text as keys, coalesce(bool_and("purser check"), true) as ok from mutated`,
  )
}

const ROWS: BoundParameter = { source: { from: 'runtime', name: 'rows' }, sqlType: '"json"' }
const AFFECTED: BoundParameter = {
  source: { from: 'runtime', name: 'affected' },
  sqlType: '"int8"',
}

/** The second of two statements: the answer for rows that have been written. Column `result`. */
export function outputStatement(table: QualifiedName, output: MutationOutput): CompiledSql {
  const aliases = new Aliases()
  const row = aliases.next()
  const selections: Fragment[] = []
  const returned = (fields: readonly FieldPlan[]) => {
    const name = identifier(`purser row ${selections.length}`)
    selections.push(sql`${fieldsSql(fields, aliases, row)} as ${name}`)
    return name
  }
  const result = outputSql(output, sql`${AFFECTED}`, returned)
  const columns = selections.length > 0 ? join(selections, ', ') : keyword('1 as one')
  const { schema, name } = table
  const source = sql`json_populate_recordset(null::${identifier(schema)}.${identifier(name)}, ${ROWS})`
  return compile(
    sql`select ${result}::text as result from (select ${columns} from ${source} ${row}) returned`,
  )
}

/** The answer when there was nothing to write. */
export function emptyOutput(output: MutationOutput): string {
  if (output.kind === 'row') return 'null'
  const members = output.parts.map((part) => {
    const key = JSON.stringify(part.key)
    if (part.kind === 'typename') return `${key}:${JSON.stringify(part.value)}`
    return `${key}:${part.kind === 'affected_rows' ? '0' : '[]'}`
  })
  return `{${members.join(',')}}`
}

/** The answer to an update that sets nothing: Hasura does not look the row up (its issue 6061). */
export const unchangedOutput = (output: MutationOutput): string =>
  output.kind === 'row' ? '{}' : emptyOutput(output)
