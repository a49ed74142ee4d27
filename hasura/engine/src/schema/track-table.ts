import type { Catalog, CatalogColumn, CatalogTable, EnumValue } from '../catalog/types.ts'
import { qualifiedKey, qualifiedText } from '../metadata/common.ts'
import type { RootFieldName, TableMetadata } from '../metadata/tables.ts'
import { Inconsistency } from './inconsistency.ts'
import { defaultGraphqlName, isGraphqlName, quoted } from './names.ts'
import { scalarName } from './scalars.ts'
import type {
  EnumReference,
  RootFieldNaming,
  TrackedColumn,
  TrackedTable,
} from './tracked-types.ts'

/** Enum tables by `qualifiedKey`, with the type that references to them get. */
export type EnumTables = ReadonlyMap<string, EnumReference>

export function enumTables(catalog: Catalog, tables: readonly TableMetadata[]): EnumTables {
  const enums = new Map<string, EnumReference>()
  for (const metadata of tables.filter(({ is_enum }) => is_enum)) {
    const key = qualifiedKey(metadata.table)
    const values = catalog.enumValues.get(key)
    if (values && isValues(values))
      enums.set(key, { graphqlName: `${tableGraphqlName(metadata)}_enum`, values })
  }
  return enums
}

const isValues = (
  values: readonly EnumValue[] | { readonly problem: string },
): values is readonly EnumValue[] => Array.isArray(values)

export const tableGraphqlName = (metadata: TableMetadata): string =>
  metadata.configuration?.custom_name ?? defaultGraphqlName(metadata.table)

/** The table without relationships and computed fields, which need the other tables. */
export function trackTable(
  catalog: Catalog,
  enums: EnumTables,
  metadata: TableMetadata,
): TrackedTable {
  const table = catalog.tables.get(qualifiedKey(metadata.table))
  if (!table)
    throw new Inconsistency(
      `no such table/view exists in source: ${quoted(qualifiedText(metadata.table))}`,
    )
  if (metadata.is_enum) {
    const values = catalog.enumValues.get(qualifiedKey(metadata.table))
    if (values && !isValues(values)) throw new Inconsistency(values.problem)
  }
  const graphqlName = tableGraphqlName(metadata)
  if (!isGraphqlName(graphqlName))
    throw new Inconsistency(
      `cannot include ${quoted(qualifiedText(metadata.table))} in the GraphQL schema because it is not a valid GraphQL identifier`,
    )
  const columns = table.columns
    .map((column) => trackColumn(column, table, enums, metadata))
    .filter(({ graphqlName: name, type }) => isGraphqlName(name) && isGraphqlName(scalarName(type)))
  refuseRepeatedNames(columns, metadata)
  return {
    ...metadata.table,
    catalog: table,
    metadata,
    graphqlName,
    description: metadata.configuration?.comment ?? table.comment,
    columns,
    relationships: [],
    computedFields: [],
    primaryKey: table.primaryKey,
    rootFields: rootFields(metadata, graphqlName),
  }
}

function refuseRepeatedNames(columns: readonly TrackedColumn[], { table }: TableMetadata): void {
  for (const { name, graphqlName } of columns) {
    const other = columns.find((one) => one.graphqlName === graphqlName && one.name !== name)
    if (other)
      throw new Inconsistency(
        `in table ${quoted(qualifiedText(table))}: the columns ${quoted(name)} and ${quoted(other.name)} have the same name ${quoted(graphqlName)} in the GraphQL schema`,
      )
  }
}

function trackColumn(
  column: CatalogColumn,
  table: CatalogTable,
  enums: EnumTables,
  { configuration }: TableMetadata,
): TrackedColumn {
  const config = configuration?.column_config?.[column.name]
  const foreignKey = table.foreignKeys.find(
    ({ columns, referenced }) =>
      columns.length === 1 && columns[0] === column.name && enums.has(qualifiedKey(referenced)),
  )
  return {
    ...column,
    graphqlName:
      config?.custom_name ?? configuration?.custom_column_names?.[column.name] ?? column.name,
    description: config?.comment ?? column.comment,
    enumeration: (foreignKey && enums.get(qualifiedKey(foreignKey.referenced))) ?? null,
  }
}

function rootFields(metadata: TableMetadata, name: string): Record<RootFieldName, RootFieldNaming> {
  const custom = metadata.configuration?.custom_root_fields
  const naming = (field: RootFieldName, standard: string): RootFieldNaming => {
    const value = custom?.[field]
    if (typeof value === 'string') return { name: value, comment: null }
    return { name: value?.name ?? standard, comment: value?.comment ?? null }
  }
  for (const value of Object.values(custom ?? {})) {
    const stated = typeof value === 'string' ? value : value?.name
    if (stated != null && !isGraphqlName(stated))
      throw new Inconsistency(
        `in table ${quoted(qualifiedText(metadata.table))}: ${quoted(stated)} is not a valid GraphQL identifier`,
      )
  }
  return {
    select: naming('select', name),
    select_by_pk: naming('select_by_pk', `${name}_by_pk`),
    select_aggregate: naming('select_aggregate', `${name}_aggregate`),
    select_stream: naming('select_stream', `${name}_stream`),
    insert: naming('insert', `insert_${name}`),
    insert_one: naming('insert_one', `insert_${name}_one`),
    update: naming('update', `update_${name}`),
    update_by_pk: naming('update_by_pk', `update_${name}_by_pk`),
    update_many: naming('update_many', `update_${name}_many`),
    delete: naming('delete', `delete_${name}`),
    delete_by_pk: naming('delete_by_pk', `delete_${name}_by_pk`),
  }
}
