import type { GraphQLSchema } from 'graphql'
import type { Catalog } from './catalog/types.ts'
import type { Metadata } from './metadata/types.ts'
import type { InconsistentObject } from './schema/inconsistency.ts'

/** Hasura's settings that change what the compiler does, and the limits on a request. */
export interface EngineSettings {
  /** HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES */
  readonly stringifyNumericTypes: boolean
  /** HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS */
  readonly inferFunctionPermissions: boolean
  /** Nesting of selection sets and of input values. */
  readonly maxDepth: number
  /** Fields of an operation after fragments are spread. */
  readonly maxFields: number
  readonly maxTokens: number
  /** Compiled operations kept per engine. */
  readonly planCacheSize: number
}

export const defaultEngineSettings: EngineSettings = {
  stringifyNumericTypes: false,
  inferFunctionPermissions: true,
  maxDepth: 60,
  maxFields: 10_000,
  maxTokens: 100_000,
  planCacheSize: 2_000,
}

export interface RoleSchema {
  readonly role: string
  readonly schema: GraphQLSchema
}

/** Immutable: built anew when metadata is replaced or the database's schema has changed. */
export interface Engine {
  readonly metadata: Metadata
  readonly catalog: Catalog
  readonly settings: EngineSettings
  readonly inconsistentObjects: readonly InconsistentObject[]
  /** Roles that appear in the metadata, `admin` first. */
  readonly roles: readonly string[]
  /** `backendOnly` adds mutations of permissions that are marked `backend_only`. */
  readonly roleSchema: (role: string, backendOnly?: boolean) => RoleSchema
}
