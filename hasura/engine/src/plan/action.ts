import {
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLOutputType,
} from 'graphql'
import type { ActionMetadata } from '../metadata/actions.ts'
import { HasuraError, validationFailed } from '../errors.ts'
import type { Json } from '../metadata/common.ts'
import { fieldMeaning, type FieldMeaning } from '../schema/meaning.ts'
import { sqlTypeName } from '../schema/scalars.ts'
import { readArguments, type ArgumentValues } from './arguments.ts'
import { collectFields, type CollectedField } from './collect.ts'
import type { PlanContext } from './context.ts'
import { inputJson, setMember } from './input.ts'
import {
  aggregatePlan,
  listPlan,
  objectPlan,
  planRows,
  refuseSelections,
  singleRow,
} from './select.ts'
import type {
  ActionOutput,
  ActionOutputField,
  ActionRelationship,
  ActionResultPlan,
  RootPlan,
} from './types.ts'
import { tableSource } from './where.ts'

type ActionMeaning = Extract<FieldMeaning, { kind: 'action' | 'action-async' | 'action-result' }>

/** A call of an action: its input, and the shape of the answer. */
export function planAction(
  context: PlanContext,
  collected: CollectedField,
  meaning: ActionMeaning,
): RootPlan {
  const { key, path, field } = collected
  const args = readArguments(context, collected, true)
  const input: Record<string, Json> = {}
  for (const [name, value] of args) setMember(context, input, name, value, true)
  const isAsync = meaning.kind === 'action-async'
  if (isAsync) refuseSelections(collected)
  const output: ActionOutput =
    isAsync || !field
      ? { kind: 'scalar', nullable: false, typeName: 'uuid', enumValues: null }
      : actionOutput(context, field.type, collected)
  return {
    kind: isAsync ? 'action-async-insert' : 'action',
    key,
    path,
    action: { definition: meaning.action, input, output },
  }
}

/** What the action's handler must answer, with the selection where it was made. */
function actionOutput(
  context: PlanContext,
  type: GraphQLOutputType,
  collected: CollectedField,
): ActionOutput {
  if (isNonNullType(type))
    return { ...actionOutput(context, type.ofType, collected), nullable: false }
  if (isListType(type))
    return { kind: 'list', nullable: true, of: actionOutput(context, type.ofType, collected) }
  if (!isObjectType(type)) {
    refuseSelections(collected)
    return leafOutput(type)
  }
  const { selections, path, depth } = collected
  const fields = collectFields(context, type, selections, path, depth).map(
    (member): ActionOutputField => {
      const { key, field } = member
      if (!field) return { kind: 'typename', key, value: type.name }
      const meaning = fieldMeaning(field)
      const args = readArguments(context, member)
      if (meaning?.kind === 'action-relationship') {
        const relationship = actionRelationship(context, member, meaning, args)
        return { kind: 'relationship', key, name: field.name, relationship }
      }
      const output = actionOutput(context, field.type, member)
      return { kind: 'field', key, name: field.name, output }
    },
  )
  return { kind: 'object', nullable: true, typeName: type.name, fields, allFields: allFields(type) }
}

function allFields(type: ReturnType<typeof getNamedType>) {
  if (!isObjectType(type)) return []
  return Object.values(type.getFields()).flatMap((field) =>
    fieldMeaning(field)?.kind === 'action-field'
      ? [{ name: field.name, output: outputShape(field.type) }]
      : [],
  )
}

/** The shape of a type without a selection; objects are not followed, as types may be recursive. */
function outputShape(type: GraphQLOutputType): ActionOutput {
  if (isNonNullType(type)) return { ...outputShape(type.ofType), nullable: false }
  if (isListType(type)) return { kind: 'list', nullable: true, of: outputShape(type.ofType) }
  if (isObjectType(type))
    return { kind: 'object', nullable: true, typeName: type.name, fields: [], allFields: [] }
  return leafOutput(type)
}

const leafOutput = (type: GraphQLOutputType): ActionOutput => ({
  kind: 'scalar',
  nullable: true,
  typeName: getNamedType(type).name,
  enumValues: isEnumType(type) ? type.getValues().map(({ name }) => name) : null,
})

function actionRelationship(
  context: PlanContext,
  collected: CollectedField,
  { relationship, target }: Extract<FieldMeaning, { kind: 'action-relationship' }>,
  args: ArgumentValues,
): ActionRelationship {
  const source = tableSource(target)
  const { path, name } = collected
  const rows = () => planRows(context, target, source, [], args, path)
  const select =
    relationship.type === 'object'
      ? objectPlan(context, collected, singleRow(target, source, []))
      : name === relationship.name
        ? listPlan(context, collected, rows())
        : aggregatePlan(context, collected, rows())
  const join = Object.entries(relationship.field_mapping).map(([parent, child]) => {
    const column = target.table.columns.find((known) => known.name === child)
    if (!column) throw validationFailed(`column '${child}' does not exist`, path)
    return { parent, child, sqlType: sqlTypeName(column.type) }
  })
  return { join, select }
}

/** The log entry of an asynchronous action. */
export function planActionResult(
  context: PlanContext,
  collected: CollectedField,
  definition: ActionMetadata,
): RootPlan {
  const { key, path, field } = collected
  const type = field && getNamedType(field.type)
  const id = readArguments(context, collected).get('id')
  if (!isObjectType(type) || !id) throw validationFailed('not an action', path)
  const idText = inputJson(context, id)
  if (typeof idText !== 'string')
    throw new HasuraError('parse-failed', 'parsing UUID failed, expected String', {
      path: `${path}.args.id`,
    })
  const { selections, depth } = collected
  const fields = collectFields(context, type, selections, path, depth).map(
    (member): ActionResultPlan['fields'][number] => {
      const meaning = member.field ? fieldMeaning(member.field) : undefined
      if (!member.field || meaning?.kind !== 'action-result-field')
        return { kind: 'typename', key: member.key, value: type.name }
      readArguments(context, member)
      if (meaning.name === 'output')
        return {
          kind: 'output',
          key: member.key,
          output: actionOutput(context, member.field.type, member),
        }
      refuseSelections(member)
      return { kind: meaning.name, key: member.key }
    },
  )
  return { kind: 'action-async-result', key, path, result: { definition, id: idText, fields } }
}
