import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLObjectType,
} from 'graphql'
import { qualifiedText } from '../metadata/common.ts'
import {
  COLUMN_AGGREGATES,
  columnsForAggregate,
  computedForAggregate,
  isMinMax,
  type ColumnAggregate,
} from './aggregate-functions.ts'
import { columnType } from './column-types.ts'
import { computedScalarField } from './computed-scalar.ts'
import type { Fields, SchemaContext } from './context.ts'
import { means } from './meaning.ts'
import type { RoleTable } from './role-types.ts'
import { selectColumnEnum } from './select-columns.ts'

/** `<t>_aggregate`; the row type is given because it refers back to this one. */
export function aggregateType(
  context: SchemaContext,
  role: RoleTable,
  rowType: GraphQLObjectType,
): GraphQLObjectType {
  const name = role.table.graphqlName
  const tableName = qualifiedText(role.table)
  return context.types.object(
    `${name}_aggregate`,
    `aggregated selection of "${tableName}"`,
    () => ({
      aggregate: {
        type: aggregateFieldsType(context, role),
        extensions: means({ kind: 'aggregate' }),
      },
      nodes: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(rowType))),
        extensions: means({ kind: 'nodes' }),
      },
    }),
  )
}

function aggregateFieldsType(context: SchemaContext, role: RoleTable): GraphQLObjectType {
  const name = role.table.graphqlName
  return context.types.object(
    `${name}_aggregate_fields`,
    `aggregate fields of "${qualifiedText(role.table)}"`,
    () => {
      const columns = selectColumnEnum(context, role)
      const fields: Fields = {
        count: {
          type: new GraphQLNonNull(GraphQLInt),
          args: columns
            ? {
                columns: { type: new GraphQLList(new GraphQLNonNull(columns)) },
                distinct: { type: GraphQLBoolean },
              }
            : {},
          extensions: means({ kind: 'count' }),
        },
      }
      for (const aggregate of COLUMN_AGGREGATES) {
        const columnFields = aggregatedFields(context, role, aggregate)
        if (Object.keys(columnFields).length === 0) continue
        fields[aggregate] = {
          type: context.types.object(
            `${name}_${aggregate}_fields`,
            `aggregate ${aggregate} on columns`,
            () => columnFields,
          ),
          extensions: means({ kind: 'aggregate-function', function: aggregate }),
        }
      }
      return fields
    },
  )
}

function aggregatedFields(
  context: SchemaContext,
  role: RoleTable,
  aggregate: ColumnAggregate,
): Fields {
  const fields: Fields = {}
  const keepsType = isMinMax(aggregate) || aggregate === 'sum'
  for (const { thing: column } of columnsForAggregate(role, aggregate))
    fields[column.graphqlName] = {
      type: keepsType ? columnType(context, column) : GraphQLFloat,
      description: column.description,
      extensions: means({ kind: 'column', column, mask: null }),
    }
  for (const computed of computedForAggregate(role, aggregate)) {
    const field = computedScalarField(context, role, computed)
    if (field) fields[computed.thing.name] = field
  }
  return fields
}
