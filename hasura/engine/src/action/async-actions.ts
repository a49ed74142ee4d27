import {
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql'
import type { Engine } from '../engine.ts'
import type { ActionOutput } from '../plan/types.ts'
import { fieldMeaning } from '../schema/meaning.ts'
import type { AsyncAction } from './async-worker.ts'

/** The asynchronous actions of an engine, with the types that their handlers have to answer. */
export function asyncActionsOf(engine: Engine): AsyncAction[] {
  const actions = (engine.metadata.actions ?? []).filter(
    ({ definition }) => definition.kind === 'asynchronous',
  )
  // Building the schema costs something, and few engines have asynchronous actions.
  if (actions.length === 0) return []
  const results = engine.roleSchema('admin').schema.getQueryType()?.getFields() ?? {}
  return actions.flatMap((action) => {
    const entry = results[action.name]
    const entryType = entry === undefined ? undefined : getNamedType(entry.type)
    const output = isObjectType(entryType) ? entryType.getFields()['output'] : undefined
    return output === undefined ? [] : [{ action, output: expectedOutput(output.type) }]
  })
}

/** Nothing is selected by the worker; of nested objects only the outermost is looked at. */
function expectedOutput(type: GraphQLOutputType, isNested = false): ActionOutput {
  if (isNonNullType(type)) return { ...expectedOutput(type.ofType, isNested), nullable: false }
  if (isListType(type)) {
    return { kind: 'list', nullable: true, of: expectedOutput(type.ofType, isNested) }
  }
  if (isObjectType(type)) {
    const allFields = isNested ? [] : fieldsOf(type)
    return { kind: 'object', nullable: true, typeName: type.name, fields: [], allFields }
  }
  return {
    kind: 'scalar',
    nullable: true,
    typeName: getNamedType(type).name,
    enumValues: isEnumType(type) ? type.getValues().map(({ name }) => name) : null,
  }
}

function fieldsOf(type: GraphQLObjectType) {
  return Object.values(type.getFields()).flatMap((field) =>
    fieldMeaning(field)?.kind === 'action-field'
      ? [{ name: field.name, output: expectedOutput(field.type, true) }]
      : [],
  )
}
