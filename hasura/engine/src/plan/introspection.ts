import {
  executeSync,
  Kind,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
} from 'graphql'
import { validationFailed } from '../errors.ts'
import type { Json } from '../metadata/common.ts'
import type { PlanContext } from './context.ts'
import type { CollectedField } from './collect.ts'
import { variableJson } from './variables.ts'

/** The answer of `__schema` or `__type`, as JSON text. It depends on the role's schema alone. */
export function introspectionText(
  context: PlanContext,
  operation: OperationDefinitionNode,
  { key, name, arguments: args, selections, path }: CollectedField,
): string {
  const field: FieldNode = {
    kind: Kind.FIELD,
    name: { kind: Kind.NAME, value: name },
    alias: { kind: Kind.NAME, value: key },
    arguments: args,
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: selections.flatMap((set) => set.selections),
    },
  }
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation,
        operation: 'query' as OperationDefinitionNode['operation'],
        directives: [],
        selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
      },
      ...context.fragments.values(),
    ],
  }
  const variableValues: Record<string, Json> = {}
  for (const { variable } of operation.variableDefinitions ?? []) {
    const { value: variableName } = variable.name
    variableValues[variableName] = variableJson(context.structuralVariable(variableName, path))
  }
  const result = executeSync({ schema: context.schema, document, variableValues })
  const [error] = result.errors ?? []
  if (error) throw validationFailed(error.message, path)
  return JSON.stringify(result.data?.[key] ?? null)
}
