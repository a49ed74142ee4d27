import { GraphQLBoolean, GraphQLList, GraphQLNonNull, type GraphQLInputObjectType } from 'graphql'
import { qualifiedKey, qualifiedText } from '../metadata/common.ts'
import { comparisonType, enumComparisonType } from './comparison.ts'
import type { InputFields, SchemaContext } from './context.ts'
import { means } from './meaning.ts'
import type { RoleTable } from './role-types.ts'
import { selectColumnEnum } from './select-columns.ts'
import type { TrackedRelationship } from './tracked-types.ts'

/** `<t>_bool_exp`: without a select permission it has the logical operators alone. */
export function boolExpType(context: SchemaContext, role: RoleTable): GraphQLInputObjectType {
  const name = role.table.graphqlName
  return context.types.input(
    `${name}_bool_exp`,
    `Boolean expression to filter rows from the table "${qualifiedText(role.table)}". All fields are combined with a logical 'AND'.`,
    () => {
      const self = boolExpType(context, role)
      const list = new GraphQLList(new GraphQLNonNull(self))
      return {
        _and: { type: list, extensions: means({ kind: 'and' }) },
        _or: { type: list, extensions: means({ kind: 'or' }) },
        _not: { type: self, extensions: means({ kind: 'not' }) },
        ...columnFields(context, role),
        ...computedFields(context, role),
        ...relationshipFields(context, role),
      }
    },
  )
}

function columnFields(context: SchemaContext, role: RoleTable): InputFields {
  const fields: InputFields = {}
  for (const { thing: column, mask } of role.select?.columns ?? [])
    fields[column.graphqlName] = {
      type: column.enumeration
        ? enumComparisonType(context, column.type, column.enumeration)
        : comparisonType(context, column.type),
      extensions: means({ kind: 'column', column, mask }),
    }
  return fields
}

/** Computed fields that need no argument of the client. */
function computedFields(context: SchemaContext, role: RoleTable): InputFields {
  const fields: InputFields = {}
  for (const { thing: field, mask } of role.select?.computedFields ?? []) {
    if (field.arguments.some((argument) => argument.role === 'input')) continue
    if (field.returns.kind === 'scalar') {
      const { type } = field.returns
      fields[field.name] = {
        type: comparisonType(context, type),
        extensions: means({ kind: 'computed-scalar', field, type, mask }),
      }
      continue
    }
    const target = context.table(qualifiedKey(field.returns.table))
    if (target?.select)
      fields[field.name] = {
        type: boolExpType(context, target),
        extensions: means({ kind: 'computed-table', field, target }),
      }
  }
  return fields
}

function relationshipFields(context: SchemaContext, role: RoleTable): InputFields {
  const fields: InputFields = {}
  if (!role.select) return fields
  for (const relationship of role.relationships) {
    const target = context.table(qualifiedKey(relationship.target))
    if (!target?.select) continue
    fields[relationship.name] = {
      type: boolExpType(context, target),
      extensions: means({ kind: 'relationship', relationship, target }),
    }
    if (relationship.kind === 'array' && target.select.aggregations)
      fields[`${relationship.name}_aggregate`] = aggregateField(context, relationship, target)
  }
  return fields
}

function aggregateField(
  context: SchemaContext,
  relationship: TrackedRelationship,
  target: RoleTable,
) {
  const name = `${target.table.graphqlName}_aggregate_bool_exp`
  const type = context.types.input(name, null, () => {
    const fields: InputFields = {
      count: {
        type: countPredicate(context, target, `${name}_count`),
        extensions: means({ kind: 'aggregate-predicate', function: 'count' }),
      },
    }
    const booleans = target.select?.columns.filter(({ thing }) => thing.type.name === 'bool') ?? []
    if (booleans.length > 0)
      for (const aggregate of ['bool_and', 'bool_or'] as const)
        fields[aggregate] = {
          type: booleanPredicate(context, target, `${name}_${aggregate}`),
          extensions: means({ kind: 'aggregate-predicate', function: aggregate }),
        }
    return fields
  })
  return { type, extensions: means({ kind: 'relationship-aggregate', relationship, target }) }
}

function countPredicate(context: SchemaContext, target: RoleTable, name: string) {
  return context.types.input(name, null, () => {
    const columns = selectColumnEnum(context, target)
    return {
      ...(columns ? { arguments: { type: new GraphQLList(new GraphQLNonNull(columns)) } } : {}),
      distinct: { type: GraphQLBoolean },
      filter: { type: boolExpType(context, target) },
      predicate: { type: new GraphQLNonNull(comparisonOf(context, 'int4')) },
    }
  })
}

function booleanPredicate(context: SchemaContext, target: RoleTable, name: string) {
  return context.types.input(name, null, () => {
    const columnsName = `${target.table.graphqlName}_select_column_${name}_arguments_columns`
    const booleans = target.select?.columns.filter(({ thing }) => thing.type.name === 'bool') ?? []
    const columns = context.types.enumeration(
      columnsName,
      `select "${name}_arguments_columns" columns of table "${qualifiedText(target.table)}"`,
      Object.fromEntries(
        booleans.map(({ thing }) => [
          thing.graphqlName,
          { value: thing, description: 'column name' },
        ]),
      ),
    )
    return {
      arguments: { type: new GraphQLNonNull(columns) },
      distinct: { type: GraphQLBoolean },
      filter: { type: boolExpType(context, target) },
      predicate: { type: new GraphQLNonNull(comparisonOf(context, 'bool')) },
    }
  })
}

function comparisonOf(context: SchemaContext, typeName: 'int4' | 'bool') {
  return comparisonType(context, {
    schema: 'pg_catalog',
    name: typeName,
    kind: 'base',
    element: null,
  })
}
