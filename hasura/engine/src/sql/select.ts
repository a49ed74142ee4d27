import type { FieldPlan, RowsPlan, SelectPlan } from '../plan/types.ts'
import { aggregateSql } from './aggregate.ts'
import { conjunction, joinConditions, rowExpression, sourceSql } from './expression.ts'
import { constant, join, keyword, sql, type Fragment } from './fragment.ts'
import { columnsSql, objectSql, rowObjectSql, type Member } from './json.ts'
import { orderBySql } from './order-by.ts'
import { scopeOf, type Aliases, type Scope } from './scope.ts'
import { whereSql } from './where.ts'

/** A scalar subquery that gives the selection as JSON. `parent` is the row it hangs on. */
export function selectSql(plan: SelectPlan, aliases: Aliases, parent: Fragment | null): Fragment {
  const row = aliases.next()
  const outer = aliases.next()
  if (plan.kind === 'aggregate') {
    const tail = rowsTail(plan.rows, scopeOf(aliases, row), parent, rowsLimit(plan.rows, null))
    return aggregateSql(plan, {
      aliases,
      row,
      outer,
      nodeFields: (fields) => fieldsSql(fields, aliases, row),
      rows: (carried) => sql`select ${distinctSql(plan.rows, row)}${row}.*${carried} ${tail}`,
    })
  }
  const isList = plan.kind === 'list'
  const limit = isList ? rowsLimit(plan.rows, plan.rows.permissionLimit) : sql` limit 1`
  const tail = rowsTail(plan.rows, scopeOf(aliases, row), parent, limit)
  const members = plan.fields.map((field) => fieldSql(field, aliases, row))
  const columns = columnsSql(members)
  const selected = columns ?? sql`${objectSql(members)} as j`
  const object = columns ? outer : sql`${outer}.j`
  const result = isList
    ? sql`coalesce(json_agg(${object}), '[]')`
    : columns
      ? sql`row_to_json(${object})`
      : object
  return sql`(select ${result} from (select ${distinctSql(plan.rows, row)}${selected} ${tail}) ${outer})`
}

/** FROM, WHERE, ORDER BY and what follows. */
function rowsTail(
  rows: RowsPlan,
  scope: Scope,
  parent: Fragment | null,
  limit: Fragment,
): Fragment {
  const conditions = [
    ...(parent ? joinConditions(rows.join, parent, scope.row) : []),
    whereSql(rows.where, scope),
  ]
  const source = sourceSql(rows.source, parent)
  const order = orderBySql(distinctFirst(rows), scope)
  return sql`from ${source} ${scope.row} where ${conjunction(conditions)}${order}${limit}`
}

/** DISTINCT ON wants its columns first in ORDER BY; without an order they are the order. */
function distinctFirst({ orderBy, distinctOn }: RowsPlan): RowsPlan['orderBy'] {
  if (orderBy.length > 0) return orderBy
  return distinctOn.map((by) => ({ by, direction: 'asc', nulls: 'last' }))
}

function distinctSql({ distinctOn }: RowsPlan, row: Fragment): Fragment {
  if (distinctOn.length === 0) return keyword('')
  const columns = distinctOn.map((expression) => rowExpression(expression, row))
  return sql`distinct on (${join(columns, ', ')}) `
}

function rowsLimit({ limit, offset }: RowsPlan, permissionLimit: number | null): Fragment {
  const skip = offset ? sql` offset ${offset}` : keyword('')
  if (limit && permissionLimit !== null)
    return sql` limit least(${limit}, ${permissionLimit})${skip}`
  if (limit) return sql` limit ${limit}${skip}`
  if (permissionLimit !== null) return sql` limit ${permissionLimit}${skip}`
  return skip
}

/** The selected fields of a row as one JSON object. */
export function fieldsSql(fields: readonly FieldPlan[], aliases: Aliases, row: Fragment): Fragment {
  return rowObjectSql(
    fields.map((field) => fieldSql(field, aliases, row)),
    aliases.next(),
  )
}

function fieldSql(field: FieldPlan, aliases: Aliases, row: Fragment): Member {
  const { key } = field
  if (field.kind === 'typename') return { key, value: sql`${constant(field.value)}::text` }
  const value =
    field.kind === 'select' ? selectSql(field.select, aliases, row) : valueSql(field, row)
  if (!field.mask) return { key, value }
  const mask = whereSql(field.mask, scopeOf(aliases, row))
  return { key, value: sql`case when ${mask} then ${value} end` }
}

function valueSql(field: Extract<FieldPlan, { kind: 'value' }>, row: Fragment): Fragment {
  const value = rowExpression(field.value, row)
  if (field.jsonPath) return sql`(${value} #> ${field.jsonPath})`
  return field.stringify ? sql`(${value})::text` : value
}

/** The rows of a stream's batch: columns `j` (the selection) and `c` (the cursor after the row). */
export function streamRows(
  plan: SelectPlan,
  aliases: Aliases,
  row: Fragment,
  beyond: Fragment,
  cursor: Fragment,
): Fragment {
  const scope = scopeOf(aliases, row)
  const { source, where, orderBy, permissionLimit } = plan.rows
  const order = orderBySql(orderBy, scope)
  const limit = rowsLimit(plan.rows, permissionLimit)
  return sql`select ${fieldsSql(plan.fields, aliases, row)} as j, ${cursor} as c from ${sourceSql(source, null)} ${row} where ${beyond} and ${whereSql(where, scope)}${order}${limit}`
}
