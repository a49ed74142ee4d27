import type { Sql } from 'postgres'
import { qualifiedKey, type QualifiedName } from '../metadata/common.ts'
import type { Metadata } from '../metadata/types.ts'
import { readEnumValues } from './enum-values.ts'
import { FUNCTIONS_QUERY, TABLES_QUERY, TYPES_QUERY } from './queries.ts'
import type { FunctionRow, TableRow, TypeRow } from './rows.ts'
import { TypesByOid } from './types-by-oid.ts'
import type { Catalog, CatalogConstraint, CatalogFunction, CatalogTable } from './types.ts'

const BIT_UPDATE = 4
const BIT_INSERT = 8
const BIT_DELETE = 16

/** Reads the database's schema, and the rows of the tables that the metadata tracks as enums. */
export async function introspect(database: Sql, metadata: Metadata): Promise<Catalog> {
  const [typeRows, tableRows, functionRows] = await Promise.all([
    document<TypeRow>(database, TYPES_QUERY),
    document<TableRow>(database, TABLES_QUERY),
    document<FunctionRow>(database, FUNCTIONS_QUERY),
  ])
  const types = new TypesByOid(typeRows)
  const tables = new Map(tableRows.map((row) => [qualifiedKey(row), readTable(row, types)]))
  const tablesByOid = new Map(tableRows.map((row) => [row.oid, row]))
  const functions = new Map<string, CatalogFunction[]>()
  for (const row of functionRows) {
    const relation = types.relation(row.returnType)
    const returnTable = (relation !== null && tablesByOid.get(relation)) || null
    const overloads = functions.get(qualifiedKey(row)) ?? []
    functions.set(qualifiedKey(row), [...overloads, readFunction(row, types, returnTable)])
  }
  const enumTables = metadata.sources
    .flatMap((source) => source.tables)
    .filter((table) => table.is_enum)
    .flatMap(({ table }) => tables.get(qualifiedKey(table)) ?? [])
  return {
    typesVersion: types.version(),
    tables,
    functions,
    scalarTypes: types.scalars(),
    enumValues: await readEnumValues(database, enumTables),
  }
}

async function document<Row>(database: Sql, query: string): Promise<Row[]> {
  const [row] = await database.unsafe<{ document: string }[]>(query)
  return JSON.parse(row?.document ?? '[]') as Row[]
}

function readTable(row: TableRow, types: TypesByOid): CatalogTable {
  const constraint = ({ name, columns }: CatalogConstraint) => ({ name, columns })
  const primaryKey = row.constraints.find(({ type }) => type === 'p')
  return {
    oid: row.oid,
    schema: row.schema,
    name: row.name,
    isView: row.kind === 'v' || row.kind === 'm',
    comment: row.comment,
    columns: row.columns.map((column) => ({ ...column, type: types.type(column.type) })),
    primaryKey: primaryKey ? constraint(primaryKey) : null,
    uniqueConstraints: row.constraints.filter(({ type }) => type === 'u').map(constraint),
    foreignKeys: row.constraints.flatMap(({ name, columns, referenced, referencedColumns }) =>
      referenced && referencedColumns ? [{ name, columns, referenced, referencedColumns }] : [],
    ),
    insertable: (row.writable & BIT_INSERT) !== 0,
    updatable: (row.writable & BIT_UPDATE) !== 0,
    deletable: (row.writable & BIT_DELETE) !== 0,
  }
}

const VOLATILITIES = { i: 'immutable', s: 'stable', v: 'volatile' } as const

function readFunction(
  row: FunctionRow,
  types: TypesByOid,
  returnTable: QualifiedName | null,
): CatalogFunction {
  const inputNames = row.argumentNames.filter((_, index) => {
    const mode = row.argumentModes?.[index] ?? 'i'
    return mode === 'i' || mode === 'b' || mode === 'v'
  })
  const firstDefault = row.argumentTypes.length - row.defaults
  return {
    oid: row.oid,
    schema: row.schema,
    name: row.name,
    volatility: VOLATILITIES[row.volatility],
    arguments: row.argumentTypes.map((type, index) => ({
      name: inputNames[index] || null,
      type: types.type(type),
      hasDefault: index >= firstDefault,
    })),
    variadic: row.variadic,
    returnsSet: row.returnsSet,
    returnType: types.type(row.returnType),
    returnTable: returnTable && { schema: returnTable.schema, name: returnTable.name },
    comment: row.comment,
  }
}
