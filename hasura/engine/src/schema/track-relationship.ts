import { sameName } from '../catalog/types-by-oid.ts'
import type { CatalogForeignKey, CatalogTable } from '../catalog/types.ts'
import { qualifiedKey, qualifiedText, type QualifiedName } from '../metadata/common.ts'
import type { RelationshipMetadata } from '../metadata/tables.ts'
import { Inconsistency } from './inconsistency.ts'
import { isGraphqlName, quoted } from './names.ts'
import type { TrackedRelationship, TrackedTable } from './tracked-types.ts'

type Tables = ReadonlyMap<string, TrackedTable>
type Joined = Pick<TrackedRelationship, 'target' | 'join' | 'insertion' | 'nullable'>

/** Resolves a relationship by its foreign key or its mapping. */
export function trackRelationship(
  tables: Tables,
  table: TrackedTable,
  kind: 'object' | 'array',
  metadata: RelationshipMetadata,
): TrackedRelationship {
  if (!isGraphqlName(metadata.name))
    throw new Inconsistency(
      `in table ${quoted(qualifiedText(table))}: in relationship ${quoted(metadata.name)}: the name is not a valid GraphQL identifier`,
    )
  const joined = join(tables, table, kind, metadata)
  if (!tables.has(qualifiedKey(joined.target)))
    throw new Inconsistency(
      `in table ${quoted(qualifiedText(table))}: in relationship ${quoted(metadata.name)}: table ${quoted(qualifiedText(joined.target))} is not tracked`,
    )
  if (table.columns.some(({ graphqlName }) => graphqlName === metadata.name))
    throw new Inconsistency(
      `in table ${quoted(qualifiedText(table))}: in relationship ${quoted(metadata.name)}: field with name ${quoted(metadata.name)} already exists in table ${quoted(qualifiedText(table))}`,
    )
  const description =
    metadata.comment ?? (kind === 'object' ? 'An object relationship' : 'An array relationship')
  return { kind, name: metadata.name, description, ...joined }
}

function join(
  tables: Tables,
  table: TrackedTable,
  kind: 'object' | 'array',
  { name, using }: RelationshipMetadata,
): Joined {
  const manual = using.manual_configuration
  if (manual) {
    const order = manual.insertion_order ?? (kind === 'object' ? 'before_parent' : 'after_parent')
    return {
      target: manual.remote_table,
      join: mapping(tables, table, manual.remote_table, manual.column_mapping, name),
      nullable: true,
      insertion: order === 'before_parent' ? 'before' : 'after',
    }
  }
  const foreignKey = using.foreign_key_constraint_on
  if (foreignKey === undefined)
    throw new Inconsistency(`in relationship ${quoted(name)}: "using" is empty`)
  if (typeof foreignKey === 'string' || Array.isArray(foreignKey))
    return ownKey(table, [foreignKey].flat(), name)
  const columns = [foreignKey.columns ?? foreignKey.column ?? []].flat()
  return remoteKey(tables, table, foreignKey.table, columns, name)
}

/** The table holds the key. */
function ownKey(table: TrackedTable, columns: readonly string[], name: string): Joined {
  const key = findKey(table.catalog, columns, null, name)
  return {
    target: key.referenced,
    join: key.columns.map((parent, index) => ({
      parent,
      child: key.referencedColumns[index] ?? '',
    })),
    nullable: table.catalog.columns.some(
      (column) => columns.includes(column.name) && column.nullable,
    ),
    insertion: 'before',
  }
}

/** The other table holds the key. */
function remoteKey(
  tables: Tables,
  table: TrackedTable,
  remote: QualifiedName,
  columns: readonly string[],
  name: string,
): Joined {
  const remoteTable = tables.get(qualifiedKey(remote))
  if (!remoteTable)
    throw new Inconsistency(
      `in table ${quoted(qualifiedText(table))}: in relationship ${quoted(name)}: table ${quoted(qualifiedText(remote))} does not exist in source: "default"`,
    )
  const key = findKey(remoteTable.catalog, columns, table, name)
  return {
    target: remote,
    join: key.columns.map((child, index) => ({
      parent: key.referencedColumns[index] ?? '',
      child,
    })),
    nullable: true,
    insertion: 'after',
  }
}

function findKey(
  table: CatalogTable,
  columns: readonly string[],
  referenced: QualifiedName | null,
  name: string,
): CatalogForeignKey {
  const wanted = [...columns].sort().join('\0')
  const keys = table.foreignKeys.filter(
    (key) =>
      [...key.columns].sort().join('\0') === wanted &&
      (!referenced || sameName(key.referenced, referenced)),
  )
  const [key] = keys
  const columnList = columns.map(quoted).join(', ')
  if (!key)
    throw new Inconsistency(
      `in table ${quoted(qualifiedText(table))}: in relationship ${quoted(name)}: no foreign constraint exists on the given column(s): ${columnList}`,
    )
  if (keys.some((other) => !sameName(other.referenced, key.referenced)))
    throw new Inconsistency(
      `in table ${quoted(qualifiedText(table))}: in relationship ${quoted(name)}: more than one foreign key constraint exists on the given column(s): ${columnList}`,
    )
  return key
}

function mapping(
  tables: Tables,
  table: TrackedTable,
  remote: QualifiedName,
  columns: Readonly<Record<string, string>>,
  name: string,
): Joined['join'] {
  const remoteTable = tables.get(qualifiedKey(remote))
  return Object.entries(columns).map(([parent, child]) => {
    for (const [owner, column] of [
      [table, parent],
      [remoteTable, child],
    ] as const) {
      if (owner && !owner.catalog.columns.some((known) => known.name === column))
        throw new Inconsistency(
          `in table ${quoted(qualifiedText(table))}: in relationship ${quoted(name)}: column ${quoted(column)} does not exist in table ${quoted(qualifiedText(owner))}`,
        )
    }
    return { parent, child }
  })
}
