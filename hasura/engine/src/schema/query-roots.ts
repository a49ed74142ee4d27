import { GraphQLInt, GraphQLList, GraphQLNonNull } from 'graphql'
import { qualifiedKey, qualifiedText } from '../metadata/common.ts'
import { aggregateType } from './aggregate-types.ts'
import type { Fields, SchemaContext } from './context.ts'
import { means } from './meaning.ts'
import { sortedRecord } from './names.ts'
import type { RoleTable, SelectRoot } from './role-types.ts'
import { functionArguments, primaryKeyArguments, selectArguments } from './select-arguments.ts'
import { streamCursorType } from './stream-inputs.ts'
import { rowList, tableType } from './table-type.ts'
import type { RootFieldNaming, TrackedFunction } from './tracked-types.ts'

/** Root fields of tables for queries or subscriptions. */
export function tableRoots(context: SchemaContext, of: 'query' | 'subscription'): Fields {
  const fields: Fields = {}
  for (const role of context.tables) {
    const { select, table } = role
    if (!select) continue
    const allowed = of === 'query' ? select.queryRoots : select.subscriptionRoots
    const allows = (root: SelectRoot) => allowed === null || allowed.includes(root)
    const add = (root: SelectRoot, field: Fields[string] | null) => {
      if (field && allows(root)) fields[table.rootFields[root].name] = field
    }
    add('select', listField(context, role))
    add('select_aggregate', select.aggregations ? aggregateField(context, role) : null)
    add('select_by_pk', byPrimaryKeyField(context, role))
    if (of === 'subscription') add('select_stream', streamField(context, role))
  }
  return fields
}

const described = ({ comment }: RootFieldNaming, standard: string) => comment ?? standard

function listField(context: SchemaContext, role: RoleTable): Fields[string] {
  const { table } = role
  return {
    type: rowList(context, role),
    description: described(
      table.rootFields.select,
      `fetch data from the table: "${qualifiedText(table)}"`,
    ),
    args: selectArguments(context, role),
    extensions: means({ kind: 'select', table: role }),
  }
}

function aggregateField(context: SchemaContext, role: RoleTable): Fields[string] {
  const { table } = role
  return {
    type: new GraphQLNonNull(aggregateType(context, role, tableType(context, role))),
    description: described(
      table.rootFields.select_aggregate,
      `fetch aggregated fields from the table: "${qualifiedText(table)}"`,
    ),
    args: selectArguments(context, role),
    extensions: means({ kind: 'select-aggregate', table: role }),
  }
}

function byPrimaryKeyField(context: SchemaContext, role: RoleTable): Fields[string] | null {
  const args = primaryKeyArguments(context, role)
  if (!args) return null
  const { table } = role
  return {
    type: tableType(context, role),
    description: described(
      table.rootFields.select_by_pk,
      `fetch data from the table: "${qualifiedText(table)}" using primary key columns`,
    ),
    args,
    extensions: means({ kind: 'select-by-pk', table: role }),
  }
}

function streamField(context: SchemaContext, role: RoleTable): Fields[string] | null {
  const cursor = streamCursorType(context, role)
  if (!cursor) return null
  const { where } = selectArguments(context, role)
  if (!where) return null
  const { table } = role
  return {
    type: rowList(context, role),
    description: described(
      table.rootFields.select_stream,
      `fetch data from the table in a streaming manner: "${qualifiedText(table)}"`,
    ),
    args: {
      batch_size: {
        type: new GraphQLNonNull(GraphQLInt),
        description: 'maximum number of rows returned in a single batch',
      },
      cursor: {
        type: new GraphQLNonNull(new GraphQLList(cursor)),
        description: 'cursor to stream the results returned by the query',
      },
      where,
    },
    extensions: means({ kind: 'stream', table: role }),
  }
}

/** Functions that the role may call, where their table is readable. */
export function functionRoots(context: SchemaContext, exposedAs: 'query' | 'mutation'): Fields {
  const fields: Fields = {}
  for (const tracked of context.source.functions) {
    if (tracked.exposedAs !== exposedAs || !context.roles.mayCall(context.role, tracked)) continue
    const table = context.table(qualifiedKey(tracked.returnTable))
    if (table?.select) Object.assign(fields, functionFields(context, tracked, table))
  }
  return fields
}

function functionFields(
  context: SchemaContext,
  tracked: TrackedFunction,
  table: RoleTable,
): Fields {
  const name = qualifiedText(tracked.function)
  const own = functionArguments(context, tracked.argumentsTypeName, name, tracked.arguments)
  const { returnsSet } = tracked.function
  const args = sortedRecord({ ...own, ...selectArguments(context, table) })
  const fields: Fields = {
    [tracked.graphqlName]: {
      type: returnsSet ? rowList(context, table) : tableType(context, table),
      description:
        tracked.comment ??
        `execute function "${name}" which returns "${qualifiedText(table.table)}"`,
      args,
      extensions: means({ kind: 'function', function: tracked, table }),
    },
  }
  if (table.select?.aggregations)
    fields[tracked.aggregateName] = {
      type: new GraphQLNonNull(aggregateType(context, table, tableType(context, table))),
      description: `execute function "${name}" and query aggregates on result of table type "${qualifiedText(table.table)}"`,
      args,
      extensions: means({ kind: 'function-aggregate', function: tracked, table }),
    }
  return fields
}
