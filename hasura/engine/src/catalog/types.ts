import type { QualifiedName } from '../metadata/common.ts'

/** A PostgreSQL type; domains are replaced by the types they are made of. */
export interface PgType {
  readonly schema: string
  /** `pg_type.typname`: `int4`, `text`, `_text`, `my_enum`. */
  readonly name: string
  readonly kind: 'base' | 'enum' | 'composite' | 'range' | 'pseudo' | 'array'
  readonly element: PgType | null
}

export interface CatalogColumn {
  readonly name: string
  readonly position: number
  readonly type: PgType
  readonly nullable: boolean
  readonly hasDefault: boolean
  /** A generated or `identity always` column: never written by a client. */
  readonly generated: boolean
  readonly comment: string | null
}

export interface CatalogConstraint {
  readonly name: string
  readonly columns: readonly string[]
}

export interface CatalogForeignKey extends CatalogConstraint {
  readonly referenced: QualifiedName
  readonly referencedColumns: readonly string[]
}

export interface CatalogTable extends QualifiedName {
  readonly oid: number
  readonly isView: boolean
  readonly comment: string | null
  readonly columns: readonly CatalogColumn[]
  readonly primaryKey: CatalogConstraint | null
  readonly uniqueConstraints: readonly CatalogConstraint[]
  readonly foreignKeys: readonly CatalogForeignKey[]
  readonly insertable: boolean
  readonly updatable: boolean
  readonly deletable: boolean
}

export interface CatalogArgument {
  readonly name: string | null
  readonly type: PgType
  readonly hasDefault: boolean
}

export interface CatalogFunction extends QualifiedName {
  readonly oid: number
  readonly volatility: 'immutable' | 'stable' | 'volatile'
  readonly arguments: readonly CatalogArgument[]
  readonly variadic: boolean
  readonly returnsSet: boolean
  readonly returnType: PgType
  /** The table whose row type the function returns. */
  readonly returnTable: QualifiedName | null
  readonly comment: string | null
}

export interface EnumValue {
  readonly value: string
  readonly comment: string | null
}

/** What the engine knows of the database. Maps are keyed by `qualifiedKey`. */
export interface Catalog {
  /** Changes when a type of the database's own is made anew: prepared statements name types by oid. */
  readonly typesVersion: string
  readonly tables: ReadonlyMap<string, CatalogTable>
  readonly functions: ReadonlyMap<string, readonly CatalogFunction[]>
  /** Base and enum types that custom types may name, by `typname`. */
  readonly scalarTypes: ReadonlyMap<string, PgType>
  /** The rows of tables that are tracked as enums, or why they cannot be read as such. */
  readonly enumValues: ReadonlyMap<string, readonly EnumValue[] | { readonly problem: string }>
}
