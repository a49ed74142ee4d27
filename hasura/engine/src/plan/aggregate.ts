import { getNamedType, isObjectType, type GraphQLObjectType } from 'graphql'
import { validationFailed } from '../errors.ts'
import { enumColumn, fieldMeaning } from '../schema/meaning.ts'
import { isBigNumber } from '../schema/scalars.ts'
import { readArguments } from './arguments.ts'
import { collectFields, type CollectedField } from './collect.ts'
import type { PlanContext } from './context.ts'
import { computedCall } from './function.ts'
import type { AggregateColumn, AggregateField, AggregatePart, FieldPlan } from './types.ts'
import { asList, isTrue } from './where.ts'

function inner(context: PlanContext, collected: CollectedField) {
  const type = collected.field && getNamedType(collected.field.type)
  if (!isObjectType(type)) throw validationFailed('not an object type', collected.path)
  const { selections, path, depth } = collected
  return { type, fields: collectFields(context, type, selections, path, depth) }
}

const typename = (key: string, type: GraphQLObjectType) =>
  ({ kind: 'typename', key, value: type.name }) as const

/** The fields of `<t>_aggregate`. */
export function planAggregateFields(
  context: PlanContext,
  collected: CollectedField,
  planNodes: (nodes: CollectedField) => FieldPlan[],
): AggregatePart[] {
  const { type, fields } = inner(context, collected)
  return fields.map((part): AggregatePart => {
    const { key, field } = part
    if (!field) return typename(key, type)
    readArguments(context, part)
    if (fieldMeaning(field)?.kind === 'nodes')
      return { kind: 'nodes', key, fields: planNodes(part) }
    return { kind: 'aggregate', key, fields: planAggregate(context, part) }
  })
}

function planAggregate(context: PlanContext, collected: CollectedField): AggregateField[] {
  const { type, fields } = inner(context, collected)
  return fields.map((part): AggregateField => {
    const { key, field } = part
    if (!field) return typename(key, type)
    const meaning = fieldMeaning(field)
    const args = readArguments(context, part)
    if (meaning?.kind === 'aggregate-function')
      return {
        kind: 'columns',
        key,
        function: meaning.function,
        fields: planColumns(context, part),
      }
    const distinct = args.get('distinct')
    const columns = args.get('columns')
    return {
      kind: 'count',
      key,
      columns: columns
        ? asList(columns).flatMap((column) =>
            column.kind === 'enum' ? [enumColumn(column.type, column.name).name] : [],
          )
        : [],
      distinct: distinct ? isTrue(context, distinct) : false,
    }
  })
}

function planColumns(context: PlanContext, collected: CollectedField): AggregateColumn[] {
  const { type, fields } = inner(context, collected)
  return fields.map((part): AggregateColumn => {
    const { key, field, path } = part
    if (!field) return typename(key, type)
    const meaning = fieldMeaning(field)
    const args = readArguments(context, part)
    if (meaning?.kind === 'computed-scalar') {
      const call = computedCall(context, meaning.field, args, path)
      const stringify = context.stringify && isBigNumber(meaning.type)
      return {
        kind: 'value',
        key,
        value: { kind: 'computed', call, mask: meaning.mask },
        stringify,
      }
    }
    if (meaning?.kind !== 'column') throw validationFailed('not a column', path)
    return {
      kind: 'value',
      key,
      value: { kind: 'column', column: meaning.column.name },
      stringify: context.stringify && isBigNumber(meaning.column.type),
    }
  })
}
