import type { Catalog } from '../catalog/types.ts'
import { qualifiedKey, qualifiedText, type Json } from '../metadata/common.ts'
import type { Metadata } from '../metadata/types.ts'
import { Inconsistency, type InconsistencyLog } from './inconsistency.ts'
import { trackComputedField, trackFunction } from './track-function.ts'
import { trackRelationship } from './track-relationship.ts'
import { enumTables, trackTable } from './track-table.ts'
import type { TrackedRelationship, TrackedSource, TrackedTable } from './tracked-types.ts'

/** Joins the metadata's objects with the catalog; what does not fit is left out and logged. */
export function trackSource(
  metadata: Metadata,
  catalog: Catalog,
  log: InconsistencyLog,
): TrackedSource {
  const tableMetadata = metadata.sources.flatMap((source) => source.tables)
  const enums = enumTables(catalog, tableMetadata)
  const tables = new Map<string, TrackedTable>()
  for (const table of tableMetadata) {
    const name = `table ${qualifiedText(table.table)} in source default`
    const tracked = log.attempt({ name, type: 'table', definition: table.table }, () =>
      trackTable(catalog, enums, table),
    )
    if (tracked) tables.set(qualifiedKey(table.table), tracked)
  }
  for (const [key, table] of tables)
    tables.set(key, { ...table, relationships: relationships(tables, table, log) })
  for (const [key, table] of tables)
    tables.set(key, { ...table, computedFields: computedFields(catalog, tables, table, log) })
  const functions = metadata.sources.flatMap((source) =>
    (source.functions ?? []).flatMap((definition) => {
      const name = `function ${qualifiedText(definition.function)} in source default`
      const object = { name, type: 'function', definition: definition.function }
      return log.attempt(object, () => trackFunction(catalog, tables, definition)) ?? []
    }),
  )
  return { tables, functions }
}

function relationships(
  tables: ReadonlyMap<string, TrackedTable>,
  table: TrackedTable,
  log: InconsistencyLog,
): TrackedRelationship[] {
  const kinds = [
    ['object', table.metadata.object_relationships ?? []],
    ['array', table.metadata.array_relationships ?? []],
  ] as const
  const names = kinds.flatMap(([, definitions]) => definitions.map(({ name }) => name))
  const isRepeated = (name: string) => names.indexOf(name) !== names.lastIndexOf(name)
  return kinds.flatMap(([kind, definitions]) =>
    definitions.flatMap((definition) => {
      const type = `${kind}_relation`
      const name = `${type} ${definition.name} in table ${qualifiedText(table)} in source default`
      const object = { name, type, definition: definition as unknown as Json }
      const track = () => {
        if (isRepeated(definition.name))
          throw new Inconsistency(`conflicting definitions for field "${definition.name}"`)
        return trackRelationship(tables, table, kind, definition)
      }
      return log.attempt(object, track) ?? []
    }),
  )
}

function computedFields(
  catalog: Catalog,
  tables: ReadonlyMap<string, TrackedTable>,
  table: TrackedTable,
  log: InconsistencyLog,
) {
  return (table.metadata.computed_fields ?? []).flatMap((definition) => {
    const name = `computed_field ${definition.name} in table ${qualifiedText(table)} in source default`
    const object = { name, type: 'computed_field', definition: definition as unknown as Json }
    return log.attempt(object, () => trackComputedField(catalog, tables, table, definition)) ?? []
  })
}
