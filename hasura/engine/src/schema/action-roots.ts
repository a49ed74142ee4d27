import { GraphQLNonNull } from 'graphql'
import type { ActionMetadata } from '../metadata/actions.ts'
import type { Fields, SchemaContext } from './context.ts'
import { customInputType, customOutputType } from './custom-types.ts'
import { means } from './meaning.ts'
import type { Arguments } from './select-arguments.ts'

const mayRun = (context: SchemaContext, { permissions }: ActionMetadata): boolean =>
  context.roles.mayRunAction(
    context.role,
    (permissions ?? []).map(({ role }) => role),
  )

export const isAsynchronous = ({ definition }: ActionMetadata): boolean =>
  definition.kind === 'asynchronous'

/** Actions that are run as a root field of queries or mutations. */
export function actionRoots(context: SchemaContext, of: 'query' | 'mutation'): Fields {
  const fields: Fields = {}
  for (const action of context.metadata.actions ?? []) {
    if ((action.definition.type ?? 'mutation') !== of || !mayRun(context, action)) continue
    fields[action.name] = {
      type: isAsynchronous(action)
        ? new GraphQLNonNull(context.types.scalar('uuid'))
        : customOutputType(context, action.definition.output_type ?? ''),
      description: action.comment ?? null,
      args: actionArguments(context, action),
      extensions: means({ kind: isAsynchronous(action) ? 'action-async' : 'action', action }),
    }
  }
  return fields
}

function actionArguments(context: SchemaContext, { definition }: ActionMetadata): Arguments {
  return Object.fromEntries(
    (definition.arguments ?? []).map(({ name, type, description }) => [
      name,
      { type: customInputType(context, type), description: description ?? null },
    ]),
  )
}

/** The results of asynchronous actions, for queries and subscriptions. */
export function actionResultRoots(context: SchemaContext): Fields {
  const fields: Fields = {}
  for (const action of context.metadata.actions ?? []) {
    if (!isAsynchronous(action) || !mayRun(context, action)) continue
    fields[action.name] = {
      type: resultType(context, action),
      description: action.comment ?? null,
      args: {
        id: {
          type: new GraphQLNonNull(context.types.scalar('uuid')),
          description: 'the unique id of an action',
        },
      },
      extensions: means({ kind: 'action-result', action }),
    }
  }
  return fields
}

function resultType(context: SchemaContext, action: ActionMetadata) {
  const { types } = context
  return types.object(action.name, `fields of action: "${action.name}"`, () => ({
    created_at: {
      type: new GraphQLNonNull(types.scalar('timestamptz')),
      description: 'the time at which this action was created',
      extensions: means({ kind: 'action-result-field', name: 'created_at' }),
    },
    errors: {
      type: types.scalar('json'),
      description: 'errors related to the invocation',
      extensions: means({ kind: 'action-result-field', name: 'errors' }),
    },
    id: {
      type: new GraphQLNonNull(types.scalar('uuid')),
      description: 'the unique id of an action',
      extensions: means({ kind: 'action-result-field', name: 'id' }),
    },
    output: {
      type: customOutputType(context, action.definition.output_type ?? ''),
      description: 'the output fields of this action',
      extensions: means({ kind: 'action-result-field', name: 'output' }),
    },
  }))
}
