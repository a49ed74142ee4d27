import { GraphQLList, GraphQLNonNull, type GraphQLEnumType, type GraphQLScalarType } from 'graphql'
import type { PgType } from '../catalog/types.ts'
import type { SchemaContext } from './context.ts'
import { scalarName } from './scalars.ts'
import type { EnumReference, TrackedColumn } from './tracked-types.ts'

export type ColumnGraphqlType =
  GraphQLScalarType | GraphQLEnumType | GraphQLList<GraphQLNonNull<GraphQLScalarType>>

/** The nullable type of values of a PostgreSQL type. */
export function typeOf({ types }: SchemaContext, type: PgType): ColumnGraphqlType {
  const scalar = types.scalar(scalarName(type))
  return type.element ? new GraphQLList(new GraphQLNonNull(scalar)) : scalar
}

export function columnType(context: SchemaContext, column: TrackedColumn): ColumnGraphqlType {
  return column.enumeration ? enumType(context, column.enumeration) : typeOf(context, column.type)
}

export const enumType = (
  { types }: SchemaContext,
  { graphqlName, values }: EnumReference,
): GraphQLEnumType =>
  types.enumeration(
    graphqlName,
    null,
    Object.fromEntries(
      values.map(({ value, comment }) => [value, { value, description: comment }]),
    ),
  )
