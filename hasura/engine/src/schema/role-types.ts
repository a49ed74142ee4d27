import type { BoolExp, BoundParameter } from './expressions.ts'
import type {
  TrackedColumn,
  TrackedComputedField,
  TrackedRelationship,
  TrackedTable,
} from './tracked-types.ts'

/** The role above all permissions. */
export const ADMIN = 'admin'

/** A thing that a role may read, in all rows that it sees or, masked, in some of them. */
export interface Readable<Thing> {
  readonly thing: Thing
  readonly mask: BoolExp | null
}

export type SelectRoot = 'select' | 'select_by_pk' | 'select_aggregate' | 'select_stream'

export interface RoleSelect {
  readonly columns: readonly Readable<TrackedColumn>[]
  readonly computedFields: readonly Readable<TrackedComputedField>[]
  readonly filter: BoolExp
  readonly limit: number | null
  readonly aggregations: boolean
  /** null: all that the rest of the permission allows. */
  readonly queryRoots: readonly SelectRoot[] | null
  readonly subscriptionRoots: readonly SelectRoot[] | null
}

export interface Preset {
  readonly column: string
  readonly value: BoundParameter
}

export interface RoleInsert {
  readonly columns: readonly TrackedColumn[]
  readonly check: BoolExp
  readonly presets: readonly Preset[]
  readonly backendOnly: boolean
}

export interface RoleUpdate {
  readonly columns: readonly TrackedColumn[]
  readonly filter: BoolExp
  /** null: an upsert is checked by the insert permission's condition alone. */
  readonly check: BoolExp | null
  readonly presets: readonly Preset[]
  readonly backendOnly: boolean
}

export interface RoleDelete {
  readonly filter: BoolExp
  readonly backendOnly: boolean
}

/** What a role may do with a table. */
export interface RolePermissions {
  readonly select: RoleSelect | null
  readonly insert: RoleInsert | null
  readonly update: RoleUpdate | null
  readonly delete: RoleDelete | null
}

export interface RoleTable extends RolePermissions {
  readonly table: TrackedTable
  /** Relationships whose other end the role may read or write. */
  readonly relationships: readonly TrackedRelationship[]
}
