import type { Catalog, CatalogTable, PgType } from '../catalog/types.ts'
import { qualifiedKey, qualifiedName, qualifiedText } from '../metadata/common.ts'
import type { Json, JsonObject } from '../metadata/common.ts'
import { metadataText } from './codecs.ts'
import type { BoolExp, BoundParameter, ComparisonOperator, RowExpression } from './expressions.ts'
import { functionCall } from './function-call.ts'
import { Inconsistency } from './inconsistency.ts'
import { quoted } from './names.ts'
import { operandSqlType, operatorsOf } from './operators.ts'
import { sqlTypeName } from './scalars.ts'
import type { TrackedSource, TrackedTable } from './tracked-types.ts'

// The conditions of permissions, as metadata writes them: column names are those of SQL, strings
// that begin with x-hasura- are session variables, operators may be written with $ for _.

export interface FilterContext {
  readonly catalog: Catalog
  readonly source: TrackedSource
  readonly table: TrackedTable
  /** The table that the whole condition is about; `["$", "column"]` names its columns. */
  readonly root: TrackedTable
}

const SESSION_VARIABLE = /^x-hasura-/i

export const sessionVariable = (value: Json): string | null =>
  typeof value === 'string' && SESSION_VARIABLE.test(value) ? value.toLowerCase() : null

/** A value of a permission or preset: bound, whether it is fixed or comes from the session. */
export function metadataParameter(value: Json, type: PgType, list = false): BoundParameter {
  const sqlType = operandSqlType({ type, list })
  const name = sessionVariable(value)
  if (name !== null) return { source: { from: 'session', name }, sqlType }
  return { source: { from: 'literal', text: metadataText(type, value) }, sqlType }
}

const asList = (value: Json): Json[] => (Array.isArray(value) ? value : [value])
const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function permissionFilter(filter: Json, context: FilterContext): BoolExp {
  if (!isObject(filter)) throw new Inconsistency(`a boolean expression must be an object`)
  const of = Object.entries(filter).map(([key, value]) => member(key, value, context))
  return of.length === 1 && of[0] ? of[0] : { kind: 'and', of }
}

function member(key: string, value: Json, context: FilterContext): BoolExp {
  const name = key.replace(/^\$/, '_')
  if (name === '_and' || name === '_or')
    return {
      kind: name === '_and' ? 'and' : 'or',
      of: asList(value).map((item) => permissionFilter(item, context)),
    }
  if (name === '_not') return { kind: 'not', of: permissionFilter(value, context) }
  if (name === '_exists') return existsFilter(value, context)
  const { table } = context
  const column = table.catalog.columns.find((known) => known.name === key)
  if (column) return comparisons({ kind: 'column', column: key }, column.type, value, context)
  const relationship = table.relationships.find((known) => known.name === key)
  if (relationship) {
    const target = trackedTable(context, qualifiedKey(relationship.target))
    return {
      kind: 'exists',
      source: { kind: 'table', table: relationship.target },
      join: relationship.join,
      where: permissionFilter(value, { ...context, table: target }),
    }
  }
  const computed = table.computedFields.find((known) => known.name === key)
  if (!computed)
    throw new Inconsistency(
      `${quoted(key)} does not exist in table ${quoted(qualifiedText(table))}`,
    )
  const call = functionCall(computed.function, computed.arguments, new Map())
  if (computed.returns.kind === 'scalar')
    return comparisons({ kind: 'computed', call }, computed.returns.type, value, context)
  const target = trackedTable(context, qualifiedKey(computed.returns.table))
  return {
    kind: 'exists',
    source: { kind: 'function', call, table: computed.returns.table },
    join: [],
    where: permissionFilter(value, { ...context, table: target }),
  }
}

function trackedTable({ source }: FilterContext, key: string): TrackedTable {
  const table = source.tables.get(key)
  if (!table) throw new Inconsistency(`table ${key} is not tracked`)
  return table
}

function existsFilter(value: Json, context: FilterContext): BoolExp {
  const where = isObject(value) ? (value._where ?? {}) : {}
  const parsed = qualifiedName.safeParse(isObject(value) ? value._table : null)
  if (!parsed.success) throw new Inconsistency('_exists wants _table and _where')
  const table = context.source.tables.get(qualifiedKey(parsed.data))
  if (!table)
    throw new Inconsistency(
      `table ${quoted(qualifiedText(parsed.data))} does not exist in source: "default"`,
    )
  return {
    kind: 'exists',
    source: { kind: 'table', table: parsed.data },
    join: [],
    where: permissionFilter(where, { ...context, table }),
  }
}

