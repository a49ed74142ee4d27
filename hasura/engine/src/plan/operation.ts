import type { GraphQLObjectType, OperationDefinitionNode } from 'graphql'
import { validationFailed } from '../errors.ts'
import { fieldMeaning, type FieldMeaning } from '../schema/meaning.ts'
import { planAction, planActionResult } from './action.ts'
import { readArguments } from './arguments.ts'
import { collectFields, type CollectedField } from './collect.ts'
import type { PlanContext } from './context.ts'
import { planDelete, planDeleteByPrimaryKey } from './delete.ts'
import { planCall } from './function.ts'
import { planInsert, planInsertOne } from './insert.ts'
import { introspectionText } from './introspection.ts'
import { primaryKeyCondition } from './primary-key.ts'
import {
  aggregatePlan,
  listPlan,
  objectPlan,
  planRows,
  refuseSelections,
  singleRow,
} from './select.ts'
import { planStream } from './stream.ts'
import type { OperationPlan, RootPlan, SelectPlan } from './types.ts'
import { planUpdate, planUpdateByPrimaryKey, planUpdateMany } from './update.ts'
import { tableSource } from './where.ts'

/** Plans the root fields of an operation. Permissions are part of the plan. */
export function planOperation(
  context: PlanContext,
  operation: OperationDefinitionNode,
): OperationPlan {
  const kind = operation.operation
  const type = rootType(context, kind)
  for (const { name } of operation.directives ?? [])
    if (!['cached', '_multiple_top_level_fields'].includes(name.value))
      throw validationFailed(`directive '${name.value}' is not defined in the schema`, '$')
  const collected = collectFields(context, type, [operation.selectionSet], '$', 0)
  const roots = collected.map((field) => planRoot(context, operation, type, field))
  if (kind === 'subscription' && roots.length > 1 && !allowsManyRoots(operation))
    throw validationFailed('subscriptions must select one top level field', '$')
  return { kind, name: operation.name?.value ?? null, roots }
}

const allowsManyRoots = ({ directives }: OperationDefinitionNode): boolean =>
  (directives ?? []).some(({ name }) => name.value === '_multiple_top_level_fields')

function rootType(context: PlanContext, kind: OperationPlan['kind']): GraphQLObjectType {
  const types = {
    query: context.schema.getQueryType(),
    mutation: context.schema.getMutationType(),
    subscription: context.schema.getSubscriptionType(),
  }
  const type = types[kind]
  if (!type) throw validationFailed(`no ${kind === 'query' ? 'queries' : `${kind}s`} exist`, '$')
  return type
}

function planRoot(
  context: PlanContext,
  operation: OperationDefinitionNode,
  type: GraphQLObjectType,
  collected: CollectedField,
): RootPlan {
  const { key, path, field } = collected
  if (!field) {
    refuseSelections(collected)
    return { kind: 'text', key, path, text: JSON.stringify(type.name) }
  }
  if (collected.name === '__schema' || collected.name === '__type')
    return { kind: 'text', key, path, text: introspectionText(context, operation, collected) }
  const meaning = fieldMeaning(field)
  switch (meaning?.kind) {
    case 'select':
    case 'select-aggregate':
    case 'select-by-pk':
    case 'function':
    case 'function-aggregate':
      return { kind: 'select', key, path, select: planSelect(context, collected, meaning) }
    case 'stream':
      return planStream(context, collected, meaning.table)
    case 'insert':
      return planInsert(context, collected, meaning.table)
    case 'insert-one':
      return planInsertOne(context, collected, meaning.table)
    case 'update':
      return planUpdate(context, collected, meaning.table)
    case 'update-by-pk':
      return planUpdateByPrimaryKey(context, collected, meaning.table)
    case 'update-many':
      return planUpdateMany(context, collected, meaning.table)
    case 'delete':
      return planDelete(context, collected, meaning.table)
    case 'delete-by-pk':
      return planDeleteByPrimaryKey(context, collected, meaning.table)
    case 'action':
    case 'action-async':
      return planAction(context, collected, meaning)
    case 'action-result':
      return planActionResult(context, collected, meaning.action)
    case 'nothing-available':
      return { kind: 'text', key, path, text: JSON.stringify('') }
    default:
      throw validationFailed(`field '${collected.name}' cannot be selected here`, path)
  }
}

type SelectMeaning = Extract<
  FieldMeaning,
  { kind: 'select' | 'select-aggregate' | 'select-by-pk' | 'function' | 'function-aggregate' }
>

function planSelect(
  context: PlanContext,
  collected: CollectedField,
  meaning: SelectMeaning,
): SelectPlan {
  const { table } = meaning
  const { path } = collected
  const args = readArguments(context, collected)
  if (meaning.kind === 'select-by-pk') {
    const where = primaryKeyCondition(context, collected, args)
    return objectPlan(context, collected, singleRow(table, tableSource(table), [], where))
  }
  if (!('function' in meaning)) {
    const rows = planRows(context, table, tableSource(table), [], args, path)
    return meaning.kind === 'select'
      ? listPlan(context, collected, rows)
      : aggregatePlan(context, collected, rows)
  }
  const { function: tracked } = meaning
  const call = planCall(context, tracked.function, tracked.arguments, args, path)
  const { schema, name } = table.table
  const source = { kind: 'function', call, table: { schema, name } } as const
  const rows = planRows(context, table, source, [], args, path)
  if (meaning.kind === 'function-aggregate') return aggregatePlan(context, collected, rows)
  return tracked.function.returnsSet
    ? listPlan(context, collected, rows)
    : objectPlan(context, collected, rows)
}
