import { HasuraError } from '../errors.ts'
import type { InheritedRole } from '../metadata/types.ts'
import type { BoolExp } from './expressions.ts'
import type { Readable, RolePermissions, RoleSelect, SelectRoot } from './role-types.ts'

export type Write = 'insert' | 'update' | 'delete'

/** The role and all that it inherits from; roles may be inherited from inherited ones. */
export function withParents(role: string, inherited: readonly InheritedRole[]): string[] {
  const found = new Set<string>([role])
  for (const name of found)
    for (const definition of inherited)
      if (definition.role_name === name) for (const parent of definition.role_set) found.add(parent)
  return [...found]
}

/** Hasura refuses roles that inherit from themselves: there is no order in which to resolve them. */
export function refuseCycles(inherited: readonly InheritedRole[]): void {
  for (const { role_name, role_set } of inherited)
    for (const parent of role_set)
      if (withParents(parent, inherited).includes(role_name))
        throw new HasuraError(
          'cyclic-dependency',
          `found cycle(s) in roles: ${JSON.stringify([role_name, parent, role_name])}`,
          { path: '$.args' },
        )
}

/**
 * The permissions of an inherited role. What a parent may read, the role may read: rows of any parent,
 * a column where one of the parents that have it sees the row. What is written needs one answer, so
 * a permission that parents state differently is left out, and told. What is stated for the role
 * itself wins.
 */
export function inheritPermissions(
  parents: readonly RolePermissions[],
  own: RolePermissions,
): { permissions: RolePermissions; conflicts: readonly Write[] } {
  const conflicts: Write[] = []
  const agreed = <Kind extends Write>(kind: Kind): RolePermissions[Kind] => {
    if (own[kind]) return own[kind]
    const stated = parents.flatMap((parent) => parent[kind] ?? [])
    const [first] = stated
    if (first === undefined) return null
    const text = comparable(first)
    if (stated.every((permission) => comparable(permission) === text)) return first
    conflicts.push(kind)
    return null
  }
  const permissions = {
    select: own.select ?? inheritSelect(parents.flatMap(({ select }) => select ?? [])),
    insert: agreed('insert'),
    update: agreed('update'),
    delete: agreed('delete'),
  }
  return { permissions, conflicts }
}

/** Text that is the same for permissions that mean the same: conditions and presets have no order. */
const comparable = (permission: unknown): string =>
  JSON.stringify(permission, (key, value: unknown) =>
    (key === 'of' || key === 'presets') && Array.isArray(value)
      ? value.map(comparable).sort()
      : value,
  )

function inheritSelect(parents: readonly RoleSelect[]): RoleSelect | null {
  const [first] = parents
  if (!first || parents.length === 1) return first ?? null
  const limits = parents.map(({ limit }) => limit)
  return {
    columns: readable(parents, (parent) => parent.columns),
    computedFields: readable(parents, (parent) => parent.computedFields),
    filter: anyOf(parents.map(({ filter }) => filter)),
    limit: limits.includes(null) ? null : Math.max(...limits.map((limit) => limit ?? 0)),
    aggregations: parents.some(({ aggregations }) => aggregations),
    queryRoots: roots(parents.map(({ queryRoots }) => queryRoots)),
    subscriptionRoots: roots(parents.map(({ subscriptionRoots }) => subscriptionRoots)),
  }
}

const anyOf = (filters: readonly BoolExp[]): BoolExp => ({ kind: 'or', of: filters })

function readable<Thing extends { name: string }>(
  parents: readonly RoleSelect[],
  of: (parent: RoleSelect) => readonly Readable<Thing>[],
): Readable<Thing>[] {
  const things = new Map<string, { thing: Thing; filters: BoolExp[]; whole: boolean }>()
  for (const parent of parents)
    for (const { thing, mask } of of(parent)) {
      const entry = things.get(thing.name) ?? { thing, filters: [], whole: true }
      entry.filters.push(mask ?? parent.filter)
      entry.whole &&= mask === null
      things.set(thing.name, entry)
    }
  return [...things.values()].map(({ thing, filters, whole }) => ({
    thing,
    mask: whole && filters.length === parents.length ? null : anyOf(filters),
  }))
}

function roots(lists: readonly (readonly SelectRoot[] | null)[]): readonly SelectRoot[] | null {
  const stated = lists.flatMap((list) => list ?? [])
  return lists.includes(null) ? null : [...new Set(stated)]
}
