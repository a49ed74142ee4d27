import type { Catalog } from '../catalog/types.ts'
import type { Metadata } from '../metadata/types.ts'
import type { InconsistencyLog } from './inconsistency.ts'
import { inheritPermissions, parentRoles } from './inherited-roles.ts'
import { adminPermissions, noPermissions, statedPermissions } from './permissions.ts'
import type { RolePermissions } from './role-types.ts'
import type { TrackedFunction, TrackedSource, TrackedTable } from './tracked-types.ts'

export const ADMIN = 'admin'

/** Who may do what, resolved once for all roles. */
export interface Roles {
  /** `admin` first, then as the metadata names them. */
  readonly names: readonly string[]
  readonly permissions: (role: string, tableKey: string) => RolePermissions
  readonly mayCall: (role: string, pgFunction: TrackedFunction) => boolean
  readonly mayRunAction: (role: string, roles: readonly string[]) => boolean
}

export function resolveRoles(
  metadata: Metadata,
  catalog: Catalog,
  source: TrackedSource,
  inferFunctionPermissions: boolean,
  log: InconsistencyLog,
): Roles {
  const stated = new Map(
    [...source.tables].map(([key, table]) => [
      key,
      statedPermissions({ catalog, source, table }, log),
    ]),
  )
  const inherited = metadata.inherited_roles ?? []
  const permissions = (role: string, tableKey: string): RolePermissions => {
    const table = source.tables.get(tableKey)
    if (!table) return noPermissions
    if (role === ADMIN) return adminPermissions(table)
    const ofTable = stated.get(tableKey)
    const own = ofTable?.get(role)
    const parents = parentRoles(role, inherited)
    if (parents.length === 1 && parents[0] === role) return own ?? noPermissions
    const merged = inheritPermissions(
      parents.map((parent) => ofTable?.get(parent) ?? noPermissions),
    )
    return own ? overridden(merged, own) : merged
  }
  const holds = (role: string, roles: readonly string[]) =>
    role === ADMIN || [role, ...parentRoles(role, inherited)].some((name) => roles.includes(name))
  return {
    names: roleNames(metadata, [...source.tables.values()], source.functions),
    permissions,
    mayCall: (role, pgFunction) => {
      if (holds(role, pgFunction.roles)) return true
      return inferFunctionPermissions && pgFunction.exposedAs === 'query'
    },
    mayRunAction: holds,
  }
}

/** A permission stated for the inherited role itself wins over its parents'. */
const overridden = (merged: RolePermissions, own: RolePermissions): RolePermissions => ({
  select: own.select ?? merged.select,
  insert: own.insert ?? merged.insert,
  update: own.update ?? merged.update,
  delete: own.delete ?? merged.delete,
})

function roleNames(
  metadata: Metadata,
  tables: readonly TrackedTable[],
  functions: readonly TrackedFunction[],
): string[] {
  const names = new Set<string>([ADMIN])
  for (const { metadata: table } of tables)
    for (const entries of [
      table.select_permissions,
      table.insert_permissions,
      table.update_permissions,
      table.delete_permissions,
    ])
      for (const { role } of entries ?? []) names.add(role)
  for (const { roles } of functions) for (const role of roles) names.add(role)
  for (const action of metadata.actions ?? [])
    for (const { role } of action.permissions ?? []) names.add(role)
  for (const { role_name } of metadata.inherited_roles ?? []) names.add(role_name)
  return [...names]
}
