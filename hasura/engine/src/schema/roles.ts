import type { Catalog } from '../catalog/types.ts'
import { qualifiedText } from '../metadata/common.ts'
import type { InheritedRole, Metadata } from '../metadata/types.ts'
import type { InconsistencyLog, InconsistentObject } from './inconsistency.ts'
import { inheritPermissions, refuseCycles, withParents, type Write } from './inherited-roles.ts'
import { adminPermissions, noPermissions, statedPermissions } from './permissions.ts'
import { ADMIN, type RolePermissions } from './role-types.ts'
import type { TrackedFunction, TrackedSource, TrackedTable } from './tracked-types.ts'

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
  refuseCycles(inherited)
  const resolve = inheritance(inherited, stated, log)
  const permissions = (role: string, tableKey: string): RolePermissions => {
    const table = source.tables.get(tableKey)
    if (!table) return noPermissions
    return role === ADMIN ? adminPermissions(table) : resolve(role, tableKey)
  }
  const holds = (role: string, roles: readonly string[]) =>
    role === ADMIN || withParents(role, inherited).some((name) => roles.includes(name))
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

type Stated = ReadonlyMap<string, ReadonlyMap<string, RolePermissions>>

/** The permissions of any role but admin; what inherited roles could not inherit is logged. */
function inheritance(
  inherited: readonly InheritedRole[],
  stated: Stated,
  log: InconsistencyLog,
): (role: string, tableKey: string) => RolePermissions {
  const known = new Map<string, RolePermissions>()
  const resolve = (role: string, tableKey: string): RolePermissions => {
    const own = stated.get(tableKey)?.get(role) ?? noPermissions
    const definition = inherited.find(({ role_name }) => role_name === role)
    if (!definition) return own
    const key = JSON.stringify([role, tableKey])
    const resolved = known.get(key)
    if (resolved) return resolved
    const parents = definition.role_set.map((parent) => resolve(parent, tableKey))
    const { permissions, conflicts } = inheritPermissions(parents, own)
    for (const kind of conflicts) log.add(notInherited(role, tableKey, kind))
    known.set(key, permissions)
    return permissions
  }
  for (const { role_name } of inherited)
    for (const tableKey of stated.keys()) resolve(role_name, tableKey)
  return resolve
}

function notInherited(role: string, tableKey: string, kind: Write): InconsistentObject {
  const [schema, name] = JSON.parse(tableKey) as [string, string]
  const table = qualifiedText({ schema, name })
  return {
    name: role,
    type: 'inherited role permission inconsistency',
    reason: `Could not inherit permission for the role '${role}' for the entity: '${kind} permission, table: ${table}, source: 'default''`,
    entity: { table, source: 'default', permission_type: kind },
  }
}

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
