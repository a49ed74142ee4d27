import type { FunctionCall, JoinColumn, RowExpression, RowSource } from '../schema/expressions.ts'
import { identifier, join, keyword, qualified, sql, type Fragment } from './fragment.ts'
import { column } from './scope.ts'

export function rowExpression(expression: RowExpression, row: Fragment): Fragment {
  return expression.kind === 'column'
    ? column(row, expression.column)
    : functionCallSql(expression.call, row)
}

/** `row` is the alias of the row that a computed field belongs to. */
export function functionCallSql(call: FunctionCall, row: Fragment | null): Fragment {
  const args = call.arguments.map(({ name, value }) => {
    // A bare alias of a table is its row.
    const argument = value.kind === 'row' ? (row ?? sql`null`) : sql`${value.parameter}`
    return name === null ? argument : sql`${identifier(name)} => ${argument}`
  })
  return sql`${qualified(call.function)}(${join(args, ', ')})`
}

/** What stands in FROM. `parent` is the row that a computed field is about. */
export function sourceSql(source: RowSource, parent: Fragment | null): Fragment {
  switch (source.kind) {
    case 'table':
      return qualified(source.table)
    case 'function':
      return functionCallSql(source.call, parent)
    case 'recordset':
      return sql`json_populate_recordset(null::${qualified(source.table)}, ${source.rows})`
  }
}

export function joinConditions(
  columns: readonly JoinColumn[],
  parent: Fragment,
  child: Fragment,
): Fragment[] {
  return columns.map((pair) => sql`${column(parent, pair.parent)} = ${column(child, pair.child)}`)
}

export const conjunction = (conditions: readonly Fragment[]): Fragment =>
  conditions.length === 0 ? keyword('true') : join(conditions, ' and ')
