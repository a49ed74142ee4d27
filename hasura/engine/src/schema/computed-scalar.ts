import { GraphQLString, type GraphQLFieldConfig } from 'graphql'
import { typeOf } from './column-types.ts'
import type { SchemaContext } from './context.ts'
import { means } from './meaning.ts'
import type { Readable, RoleTable } from './role-types.ts'
import { isJson } from './scalars.ts'
import { functionArguments, type Arguments } from './select-arguments.ts'
import type { TrackedComputedField } from './tracked-types.ts'

export const JSON_PATH: Arguments = {
  path: { type: GraphQLString, description: 'JSON select path' },
}

export const computedArguments = (
  context: SchemaContext,
  { table }: RoleTable,
  field: TrackedComputedField,
): Arguments =>
  functionArguments(
    context,
    `${field.name}_${table.graphqlName}_args`,
    field.function.name,
    field.arguments,
  )

/** A computed field that gives a scalar; null for one that gives rows. */
export function computedScalarField(
  context: SchemaContext,
  role: RoleTable,
  { thing: field, mask }: Readable<TrackedComputedField>,
): GraphQLFieldConfig<unknown, unknown> | null {
  if (field.returns.kind !== 'scalar') return null
  const { type } = field.returns
  const args = computedArguments(context, role, field)
  return {
    type: typeOf(context, type),
    description: field.description,
    args: isJson(type) ? { ...args, ...JSON_PATH } : args,
    extensions: means({ kind: 'computed-scalar', field, type, mask }),
  }
}
