import { LRUCache } from 'lru-cache'
import type { Catalog } from './catalog/types.ts'
import type { Metadata } from './metadata/types.ts'
import { checkActions } from './schema/check-actions.ts'
import { InconsistencyLog, type InconsistentObject } from './schema/inconsistency.ts'
import { buildRoleSchema, type RoleSchema } from './schema/role-schema.ts'
import { refuseNameConflicts } from './schema/name-conflicts.ts'
import { ADMIN } from './schema/role-types.ts'
import { resolveRoles } from './schema/roles.ts'
import { trackSource } from './schema/track.ts'

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

export interface EngineInput {
  readonly metadata: Metadata
  readonly catalog: Catalog
  readonly settings: EngineSettings
}

/** Roles come from requests, so the schemas of roles that nobody knows must not pile up. */
const MAX_ROLE_SCHEMAS = 500

export function buildEngine({ metadata, catalog, settings }: EngineInput): Engine {
  const log = new InconsistencyLog()
  const source = trackSource(metadata, catalog, log)
  const roles = resolveRoles(metadata, catalog, source, settings.inferFunctionPermissions, log)
  const served = checkActions(metadata, catalog, source, log)
  refuseNameConflicts(served, source)
  const schemas = new LRUCache<string, RoleSchema>({ max: MAX_ROLE_SCHEMAS })
  const build = (role: string, backendOnly: boolean) =>
    buildRoleSchema({ metadata: served, catalog, source, roles }, role, backendOnly)
  return {
    metadata,
    catalog,
    settings,
    inconsistentObjects: log.objects,
    roles: roles.names,
    roleSchema: (role, backendOnly = role === ADMIN) => {
      const key = JSON.stringify([role, backendOnly])
      const known = schemas.get(key)
      if (known) return known
      const schema = build(role, backendOnly)
      schemas.set(key, schema)
      return schema
    },
  }
}
