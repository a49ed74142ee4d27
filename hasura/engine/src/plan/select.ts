import { getNamedType, isObjectType, type GraphQLObjectType } from 'graphql'
import { validationFailed } from '../errors.ts'
import type { BoolExp, JoinColumn, RowExpression, RowSource } from '../schema/expressions.ts'
import { fieldMeaning } from '../schema/meaning.ts'
import type { RoleTable } from '../schema/role-types.ts'
import { isBigNumber } from '../schema/scalars.ts'
import type { PgType } from '../catalog/types.ts'
import { planAggregateFields } from './aggregate.ts'
import { readArguments, type ArgumentValues } from './arguments.ts'
import { collectFields, type CollectedField } from './collect.ts'
import type { PlanContext } from './context.ts'
import { computedCall } from './function.ts'
import { jsonPathParameter } from './json-path.ts'
import { planDistinct, planOrderBy } from './order-by.ts'
import { bigInt, customParameter, nonNegativeInt } from './parameters.ts'
import type { FieldPlan, RowsPlan, SelectPlan } from './types.ts'
import { both, planWhere, tableSource, visible } from './where.ts'

/** The object type below the wrappers of a field's type. */
export function objectTypeOf(collected: CollectedField): GraphQLObjectType {
  const type = collected.field && getNamedType(collected.field.type)
  if (!isObjectType(type)) throw validationFailed('not an object type', collected.path)
  return type
}

/** Which rows a list or an aggregate is about: the arguments with the role's filter and limit. */
export function planRows(
  context: PlanContext,
  target: RoleTable,
  source: RowSource,
  join: readonly JoinColumn[],
  args: ArgumentValues,
  path: string,
): RowsPlan {
  const orderBy = planOrderBy(context, args.get('order_by'))
  const limit = args.get('limit')
  const offset = args.get('offset')
  return {
    source,
    join,
    where: both(visible(target), planWhere(context, args.get('where'))),
    orderBy,
    distinctOn: planDistinct(args.get('distinct_on'), orderBy, path),
    limit:
      limit && limit.kind !== 'null'
        ? customParameter(context, limit, nonNegativeInt, '"int4"')
        : null,
    offset:
      offset && offset.kind !== 'null' ? customParameter(context, offset, bigInt, '"int8"') : null,
    permissionLimit: target.select?.limit ?? null,
  }
}

/** One row: an object relationship, a row by its key, a function that returns one row. */
export function singleRow(
  target: RoleTable,
  source: RowSource,
  join: readonly JoinColumn[],
  where?: BoolExp,
): RowsPlan {
  return {
    source,
    join,
    where: where ? both(visible(target), where) : visible(target),
    orderBy: [],
    distinctOn: [],
    limit: null,
    offset: null,
    permissionLimit: null,
  }
}

export function listPlan(
  context: PlanContext,
  collected: CollectedField,
  rows: RowsPlan,
): SelectPlan {
  return { kind: 'list', rows, fields: planRowFields(context, collected), aggregate: [] }
}

export function objectPlan(
  context: PlanContext,
  collected: CollectedField,
  rows: RowsPlan,
): SelectPlan {
  return { kind: 'object', rows, fields: planRowFields(context, collected), aggregate: [] }
}

export function aggregatePlan(
  context: PlanContext,
  collected: CollectedField,
  rows: RowsPlan,
): SelectPlan {
  const aggregate = planAggregateFields(context, collected, (nodes) =>
    planRowFields(context, nodes),
  )
  return { kind: 'aggregate', rows, fields: [], aggregate }
}

/** The selected fields of a table's rows. */
export function planRowFields(context: PlanContext, collected: CollectedField): FieldPlan[] {
  const type = objectTypeOf(collected)
  const { selections, path, depth } = collected
  return collectFields(context, type, selections, path, depth).map((field) =>
    planRowField(context, type, field),
  )
}

function planRowField(
  context: PlanContext,
  type: GraphQLObjectType,
  collected: CollectedField,
): FieldPlan {
  const { key, field, path } = collected
  if (!field) return { kind: 'typename', key, value: type.name }
  const meaning = fieldMeaning(field)
  const args = readArguments(context, collected)
  switch (meaning?.kind) {
    case 'column': {
      const value: RowExpression = { kind: 'column', column: meaning.column.name }
      return valueField(context, collected, args, value, meaning.column.type, meaning.mask)
    }
    case 'computed-scalar': {
      const call = computedCall(context, meaning.field, args, path)
      const value: RowExpression = { kind: 'computed', call }
      return valueField(context, collected, args, value, meaning.type, meaning.mask)
    }
    case 'computed-table': {
      const { target, mask } = meaning
      const call = computedCall(context, meaning.field, args, path)
      const { schema, name } = target.table
      const source: RowSource = { kind: 'function', call, table: { schema, name } }
      const select = listPlan(context, collected, planRows(context, target, source, [], args, path))
      return { kind: 'select', key, select, mask }
    }
    case 'relationship': {
      const { target, relationship } = meaning
      const source = tableSource(target)
      const select =
        relationship.kind === 'object'
          ? objectPlan(context, collected, singleRow(target, source, relationship.join))
          : listPlan(
              context,
              collected,
              planRows(context, target, source, relationship.join, args, path),
            )
      return { kind: 'select', key, select, mask: null }
    }
    case 'relationship-aggregate': {
      const { target, relationship } = meaning
      const rows = planRows(context, target, tableSource(target), relationship.join, args, path)
      return { kind: 'select', key, select: aggregatePlan(context, collected, rows), mask: null }
    }
    default:
      throw validationFailed(`field '${collected.name}' cannot be selected here`, path)
  }
}

export function refuseSelections({ selections, path }: CollectedField): void {
  if (selections.length > 0)
    throw validationFailed('unexpected subselection set for non-object field', path)
}

function valueField(
  context: PlanContext,
  collected: CollectedField,
  args: ArgumentValues,
  value: RowExpression,
  type: PgType,
  mask: BoolExp | null,
): FieldPlan {
  refuseSelections(collected)
  const { key } = collected
  const path = args.get('path')
  return {
    kind: 'value',
    key,
    value,
    stringify: context.stringify && isBigNumber(type),
    jsonPath: path && path.kind !== 'null' ? jsonPathParameter(context, path) : null,
    mask,
  }
}
