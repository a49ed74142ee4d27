import {
  GraphQLID,
  GraphQLList,
  GraphQLNonNull,
  parseType,
  type GraphQLInputType,
  type GraphQLOutputType,
  type TypeNode,
} from 'graphql'
import { qualifiedKey } from '../metadata/common.ts'
import type { CustomTypes, TypeRelationshipMetadata } from '../metadata/actions.ts'
import { typeOf } from './column-types.ts'
import type { Fields, SchemaContext } from './context.ts'
import { Inconsistency } from './inconsistency.ts'
import { means } from './meaning.ts'
import { quoted } from './names.ts'
import { aggregateType } from './aggregate-types.ts'
import { selectArguments } from './select-arguments.ts'
import { rowList, tableType } from './table-type.ts'

type ObjectType = NonNullable<CustomTypes['objects']>[number]
type InputObjectType = NonNullable<CustomTypes['input_objects']>[number]
type EnumType = NonNullable<CustomTypes['enums']>[number]

const STANDARD = new Set(['Int', 'Float', 'String', 'Boolean'])

export function customOutputType(context: SchemaContext, text: string): GraphQLOutputType {
  return wrap(parseType(text), (name) => {
    const object = context.metadata.custom_types?.objects?.find((type) => type.name === name)
    return object ? objectType(context, object) : leafType(context, name)
  })
}

export function customInputType(context: SchemaContext, text: string): GraphQLInputType {
  return wrap<GraphQLInputType>(parseType(text), (name) => {
    const input = context.metadata.custom_types?.input_objects?.find((type) => type.name === name)
    return input ? inputType(context, input) : leafType(context, name)
  })
}

function wrap<Type extends GraphQLOutputType | GraphQLInputType>(
  node: TypeNode,
  named: (name: string) => Type,
): Type {
  if (node.kind === 'NamedType') return named(node.name.value)
  const inner = wrap(node.type, named)
  const wrapped: unknown =
    node.kind === 'ListType' ? new GraphQLList(inner) : new GraphQLNonNull(inner as never)
  return wrapped as Type
}

function leafType(context: SchemaContext, name: string) {
  const custom = context.metadata.custom_types
  const enumeration = custom?.enums?.find((type) => type.name === name)
  if (enumeration) return enumerationType(context, enumeration)
  if (name === 'ID') return GraphQLID
  const scalar = custom?.scalars?.find((type) => type.name === name)
  if (scalar || STANDARD.has(name)) return context.types.scalar(name, scalar?.description)
  const pgName = { bigint: 'int8', smallint: 'int2' }[name] ?? name
  const type = context.catalog.scalarTypes.get(pgName)
  if (!type) throw new Inconsistency(`the type: ${quoted(name)} is not defined in custom types`)
  return typeOf(context, type) as ReturnType<typeof context.types.scalar>
}

function enumerationType({ types }: SchemaContext, { name, description, values }: EnumType) {
  return types.enumeration(
    name,
    description ?? null,
    Object.fromEntries(
      values.map(({ value, description: text, is_deprecated }) => [
        value,
        {
          value,
          description: text ?? null,
          deprecationReason: is_deprecated ? 'No longer supported' : null,
        },
      ]),
    ),
  )
}

function inputType(context: SchemaContext, { name, description, fields }: InputObjectType) {
  return context.types.input(name, description ?? null, () =>
    Object.fromEntries(
      fields.map((field) => [
        field.name,
        { type: customInputType(context, field.type), description: field.description ?? null },
      ]),
    ),
  )
}

function objectType(
  context: SchemaContext,
  { name, description, fields, relationships }: ObjectType,
) {
  return context.types.object(name, description ?? null, () => {
    const all: Fields = {}
    for (const field of fields)
      all[field.name] = {
        type: customOutputType(context, field.type),
        description: field.description ?? null,
        extensions: means({ kind: 'action-field', name: field.name }),
      }
    for (const relationship of relationships ?? [])
      Object.assign(all, relationshipFields(context, relationship))
    return all
  })
}

function relationshipFields(
  context: SchemaContext,
  relationship: TypeRelationshipMetadata,
): Fields {
  const target = context.table(qualifiedKey(relationship.remote_table))
  if (!target?.select) return {}
  const extensions = means({ kind: 'action-relationship', relationship, target })
  if (relationship.type === 'object')
    return { [relationship.name]: { type: tableType(context, target), extensions } }
  const args = selectArguments(context, target)
  const fields: Fields = {
    [relationship.name]: { type: rowList(context, target), args, extensions },
  }
  if (target.select.aggregations)
    fields[`${relationship.name}_aggregate`] = {
      type: new GraphQLNonNull(aggregateType(context, target, tableType(context, target))),
      args,
      extensions: means({ kind: 'action-relationship', relationship, target }),
    }
  return fields
}
