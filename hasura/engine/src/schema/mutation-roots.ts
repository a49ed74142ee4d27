import { GraphQLInt, GraphQLList, GraphQLNonNull, type GraphQLObjectType } from 'graphql'
import { qualifiedText } from '../metadata/common.ts'
import type { RootFieldName } from '../metadata/tables.ts'
import { boolExpType } from './bool-exp.ts'
import type { Fields, SchemaContext } from './context.ts'
import { insertInputType, mayInsert, onConflictArgument } from './insert-inputs.ts'
import { means } from './meaning.ts'
import { sortedRecord } from './names.ts'
import type { RoleTable } from './role-types.ts'
import { primaryKeyArguments } from './select-arguments.ts'
import { rowList, tableType } from './table-type.ts'
import {
  mayUpdate,
  primaryKeyInput,
  updateOperatorArguments,
  updatesType,
  updateWhereArgument,
} from './update-inputs.ts'

/** Root fields of tables for mutations. */
export function mutationRoots(context: SchemaContext): Fields {
  const fields: Fields = {}
  for (const role of context.tables) {
    if (mayInsert(context, role)) Object.assign(fields, insertFields(context, role))
    if (mayUpdate(context, role)) Object.assign(fields, updateFields(context, role))
    if (mayDelete(context, role)) Object.assign(fields, deleteFields(context, role))
  }
  return fields
}

const mayDelete = (context: SchemaContext, role: RoleTable): boolean =>
  role.delete !== null &&
  role.table.catalog.deletable &&
  (context.backendOnly || !role.delete.backendOnly)

const comment = ({ table }: RoleTable, field: RootFieldName, standard: string): string =>
  table.rootFields[field].comment ?? standard

/** `<t>_mutation_response` */
function responseType(context: SchemaContext, role: RoleTable): GraphQLObjectType {
  return context.types.object(
    `${role.table.graphqlName}_mutation_response`,
    `response of any mutation on the table "${qualifiedText(role.table)}"`,
    () => ({
      affected_rows: {
        type: new GraphQLNonNull(GraphQLInt),
        description: 'number of rows affected by the mutation',
        extensions: means({ kind: 'affected-rows' }),
      },
      ...(role.select && {
        returning: {
          type: rowList(context, role),
          description: 'data from the rows affected by the mutation',
          extensions: means({ kind: 'returning' }),
        },
      }),
    }),
  )
}

function insertFields(context: SchemaContext, role: RoleTable): Fields {
  const { rootFields } = role.table
  const tableName = qualifiedText(role.table)
  const row = new GraphQLNonNull(insertInputType(context, role))
  const onConflict = onConflictArgument(context, role)
  const fields: Fields = {
    [rootFields.insert.name]: {
      type: responseType(context, role),
      description: comment(role, 'insert', `insert data into the table: "${tableName}"`),
      args: {
        objects: {
          type: new GraphQLNonNull(new GraphQLList(row)),
          description: 'the rows to be inserted',
        },
        ...onConflict,
      },
      extensions: means({ kind: 'insert', table: role }),
    },
  }
  if (role.select)
    fields[rootFields.insert_one.name] = {
      type: tableType(context, role),
      description: comment(
        role,
        'insert_one',
        `insert a single row into the table: "${tableName}"`,
      ),
      args: { object: { type: row, description: 'the row to be inserted' }, ...onConflict },
      extensions: means({ kind: 'insert-one', table: role }),
    }
  return fields
}

function updateFields(context: SchemaContext, role: RoleTable): Fields {
  const { rootFields } = role.table
  const tableName = qualifiedText(role.table)
  const operators = updateOperatorArguments(context, role)
  const fields: Fields = {
    [rootFields.update.name]: {
      type: responseType(context, role),
      description: comment(role, 'update', `update data of the table: "${tableName}"`),
      args: sortedRecord({ ...operators, ...updateWhereArgument(context, role) }),
      extensions: means({ kind: 'update', table: role }),
    },
    [rootFields.update_many.name]: {
      type: new GraphQLList(responseType(context, role)),
      description: comment(role, 'update_many', `update multiples rows of table: "${tableName}"`),
      args: {
        updates: {
          type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(updatesType(context, role)))),
          description: 'updates to execute, in order',
        },
      },
      extensions: means({ kind: 'update-many', table: role }),
    },
  }
  const primaryKey = role.select && primaryKeyInput(context, role)
  if (primaryKey)
    fields[rootFields.update_by_pk.name] = {
      type: tableType(context, role),
      description: comment(role, 'update_by_pk', `update single row of the table: "${tableName}"`),
      args: sortedRecord({ ...operators, ...primaryKey }),
      extensions: means({ kind: 'update-by-pk', table: role }),
    }
  return fields
}

function deleteFields(context: SchemaContext, role: RoleTable): Fields {
  const { rootFields } = role.table
  const tableName = qualifiedText(role.table)
  const fields: Fields = {
    [rootFields.delete.name]: {
      type: responseType(context, role),
      description: comment(role, 'delete', `delete data from the table: "${tableName}"`),
      args: {
        where: {
          type: new GraphQLNonNull(boolExpType(context, role)),
          description: 'filter the rows which have to be deleted',
        },
      },
      extensions: means({ kind: 'delete', table: role }),
    },
  }
  const args = primaryKeyArguments(context, role)
  if (args)
    fields[rootFields.delete_by_pk.name] = {
      type: tableType(context, role),
      description: comment(
        role,
        'delete_by_pk',
        `delete single row from the table: "${tableName}"`,
      ),
      args,
      extensions: means({ kind: 'delete-by-pk', table: role }),
    }
  return fields
}
