import {
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLArgumentConfig,
  type GraphQLInputFieldConfig,
  type GraphQLInputObjectType,
} from 'graphql'
import { boolExpType } from './bool-exp.ts'
import { columnType, typeOf } from './column-types.ts'
import type { SchemaContext } from './context.ts'
import { means } from './meaning.ts'
import { sortedRecord } from './names.ts'
import { orderByType } from './order-by.ts'
import type { RoleTable } from './role-types.ts'
import { selectColumnEnum } from './select-columns.ts'
import type { FunctionArgumentInfo } from './tracked-types.ts'

export type Arguments = Record<string, GraphQLArgumentConfig & GraphQLInputFieldConfig>

/** `distinct_on`, `limit`, `offset`, `order_by`, `where`. */
export function selectArguments(context: SchemaContext, role: RoleTable): Arguments {
  const columns = selectColumnEnum(context, role)
  const list = <Type extends Parameters<typeof nonNull>[0]>(type: Type) =>
    new GraphQLList(nonNull(type))
  return {
    ...(columns && {
      distinct_on: { type: list(columns), description: 'distinct select on columns' },
    }),
    limit: { type: GraphQLInt, description: 'limit the number of rows returned' },
    offset: {
      type: GraphQLInt,
      description: 'skip the first n rows. Use only with order_by',
    },
    order_by: {
      type: list(orderByType(context, role)),
      description: 'sort the rows by one or more columns',
    },
    where: { type: boolExpType(context, role), description: 'filter the rows returned' },
  }
}

const nonNull = <Type extends ConstructorParameters<typeof GraphQLNonNull>[0]>(type: Type) =>
  new GraphQLNonNull(type)

/** The columns of the primary key, if the role may read all of them. */
export function primaryKeyArguments(context: SchemaContext, role: RoleTable): Arguments | null {
  const names = role.table.primaryKey?.columns
  if (!names) return null
  const columns = names.map((name) => role.select?.columns.find(({ thing }) => thing.name === name))
  const entries = columns.flatMap((column) =>
    column
      ? [
          [
            column.thing.graphqlName,
            {
              type: nonNull(columnType(context, column.thing)),
              description: column.thing.description,
              extensions: means({ kind: 'column', column: column.thing }),
            },
          ] as const,
        ]
      : [],
  )
  return entries.length === names.length ? sortedRecord(Object.fromEntries(entries)) : null
}

/** `args`, for functions that take something from the client. */
export function functionArguments(
  context: SchemaContext,
  typeName: string,
  functionName: string,
  infos: readonly FunctionArgumentInfo[],
): Arguments {
  const inputs = infos.filter(({ role }) => role === 'input')
  if (inputs.length === 0) return {}
  const type: GraphQLInputObjectType = context.types.input(typeName, null, () =>
    Object.fromEntries(
      inputs.map((info) => [
        info.graphqlName,
        {
          type: typeOf(context, info.type),
          extensions: means({ kind: 'function-argument', info }),
        },
      ]),
    ),
  )
  const optional = inputs.every(({ hasDefault }) => hasDefault)
  return {
    args: {
      type: optional ? type : nonNull(type),
      description: `input parameters for function "${functionName}"`,
    },
  }
}