function comparisons(
  left: RowExpression,
  type: PgType,
  value: Json,
  context: FilterContext,
): BoolExp {
  // {"column": value} is short for {"column": {"_eq": value}}
  if (!isObject(value)) return compare(left, type, '_eq', value, context)
  const of = Object.entries(value).map(([operator, operand]) =>
    compare(left, type, operator.replace(/^\$/, '_'), operand, context),
  )
  return of.length === 1 && of[0] ? of[0] : { kind: 'and', of }
}

const COLUMN_OPERATORS: Readonly<Record<string, ComparisonOperator>> = {
  _ceq: 'eq',
  _cne: 'neq',
  _cneq: 'neq',
  _cgt: 'gt',
  _clt: 'lt',
  _cgte: 'gte',
  _clte: 'lte',
}

function compare(
  left: RowExpression,
  type: PgType,
  operatorName: string,
  value: Json,
  context: FilterContext,
): BoolExp {
  const columnOperator = COLUMN_OPERATORS[operatorName]
  if (columnOperator)
    return { kind: 'compare', left, operator: columnOperator, right: columnOperand(value, context) }
  if (operatorName === '_is_null') {
    if (typeof value === 'boolean') return { kind: 'is-null', left, isNull: value }
    const name = sessionVariable(value)
    if (name === null) throw new Inconsistency('_is_null wants a boolean')
    const right: BoundParameter = { source: { from: 'session', name }, sqlType: '"bool"' }
    return { kind: 'is-null-parameter', left, right }
  }
  if (operatorName === '_cast' && isObject(value)) return castComparisons(left, value, context)
  const aliased = operatorName === '_ne' ? '_neq' : operatorName
  const info = operatorsOf(type, context.catalog).find(({ name }) => name === aliased)
  if (!info)
    throw new Inconsistency(
      `unexpected operator ${quoted(operatorName)} for type ${quoted(type.name)}`,
    )
  const { operator, operand } = info
  if (operand.list && Array.isArray(value) && value.some((item) => sessionVariable(item)))
    return listWithVariables(left, operator, value, operand.type)
  const right = metadataParameter(value, operand.type, operand.list)
  return { kind: 'compare', left, operator, right: { kind: 'parameter', parameter: right } }
}

/** A list whose items are partly session variables is compared item by item. */
function listWithVariables(
  left: RowExpression,
  operator: ComparisonOperator,
  values: readonly Json[],
  type: PgType,
): BoolExp {
  const single = { in: 'eq', nin: 'neq', has_keys_any: 'has_key', has_keys_all: 'has_key' } as const
  const each = operator in single ? single[operator as keyof typeof single] : null
  if (!each) throw new Inconsistency(`session variables cannot stand in a list of _${operator}`)
  const of = values.map((value): BoolExp => ({
    kind: 'compare',
    left,
    operator: each,
    right: { kind: 'parameter', parameter: metadataParameter(value, type) },
  }))
  return { kind: operator === 'nin' || operator === 'has_keys_all' ? 'and' : 'or', of }
}

function castComparisons(left: RowExpression, value: JsonObject, context: FilterContext): BoolExp {
  const of = Object.entries(value).map(([target, comparison]) => {
    const name = target === 'String' ? 'text' : target
    const type = context.catalog.scalarTypes.get(name)
    if (!type) throw new Inconsistency(`cannot cast to ${quoted(target)}`)
    return withCast(comparisons(left, type, comparison, context), sqlTypeName(type))
  })
  return { kind: 'and', of }
}

function withCast(condition: BoolExp, cast: string): BoolExp {
  if (condition.kind === 'compare') return { ...condition, cast }
  if (condition.kind === 'and' || condition.kind === 'or')
    return { ...condition, of: condition.of.map((item) => withCast(item, cast)) }
  return condition
}

function columnOperand(value: Json, context: FilterContext) {
  const [name, root] = columnReference(value)
  const table: CatalogTable = (root ? context.root : context.table).catalog
  if (!table.columns.some((column) => column.name === name))
    throw new Inconsistency(
      `column ${quoted(name)} does not exist in table ${quoted(qualifiedText(table))}`,
    )
  return { kind: 'column', column: name, root } as const
}

function columnReference(value: Json): readonly [string, boolean] {
  if (typeof value === 'string') return [value, false]
  const [first, second] = Array.isArray(value) ? value : []
  if (typeof first === 'string' && second === undefined) return [first, false]
  if (first === '$' && typeof second === 'string') return [second, true]
  throw new Inconsistency('a column comparison wants the name of a column, or ["$", name]')
}
