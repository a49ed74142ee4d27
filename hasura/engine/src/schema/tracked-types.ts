import type {
  CatalogColumn,
  CatalogConstraint,
  CatalogFunction,
  CatalogTable,
  EnumValue,
  PgType,
} from '../catalog/types.ts'
import type { QualifiedName } from '../metadata/common.ts'
import type { RootFieldName, TableMetadata } from '../metadata/tables.ts'
import type { JoinColumn } from './expressions.ts'

// The metadata's objects joined with the catalog; the same for all roles.

/** The enum type made of an enum table's rows. */
export interface EnumReference {
  readonly graphqlName: string
  readonly values: readonly EnumValue[]
}

export interface TrackedColumn extends CatalogColumn {
  readonly graphqlName: string
  readonly description: string | null
  /** Set where a foreign key points to an enum table. */
  readonly enumeration: EnumReference | null
}

export interface TrackedRelationship {
  readonly kind: 'object' | 'array'
  readonly name: string
  readonly description: string | null
  readonly target: QualifiedName
  readonly join: readonly JoinColumn[]
  readonly nullable: boolean
  /** In a nested insert: before the row (the row holds the key) or after it. */
  readonly insertion: 'before' | 'after'
}

export interface FunctionArgumentInfo {
  readonly graphqlName: string
  /** Name in SQL; null for an unnamed argument, which needs positional notation. */
  readonly name: string | null
  readonly type: PgType
  readonly hasDefault: boolean
  readonly role: 'input' | 'row' | 'session'
}

export interface TrackedComputedField {
  readonly name: string
  readonly description: string | null
  readonly function: CatalogFunction
  readonly arguments: readonly FunctionArgumentInfo[]
  readonly returns:
    | { readonly kind: 'scalar'; readonly type: PgType }
    | { readonly kind: 'table'; readonly table: QualifiedName }
}

export interface RootFieldNaming {
  readonly name: string
  readonly comment: string | null
}

export interface TrackedTable extends QualifiedName {
  readonly catalog: CatalogTable
  readonly metadata: TableMetadata
  readonly graphqlName: string
  readonly description: string | null
  /** Columns that GraphQL can name. */
  readonly columns: readonly TrackedColumn[]
  readonly relationships: readonly TrackedRelationship[]
  readonly computedFields: readonly TrackedComputedField[]
  readonly primaryKey: CatalogConstraint | null
  readonly rootFields: Readonly<Record<RootFieldName, RootFieldNaming>>
}

export interface TrackedFunction {
  readonly function: CatalogFunction
  readonly returnTable: QualifiedName
  readonly graphqlName: string
  readonly aggregateName: string
  readonly argumentsTypeName: string
  readonly arguments: readonly FunctionArgumentInfo[]
  readonly exposedAs: 'query' | 'mutation'
  readonly comment: string | null
  readonly roles: readonly string[]
}

export interface TrackedSource {
  /** By `qualifiedKey`. */
  readonly tables: ReadonlyMap<string, TrackedTable>
  readonly functions: readonly TrackedFunction[]
}
