import type { AggregateColumn, AggregateField, AggregatePart, SelectPlan } from '../plan/types.ts'
import { rowExpression } from './expression.ts'
import { constant, identifier, keyword, sql, type Fragment } from './fragment.ts'
import { objectSql, type Member } from './json.ts'
import type { Aliases } from './scope.ts'
import { column } from './scope.ts'
import { aggregateCall } from './where.ts'

/** Where the rows to be aggregated carry the JSON of a `nodes` selection. */
export const nodeColumn = (index: number): Fragment => identifier(`purser node ${index}`)

/** `aggregate` and `nodes` over the same rows, read once. */
export function aggregatePartsSql(
  plan: SelectPlan,
  rows: Fragment,
  outer: Fragment,
  aliases: Aliases,
): Fragment {
  const { permissionLimit } = plan.rows
  const hasNodes = plan.aggregate.some(({ kind }) => kind === 'nodes')
  const members = plan.aggregate.map((part, index) => partSql(part, index, outer, permissionLimit))
  if (!hasNodes || permissionLimit === null)
    return sql`(select ${objectSql(members)} from (${rows}) ${outer})`
  // The role's limit holds for nodes alone, so the rows are numbered in their order.
  const inner = aliases.next()
  return sql`(select ${objectSql(members)} from (select ${inner}.*, row_number() over () as "purser row" from (${rows}) ${inner}) ${outer})`
}

function partSql(
  part: AggregatePart,
  index: number,
  row: Fragment,
  permissionLimit: number | null,
): Member {
  const { key } = part
  switch (part.kind) {
    case 'typename':
      return { key, value: sql`${constant(part.value)}::text` }
    case 'nodes': {
      const filter =
        permissionLimit === null
          ? keyword('')
          : sql` filter (where ${row}."purser row" <= ${permissionLimit})`
      const nodes = sql`json_agg(${row}.${nodeColumn(index)})${filter}`
      return { key, value: sql`coalesce(${nodes}, '[]')` }
    }
    case 'aggregate':
      return { key, value: objectSql(part.fields.map((field) => aggregateFieldSql(field, row))) }
  }
}

function aggregateFieldSql(field: AggregateField, row: Fragment): Member {
  const { key } = field
  switch (field.kind) {
    case 'typename':
      return { key, value: sql`${constant(field.value)}::text` }
    case 'count': {
      const columns = field.columns.map((name) => column(row, name))
      return { key, value: aggregateCall('count', columns, field.distinct) }
    }
    case 'columns':
      return {
        key,
        value: objectSql(
          field.fields.map((member) => aggregateColumnSql(member, field.function, row)),
        ),
      }
  }
}

function aggregateColumnSql(field: AggregateColumn, name: string, row: Fragment): Member {
  const { key } = field
  if (field.kind === 'typename') return { key, value: sql`${constant(field.value)}::text` }
  const value = sql`${keyword(name)}(${rowExpression(field.value, row)})`
  return { key, value: field.stringify ? sql`(${value})::text` : value }
}
