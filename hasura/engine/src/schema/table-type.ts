import {
  GraphQLList,
  GraphQLNonNull,
  type GraphQLFieldConfig,
  type GraphQLObjectType,
} from 'graphql'
import { qualifiedKey, qualifiedText } from '../metadata/common.ts'
import { aggregateType } from './aggregate-types.ts'
import { columnType } from './column-types.ts'
import { computedArguments, computedScalarField, JSON_PATH } from './computed-scalar.ts'
import type { Fields, SchemaContext } from './context.ts'
import { means } from './meaning.ts'
import type { Readable, RoleTable } from './role-types.ts'
import { isJson } from './scalars.ts'
import { selectArguments } from './select-arguments.ts'
import type { TrackedColumn, TrackedComputedField, TrackedRelationship } from './tracked-types.ts'

/** `<t>`: the columns, computed fields and relationships that the role may read. */
export function tableType(context: SchemaContext, role: RoleTable): GraphQLObjectType {
  const { table } = role
  return context.types.object(
    table.graphqlName,
    table.description ?? `columns and relationships of "${qualifiedText(table)}"`,
    () => {
      const fields: Fields = {}
      for (const column of role.select?.columns ?? [])
        fields[column.thing.graphqlName] = columnField(context, column)
      for (const computed of role.select?.computedFields ?? []) {
        const field = computedField(context, role, computed)
        if (field) fields[computed.thing.name] = field
      }
      for (const relationship of role.relationships)
        Object.assign(fields, relationshipFields(context, relationship))
      return fields
    },
  )
}

export const rowList = (context: SchemaContext, role: RoleTable) =>
  new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(tableType(context, role))))

function columnField(
  context: SchemaContext,
  { thing: column, mask }: Readable<TrackedColumn>,
): GraphQLFieldConfig<unknown, unknown> {
  const type = columnType(context, column)
  return {
    type: column.nullable || mask ? type : new GraphQLNonNull(type),
    description: column.description,
    args: isJson(column.type) ? JSON_PATH : {},
    extensions: means({ kind: 'column', column, mask }),
  }
}

function computedField(
  context: SchemaContext,
  role: RoleTable,
  computed: Readable<TrackedComputedField>,
): GraphQLFieldConfig<unknown, unknown> | null {
  const { thing: field, mask } = computed
  if (field.returns.kind === 'scalar') return computedScalarField(context, role, computed)
  const target = context.table(qualifiedKey(field.returns.table))
  if (!target?.select) return null
  const args = computedArguments(context, role, field)
  // A list also where the function returns one row: Hasura makes no difference.
  return {
    type: new GraphQLList(new GraphQLNonNull(tableType(context, target))),
    description: field.description,
    args: { ...args, ...selectArguments(context, target) },
    extensions: means({ kind: 'computed-table', field, target, mask }),
  }
}

function relationshipFields(context: SchemaContext, relationship: TrackedRelationship): Fields {
  const target = context.table(qualifiedKey(relationship.target))
  if (!target?.select) return {}
  const { name, description } = relationship
  const extensions = means({ kind: 'relationship', relationship, target })
  if (relationship.kind === 'object') {
    const type = tableType(context, target)
    return {
      [name]: {
        type: relationship.nullable ? type : new GraphQLNonNull(type),
        description,
        extensions,
      },
    }
  }
  const args = selectArguments(context, target)
  const fields: Fields = {
    [name]: { type: rowList(context, target), description, args, extensions },
  }
  if (target.select.aggregations)
    fields[`${name}_aggregate`] = {
      type: new GraphQLNonNull(aggregateType(context, target, tableType(context, target))),
      description: 'An aggregate relationship',
      args,
      extensions: means({ kind: 'relationship-aggregate', relationship, target }),
    }
  return fields
}
