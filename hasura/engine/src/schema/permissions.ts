import type { Catalog } from '../catalog/types.ts'
import { qualifiedText, type Json } from '../metadata/common.ts'
import type {
  DeletePermission,
  InsertPermission,
  SelectPermission,
  UpdatePermission,
} from '../metadata/tables.ts'
import { alwaysTrue } from './expressions.ts'
import { Inconsistency, type InconsistencyLog } from './inconsistency.ts'
import { quoted } from './names.ts'
import { metadataParameter, permissionFilter } from './permission-filter.ts'
import {
  ADMIN,
  type Preset,
  type RoleDelete,
  type RoleInsert,
  type RolePermissions,
  type RoleSelect,
  type RoleUpdate,
} from './role-types.ts'
import type { TrackedColumn, TrackedSource, TrackedTable } from './tracked-types.ts'

interface Context {
  readonly catalog: Catalog
  readonly source: TrackedSource
  readonly table: TrackedTable
}

export const noPermissions: RolePermissions = {
  select: null,
  insert: null,
  update: null,
  delete: null,
}

/** The permissions that the metadata states for each role, apart from inheritance. */
export function statedPermissions(
  context: Context,
  log: InconsistencyLog,
): Map<string, RolePermissions> {
  const { metadata } = context.table
  const roles = new Map<string, RolePermissions>()
  const read = <Permission, Resolved>(
    kind: keyof RolePermissions,
    entries: readonly { role: string; permission: Permission }[] | undefined,
    resolve: (context: Context, permission: Permission) => Resolved,
  ) => {
    for (const { role, permission } of entries ?? []) {
      const tableName = qualifiedText(context.table)
      const object = {
        name: `${kind}_permission ${role} in table ${tableName} in source default`,
        type: `${kind}_permission`,
        definition: { role, permission } as unknown as Json,
      }
      const resolved = log.attempt(object, () => {
        try {
          if (role === ADMIN) throw new Inconsistency('cannot define permission for admin role')
          return resolve(context, permission)
        } catch (error) {
          if (!(error instanceof Inconsistency)) throw error
          throw new Inconsistency(
            `in table ${quoted(tableName)}: in permission for role ${quoted(role)}: ${error.message}`,
          )
        }
      })
      if (resolved) roles.set(role, { ...(roles.get(role) ?? noPermissions), [kind]: resolved })
    }
  }
  read('select', metadata.select_permissions, selectPermission)
  read('insert', metadata.insert_permissions, insertPermission)
  read('update', metadata.update_permissions, updatePermission)
  read('delete', metadata.delete_permissions, deletePermission)
  return roles
}

const filterOf = (context: Context, filter: Json) =>
  permissionFilter(filter, { ...context, root: context.table })

/** Left out means none for a select or update permission and all for an insert permission. */
function columnsOf(
  { table }: Context,
  columns: '*' | string[] | null | undefined,
): readonly TrackedColumn[] {
  if (columns === '*') return table.columns
  for (const name of columns ?? [])
    if (!table.catalog.columns.some((column) => column.name === name))
      throw new Inconsistency(`column ${quoted(name)} does not exist`)
  return table.columns.filter(({ name }) => columns?.includes(name))
}

function presetsOf(
  { table }: Context,
  presets: Readonly<Record<string, Json>> | null | undefined,
): Preset[] {
  return Object.entries(presets ?? {}).map(([name, value]) => {
    const column = table.catalog.columns.find((known) => known.name === name)
    if (!column) throw new Inconsistency(`column ${quoted(name)} does not exist`)
    return { column: name, value: metadataParameter(value, column.type) }
  })
}

function selectPermission(context: Context, permission: SelectPermission): RoleSelect {
  const computed = permission.computed_fields ?? []
  for (const name of computed)
    if (!context.table.computedFields.some((field) => field.name === name))
      throw new Inconsistency(`computed field ${quoted(name)} does not exist`)
  return {
    columns: columnsOf(context, permission.columns).map((thing) => ({ thing, mask: null })),
    // Computed fields that return rows of a table follow that table's permissions.
    computedFields: context.table.computedFields
      .filter(({ name, returns }) => returns.kind === 'table' || computed.includes(name))
      .map((thing) => ({ thing, mask: null })),
    filter: filterOf(context, permission.filter),
    limit: permission.limit ?? null,
    aggregations: permission.allow_aggregations ?? false,
    queryRoots: permission.query_root_fields ?? null,
    subscriptionRoots: permission.subscription_root_fields ?? null,
  }
}

function insertPermission(context: Context, permission: InsertPermission): RoleInsert {
  const presets = presetsOf(context, permission.set)
  return {
    columns: writable(columnsOf(context, permission.columns ?? '*'), presets),
    check: filterOf(context, permission.check),
    presets,
    backendOnly: permission.backend_only ?? false,
  }
}

function updatePermission(context: Context, permission: UpdatePermission): RoleUpdate {
  const presets = presetsOf(context, permission.set)
  return {
    columns: writable(columnsOf(context, permission.columns), presets),
    filter: filterOf(context, permission.filter),
    check: permission.check ? filterOf(context, permission.check) : null,
    presets,
    backendOnly: permission.backend_only ?? false,
  }
}

function deletePermission(context: Context, permission: DeletePermission): RoleDelete {
  return {
    filter: filterOf(context, permission.filter),
    backendOnly: permission.backend_only ?? false,
  }
}

const writable = (columns: readonly TrackedColumn[], presets: readonly Preset[]) =>
  columns.filter(
    ({ name, generated }) => !generated && !presets.some(({ column }) => column === name),
  )

/** The admin role may do everything. */
export function adminPermissions(table: TrackedTable): RolePermissions {
  const columns = writable(table.columns, [])
  const free = { filter: alwaysTrue, check: alwaysTrue, presets: [], backendOnly: false }
  return {
    select: {
      columns: table.columns.map((thing) => ({ thing, mask: null })),
      computedFields: table.computedFields.map((thing) => ({ thing, mask: null })),
      filter: alwaysTrue,
      limit: null,
      aggregations: true,
      queryRoots: null,
      subscriptionRoots: null,
    },
    insert: { columns, ...free },
    update: { columns, ...free },
    delete: free,
  }
}
