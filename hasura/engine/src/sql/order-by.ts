import type { OrderByItem, OrderExpression } from '../schema/expressions.ts'
import { conjunction, joinConditions, rowExpression, sourceSql } from './expression.ts'
import { join, keyword, sql, type Fragment } from './fragment.ts'
import { scopeOf, type Scope } from './scope.ts'
import { readableSql, whereSql } from './where.ts'

/** ` order by …`, or nothing. */
export function orderBySql(items: readonly OrderByItem[], scope: Scope): Fragment {
  if (items.length === 0) return keyword('')
  const terms = items.map(
    ({ by, direction, nulls }) =>
      sql`${orderExpressionSql(by, scope)} ${keyword(direction)} nulls ${keyword(nulls)}`,
  )
  return sql` order by ${join(terms, ', ')}`
}

function orderExpressionSql(expression: OrderExpression, scope: Scope): Fragment {
  if (expression.kind === 'column' || expression.kind === 'computed')
    return readableSql(expression, scope)
  const row = scope.aliases.next()
  const inner = scopeOf(scope.aliases, row)
  const conditions = conjunction([
    ...joinConditions(expression.join, scope.row, row),
    whereSql(expression.where, inner),
  ])
  const from = sql`from ${sourceSql(expression.source, scope.row)} ${row} where ${conditions}`
  if (expression.kind === 'object')
    return sql`(select ${orderExpressionSql(expression.by, inner)} ${from} limit 1)`
  const argument = expression.of ? rowExpression(expression.of, row) : keyword('*')
  return sql`(select ${keyword(expression.function)}(${argument}) ${from})`
}
