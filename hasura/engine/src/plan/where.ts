import { validationFailed } from '../errors.ts'
import type {
  AggregatePredicate,
  BoolExp,
  JoinColumn,
  RowExpression,
  RowSource,
} from '../schema/expressions.ts'
import { alwaysTrue } from '../schema/expressions.ts'
import { functionCall } from '../schema/function-call.ts'
import { enumColumn, inputMeaning, type InputMeaning } from '../schema/meaning.ts'
import type { RoleTable } from '../schema/role-types.ts'
import { sqlTypeName } from '../schema/scalars.ts'
import type { PlanContext } from './context.ts'
import { unexpectedNull, type InputMember, type InputValue } from './input.ts'
import { parameter } from './parameters.ts'

type ObjectValue = Extract<InputValue, { kind: 'object' }>

/** null is no condition only where the argument as a whole is null; inside it is a mistake. */
export function planWhere(context: PlanContext, value: InputValue | undefined): BoolExp {
  if (!value || value.kind === 'null') return alwaysTrue
  return objectWhere(context, asObject(value))
}

export const both = (...conditions: readonly BoolExp[]): BoolExp => {
  const of = conditions.filter((item) => item.kind !== 'and' || item.of.length > 0)
  return of.length === 1 && of[0] ? of[0] : { kind: 'and', of }
}

/** The rows of a table that the role may see. */
export const visible = (target: RoleTable): BoolExp => target.select?.filter ?? alwaysTrue

export const tableSource = ({ table: { schema, name } }: RoleTable): RowSource => ({
  kind: 'table',
  table: { schema, name },
})

function asObject(value: InputValue): ObjectValue {
  if (value.kind === 'object') return value
  throw validationFailed('expected an object', value.path)
}

export const asList = (value: InputValue): readonly InputValue[] =>
  value.kind === 'list' ? value.items : value.kind === 'null' ? [] : [value]

function objectWhere(context: PlanContext, value: ObjectValue): BoolExp {
  return both(...value.fields.map((member) => memberWhere(context, member)))
}

function memberWhere(context: PlanContext, { field, value }: InputMember): BoolExp {
  const meaning = inputMeaning(field)
  if (value.kind === 'null') throw unexpectedNull(field.type, value.path)
  switch (meaning?.kind) {
    case 'and':
    case 'or':
      return { kind: meaning.kind, of: asList(value).map((item) => planWhere(context, item)) }
    case 'not':
      return { kind: 'not', of: planWhere(context, value) }
    case 'column':
      return comparisons(context, columnExpression(meaning), value)
    case 'computed-scalar':
      return comparisons(context, computedExpression(meaning), value)
    case 'computed-table':
      return {
        kind: 'exists',
        source: computedSource(meaning),
        join: [],
        where: both(visible(meaning.target), planWhere(context, value)),
      }
    case 'relationship':
      return {
        kind: 'exists',
        source: tableSource(meaning.target),
        join: meaning.relationship.join,
        where: both(visible(meaning.target), planWhere(context, value)),
      }
    case 'relationship-aggregate':
      return aggregateWhere(context, meaning.target, meaning.relationship.join, asObject(value))
    default:
      throw validationFailed(`unexpected field '${field.name}'`, value.path)
  }
}

export const columnExpression = ({
  column,
  mask,
}: Extract<InputMeaning, { kind: 'column' }>): RowExpression => ({
  kind: 'column',
  column: column.name,
  mask: mask ?? null,
})

export const computedExpression = ({
  field,
  mask,
}: Extract<InputMeaning, { kind: 'computed-scalar' }>): RowExpression => ({
  kind: 'computed',
  call: functionCall(field.function, field.arguments, new Map()),
  mask: mask ?? null,
})

export function computedSource({
  field,
  target,
}: Extract<InputMeaning, { kind: 'computed-table' }>): RowSource {
  const { schema, name } = target.table
  const call = functionCall(field.function, field.arguments, new Map())
  return { kind: 'function', call, table: { schema, name } }
}

