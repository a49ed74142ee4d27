import type { GraphQLEnumType } from 'graphql'
import { qualifiedText } from '../metadata/common.ts'
import type { SchemaContext } from './context.ts'
import type { RoleTable } from './role-types.ts'

/** `<t>_select_column`; null when the role may read no column. */
export function selectColumnEnum(
  { types }: SchemaContext,
  { table, select }: RoleTable,
): GraphQLEnumType | null {
  const columns = select?.columns ?? []
  if (columns.length === 0) return null
  return types.enumeration(
    `${table.graphqlName}_select_column`,
    `select columns of table "${qualifiedText(table)}"`,
    Object.fromEntries(
      columns.map(({ thing }) => [thing.graphqlName, { value: thing, description: 'column name' }]),
    ),
  )
}
