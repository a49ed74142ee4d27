import type { GraphQLEnumType, GraphQLInputObjectType } from 'graphql'
import { qualifiedKey, qualifiedText } from '../metadata/common.ts'
import { columnsForAggregate, COLUMN_AGGREGATES } from './aggregate-functions.ts'
import type { InputFields, SchemaContext } from './context.ts'
import { means } from './meaning.ts'
import type { RoleTable } from './role-types.ts'

const DIRECTIONS = {
  asc: 'in ascending order, nulls last',
  asc_nulls_first: 'in ascending order, nulls first',
  asc_nulls_last: 'in ascending order, nulls last',
  desc: 'in descending order, nulls first',
  desc_nulls_first: 'in descending order, nulls first',
  desc_nulls_last: 'in descending order, nulls last',
}

export const orderByEnum = ({ types }: SchemaContext): GraphQLEnumType =>
  types.enumeration(
    'order_by',
    'column ordering options',
    Object.fromEntries(
      Object.entries(DIRECTIONS).map(([name, description]) => [name, { description }]),
    ),
  )

/** `<t>_order_by` */
export function orderByType(context: SchemaContext, role: RoleTable): GraphQLInputObjectType {
  const { table } = role
  return context.types.input(
    `${table.graphqlName}_order_by`,
    `Ordering options when selecting data from "${qualifiedText(table)}".`,
    () => {
      const type = orderByEnum(context)
      const fields: InputFields = {}
      for (const { thing: column, mask } of role.select?.columns ?? [])
        fields[column.graphqlName] = { type, extensions: means({ kind: 'column', column, mask }) }
      for (const { thing: field, mask } of role.select?.computedFields ?? []) {
        if (field.arguments.some((argument) => argument.role === 'input')) continue
        if (field.returns.kind === 'scalar') {
          const meaning = {
            kind: 'computed-scalar',
            field,
            type: field.returns.type,
            mask,
          } as const
          fields[field.name] = { type, extensions: means(meaning) }
          continue
        }
        const target = context.table(qualifiedKey(field.returns.table))
        if (target?.select?.aggregations)
          fields[`${field.name}_aggregate`] = {
            type: aggregateOrderByType(context, target),
            extensions: means({ kind: 'computed-table', field, target }),
          }
      }
      return { ...fields, ...relationshipFields(context, role) }
    },
  )
}

function relationshipFields(context: SchemaContext, role: RoleTable): InputFields {
  const fields: InputFields = {}
  for (const relationship of role.relationships) {
    const target = context.table(qualifiedKey(relationship.target))
    if (!target?.select) continue
    if (relationship.kind === 'object')
      fields[relationship.name] = {
        type: orderByType(context, target),
        extensions: means({ kind: 'relationship', relationship, target }),
      }
    else if (target.select.aggregations)
      fields[`${relationship.name}_aggregate`] = {
        type: aggregateOrderByType(context, target),
        extensions: means({ kind: 'relationship-aggregate', relationship, target }),
      }
  }
  return fields
}

/** `<t>_aggregate_order_by` */
function aggregateOrderByType(context: SchemaContext, role: RoleTable): GraphQLInputObjectType {
  const { graphqlName } = role.table
  const name = qualifiedText(role.table)
  return context.types.input(
    `${graphqlName}_aggregate_order_by`,
    `order by aggregate values of table "${name}"`,
    () => {
      const direction = orderByEnum(context)
      const fields: InputFields = {
        count: { type: direction, extensions: means({ kind: 'count-order' }) },
      }
      for (const aggregate of COLUMN_AGGREGATES) {
        const columns = columnsForAggregate(role, aggregate)
        if (columns.length === 0) continue
        const type = context.types.input(
          `${graphqlName}_${aggregate}_order_by`,
          `order by ${aggregate}() on columns of table "${name}"`,
          () =>
            Object.fromEntries(
              columns.map(({ thing: column }) => [
                column.graphqlName,
                { type: direction, extensions: means({ kind: 'column', column }) },
              ]),
            ),
        )
        fields[aggregate] = {
          type,
          extensions: means({ kind: 'aggregate-order', function: aggregate }),
        }
      }
      return fields
    },
  )
}