/** The operators of a comparison expression. */
function comparisons(
  context: PlanContext,
  left: RowExpression,
  value: InputValue,
  cast?: string,
): BoolExp {
  const conditions = asObject(value).fields.map(({ field, value: operand }): BoolExp => {
    const meaning = inputMeaning(field)
    if (operand.kind === 'null') throw unexpectedNull(field.type, operand.path)
    if (meaning?.kind === 'is-null') return isNull(context, left, operand)
    if (field.name === '_cast') return casts(context, left, operand)
    if (meaning?.kind !== 'operator')
      throw validationFailed(`unexpected operator '${field.name}'`, operand.path)
    const { operator, operand: type } = meaning.info
    const right = {
      kind: 'parameter',
      parameter: parameter(context, operand, type.type, type.list),
    } as const
    return { kind: 'compare', left, operator, right, ...(cast === undefined ? {} : { cast }) }
  })
  return both(...conditions)
}

function isNull(context: PlanContext, left: RowExpression, value: InputValue): BoolExp {
  if (value.kind === 'leaf' && typeof value.json === 'boolean')
    return { kind: 'is-null', left, isNull: value.json }
  const type = { schema: 'pg_catalog', name: 'bool', kind: 'base', element: null } as const
  return { kind: 'is-null-parameter', left, right: parameter(context, value, type) }
}

function casts(context: PlanContext, left: RowExpression, value: InputValue): BoolExp {
  const conditions = asObject(value).fields.map(({ field, value: comparison }) => {
    const meaning = inputMeaning(field)
    if (meaning?.kind !== 'cast')
      throw validationFailed(`unexpected cast '${field.name}'`, comparison.path)
    return comparisons(context, left, comparison, sqlTypeName(meaning.type))
  })
  return both(...conditions)
}

function aggregateWhere(
  context: PlanContext,
  target: RoleTable,
  join: readonly JoinColumn[],
  value: ObjectValue,
): BoolExp {
  const conditions = value.fields.map(({ field, value: predicate }): BoolExp => {
    const meaning = inputMeaning(field)
    if (meaning?.kind !== 'aggregate-predicate')
      throw validationFailed(`unexpected field '${field.name}'`, predicate.path)
    const members = new Map(
      asObject(predicate).fields.map((member) => [member.field.name, member.value] as const),
    )
    const columns = asList(members.get('arguments') ?? { kind: 'null', path: '' })
    const distinct = members.get('distinct')
    const comparison = members.get('predicate')
    return {
      kind: 'aggregate',
      source: tableSource(target),
      join,
      where: both(visible(target), planWhere(context, members.get('filter'))),
      function: meaning.function,
      columns: columns.flatMap((column) =>
        column.kind === 'enum' ? [enumColumn(column.type, column.name).name] : [],
      ),
      distinct: distinct ? isTrue(context, distinct) : false,
      predicates: comparison ? predicates(context, asObject(comparison)) : [],
    }
  })
  return both(...conditions)
}

/** A boolean that shapes the statement. */
export function isTrue(context: PlanContext, value: InputValue): boolean {
  if (value.kind !== 'variable') return value.kind === 'leaf' && value.json === true
  const { value: given } = context.structuralVariable(value.name, value.path)
  return given.from === 'request' && given.json === true
}

function predicates(context: PlanContext, value: ObjectValue): AggregatePredicate[] {
  return value.fields.map(({ field, value: operand }): AggregatePredicate => {
    const meaning = inputMeaning(field)
    if (operand.kind === 'null') throw unexpectedNull(field.type, operand.path)
    if (meaning?.kind === 'is-null') return { kind: 'is-null', isNull: isTrue(context, operand) }
    if (meaning?.kind !== 'operator')
      throw validationFailed(`unexpected operator '${field.name}'`, operand.path)
    const { operator, operand: type } = meaning.info
    return {
      kind: 'compare',
      operator,
      right: parameter(context, operand, type.type, type.list),
    }
  })
}
