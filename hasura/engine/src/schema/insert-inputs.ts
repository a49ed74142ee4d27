import {
  GraphQLList,
  GraphQLNonNull,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
} from 'graphql'
import { qualifiedKey, qualifiedText } from '../metadata/common.ts'
import { boolExpType } from './bool-exp.ts'
import { columnType } from './column-types.ts'
import type { InputFields, SchemaContext } from './context.ts'
import { means } from './meaning.ts'
import { isGraphqlName } from './names.ts'
import type { RoleTable } from './role-types.ts'
import type { Arguments } from './select-arguments.ts'
import type { TrackedColumn } from './tracked-types.ts'

/** May the role insert here, in this schema? */
export const mayInsert = (context: SchemaContext, { table, insert }: RoleTable): boolean =>
  insert !== null && table.catalog.insertable && (context.backendOnly || !insert.backendOnly)

/** `<t>_insert_input`: columns, and rows of related tables. */
export function insertInputType(context: SchemaContext, role: RoleTable): GraphQLInputObjectType {
  return context.types.input(
    `${role.table.graphqlName}_insert_input`,
    `input type for inserting data into table "${qualifiedText(role.table)}"`,
    () => {
      const fields: InputFields = {}
      for (const column of role.insert?.columns ?? [])
        fields[column.graphqlName] = {
          type: columnType(context, column),
          description: column.description,
          extensions: means({ kind: 'column', column }),
        }
      for (const relationship of role.relationships) {
        const target = context.table(qualifiedKey(relationship.target))
        if (!target || !mayInsert(context, target)) continue
        fields[relationship.name] = {
          type: relationshipInputType(context, target, relationship.kind),
          extensions: means({ kind: 'relationship', relationship, target }),
        }
      }
      return fields
    },
  )
}

function relationshipInputType(
  context: SchemaContext,
  target: RoleTable,
  kind: 'object' | 'array',
): GraphQLInputObjectType {
  const prefix = kind === 'object' ? 'obj' : 'arr'
  return context.types.input(
    `${target.table.graphqlName}_${prefix}_rel_insert_input`,
    `input type for inserting ${kind} relation for remote table "${qualifiedText(target.table)}"`,
    () => {
      const row = new GraphQLNonNull(insertInputType(context, target))
      return {
        data: {
          type: kind === 'object' ? row : new GraphQLNonNull(new GraphQLList(row)),
        },
        ...onConflictArgument(context, target),
      }
    },
  )
}

/** `on_conflict`, where the table has a key to conflict on. Who may not update can still ignore. */
export function onConflictArgument(context: SchemaContext, role: RoleTable): Arguments {
  const constraints = constraintEnum(context, role)
  if (!constraints) return {}
  const { table } = role
  const type = context.types.input(
    `${table.graphqlName}_on_conflict`,
    `on_conflict condition type for table "${qualifiedText(table)}"`,
    () => ({
      constraint: { type: new GraphQLNonNull(constraints) },
      update_columns: {
        type: new GraphQLNonNull(
          new GraphQLList(new GraphQLNonNull(updateColumnEnum(context, role))),
        ),
        defaultValue: [],
      },
      where: { type: boolExpType(context, role) },
    }),
  )
  return { on_conflict: { type, description: 'upsert condition' } }
}

function constraintEnum({ types }: SchemaContext, { table }: RoleTable): GraphQLEnumType | null {
  const { primaryKey, uniqueConstraints } = table.catalog
  const constraints = [...(primaryKey ? [primaryKey] : []), ...uniqueConstraints].filter(
    ({ name }) => isGraphqlName(name),
  )
  if (constraints.length === 0) return null
  return types.enumeration(
    `${table.graphqlName}_constraint`,
    `unique or primary key constraints on table "${qualifiedText(table)}"`,
    Object.fromEntries(
      constraints.map(({ name, columns }) => [
        name,
        {
          value: name,
          description: `unique or primary key constraint on columns ${columns.map((column) => `"${column}"`).join(', ')}`,
        },
      ]),
    ),
  )
}

/** `<t>_update_column`; a role without columns to update gets a placeholder that is refused. */
function updateColumnEnum({ types }: SchemaContext, { table, update }: RoleTable): GraphQLEnumType {
  const value = (column: TrackedColumn) =>
    [column.graphqlName, { value: column, description: 'column name' }] as const
  const columns = update?.columns ?? []
  return types.enumeration(
    `${table.graphqlName}_update_column`,
    columns.length > 0
      ? `update columns of table "${qualifiedText(table)}"`
      : `placeholder for update columns of table "${qualifiedText(table)}" (current role has no relevant permissions)`,
    columns.length > 0
      ? Object.fromEntries(columns.map(value))
      : { _PLACEHOLDER: { value: null, description: 'placeholder (do not use)' } },
  )
}
