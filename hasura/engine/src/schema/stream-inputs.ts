import { GraphQLNonNull, type GraphQLInputObjectType } from 'graphql'
import { qualifiedText } from '../metadata/common.ts'
import { columnType } from './column-types.ts'
import type { SchemaContext } from './context.ts'
import { means } from './meaning.ts'
import type { RoleTable } from './role-types.ts'

/** `<t>_stream_cursor_input`; null when the role may read no column. */
export function streamCursorType(
  context: SchemaContext,
  { table, select }: RoleTable,
): GraphQLInputObjectType | null {
  const columns = select?.columns ?? []
  if (columns.length === 0) return null
  const name = `${table.graphqlName}_stream_cursor`
  const value = context.types.input(
    `${name}_value_input`,
    'Initial value of the column from where the streaming should start',
    () =>
      Object.fromEntries(
        columns.map(({ thing: column }) => [
          column.graphqlName,
          {
            type: columnType(context, column),
            description: column.description,
            extensions: means({ kind: 'column', column }),
          },
        ]),
      ),
  )
  const ordering = context.types.enumeration('cursor_ordering', 'ordering argument of a cursor', {
    ASC: { description: 'ascending ordering of the cursor' },
    DESC: { description: 'descending ordering of the cursor' },
  })
  return context.types.input(
    `${name}_input`,
    `Streaming cursor of the table "${qualifiedText(table)}"`,
    () => ({
      initial_value: {
        type: new GraphQLNonNull(value),
        description: 'Stream column input with initial value',
        extensions: means({ kind: 'initial-value' }),
      },
      ordering: {
        type: ordering,
        description: 'cursor ordering',
        extensions: means({ kind: 'ordering' }),
      },
    }),
  )
}
