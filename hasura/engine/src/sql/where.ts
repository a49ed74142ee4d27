import type { BoolExp, ComparisonOperator, Operand, RowExpression } from '../schema/expressions.ts'
import { conjunction, joinConditions, rowExpression, sourceSql } from './expression.ts'
import { identifier, join, keyword, sql, type Fragment } from './fragment.ts'
import { column, scopeOf, type Scope } from './scope.ts'

const INFIX: Partial<Record<ComparisonOperator, string>> = {
  eq: '=',
  neq: '<>',
  gt: '>',
  lt: '<',
  gte: '>=',
  lte: '<=',
  like: 'like',
  nlike: 'not like',
  ilike: 'ilike',
  nilike: 'not ilike',
  similar: 'similar to',
  nsimilar: 'not similar to',
  regex: '~',
  nregex: '!~',
  iregex: '~*',
  niregex: '!~*',
  contains: '@>',
  contained_in: '<@',
  has_key: '?',
  has_keys_any: '?|',
  has_keys_all: '?&',
  ancestor: '@>',
  ancestor_any: '@>',
  descendant: '<@',
  descendant_any: '<@',
  matches: '~',
  matches_any: '?',
  matches_fulltext: '@',
}

export function comparisonSql(
  operator: ComparisonOperator,
  left: Fragment,
  right: Fragment,
): Fragment {
  if (operator === 'in') return sql`(${left} = any(${right}))`
  if (operator === 'nin') return sql`(${left} <> all(${right}))`
  return sql`(${left} ${keyword(INFIX[operator] ?? '=')} ${right})`
}

/** The condition as SQL; an empty `and` is true, an empty `or` is false. */
export function whereSql(condition: BoolExp, scope: Scope): Fragment {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return logicalSql(condition.kind, condition.of, scope)
    case 'not':
      return sql`(not ${whereSql(condition.of, scope)})`
    case 'compare': {
      const left = readableSql(condition.left, scope)
      const cast = condition.cast === undefined ? left : sql`(${left})::${keyword(condition.cast)}`
      return comparisonSql(condition.operator, cast, operandSql(condition.right, scope))
    }
    case 'is-null': {
      const left = readableSql(condition.left, scope)
      return condition.isNull ? sql`(${left} is null)` : sql`(${left} is not null)`
    }
    case 'is-null-parameter':
      return sql`((${readableSql(condition.left, scope)} is null) = ${condition.right})`
    case 'exists': {
      const row = scope.aliases.next()
      const inner = { ...scope, row }
      const conditions = [
        ...joinConditions(condition.join, scope.row, row),
        whereSql(condition.where, inner),
      ]
      return sql`exists (select 1 from ${sourceSql(condition.source, scope.row)} ${row} where ${conjunction(conditions)})`
    }
    case 'aggregate':
      return aggregateConditionSql(condition, scope)
  }
}

/** What a row has, where the role may read it. */
export function readableSql(expression: RowExpression, scope: Scope): Fragment {
  const value = rowExpression(expression, scope.row)
  if (!expression.mask) return value
  return sql`(case when ${whereSql(expression.mask, scopeOf(scope.aliases, scope.row))} then ${value} end)`
}

function logicalSql(kind: 'and' | 'or', of: readonly BoolExp[], scope: Scope): Fragment {
  if (of.length === 0) return keyword(kind === 'and' ? 'true' : 'false')
  const [only] = of
  if (of.length === 1 && only) return whereSql(only, scope)
  const conditions = of.map((item) => whereSql(item, scope))
  return sql`(${join(conditions, ` ${kind} `)})`
}

const operandSql = (operand: Operand, scope: Scope): Fragment =>
  operand.kind === 'parameter'
    ? sql`${operand.parameter}`
    : column(operand.root ? scope.root : scope.row, operand.column)

function aggregateConditionSql(
  condition: Extract<BoolExp, { kind: 'aggregate' }>,
  scope: Scope,
): Fragment {
  const row = scope.aliases.next()
  const conditions = [
    ...joinConditions(condition.join, scope.row, row),
    whereSql(condition.where, { ...scope, row }),
  ]
  const columns = condition.columns.map((name) => column(row, name))
  const value = aggregateCall(condition.function, columns, condition.distinct)
  const result = identifier('value')
  const predicates = condition.predicates.map((predicate) => {
    if (predicate.kind === 'is-null')
      return predicate.isNull ? sql`(${result} is null)` : sql`(${result} is not null)`
    return comparisonSql(predicate.operator, result, sql`${predicate.right}`)
  })
  const inner = scope.aliases.next()
  return sql`(select ${conjunction(predicates)} from (select ${value} as ${result} from ${sourceSql(condition.source, scope.row)} ${row} where ${conjunction(conditions)}) ${inner})`
}

/** `count` over several columns counts the rows where not all of them are null, as Hasura does. */
export function aggregateCall(
  name: string,
  columns: readonly Fragment[],
  distinct: boolean,
): Fragment {
  if (columns.length === 0) return sql`${keyword(name)}(*)`
  const [only] = columns
  const argument = columns.length === 1 && only ? only : sql`(${join(columns, ', ')})`
  return sql`${keyword(name)}(${keyword(distinct ? 'distinct ' : '')}${argument})`
}
