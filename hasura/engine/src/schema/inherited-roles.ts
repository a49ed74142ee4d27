import type { InheritedRole } from '../metadata/types.ts'
import type { BoolExp } from './expressions.ts'
import type { Readable, RolePermissions, RoleSelect, SelectRoot } from './role-types.ts'

/** The plain roles that an inherited role stands for; roles may be inherited from inherited ones. */
export function parentRoles(role: string, inherited: readonly InheritedRole[]): string[] {
  const found = new Set<string>()
  const visit = (name: string, above: readonly string[]) => {
    const definition = inherited.find(({ role_name }) => role_name === name)
    if (!definition || above.includes(name)) {
      found.add(name)
      return
    }
    for (const parent of definition.role_set) visit(parent, [...above, name])
  }
  visit(role, [])
  return [...found]
}

/**
 * The permissions of an inherited role. What a parent may read, the role may read: rows of any parent,
 * a column where one of the parents that have it sees the row. What is written needs one answer, so
 * a permission that parents state differently is left out.
 */
export function inheritPermissions(parents: readonly RolePermissions[]): RolePermissions {
  return {
    select: inheritSelect(parents.flatMap(({ select }) => select ?? [])),
    insert: agreed(parents.flatMap((parent) => parent.insert ?? [])),
    update: agreed(parents.flatMap((parent) => parent.update ?? [])),
    delete: agreed(parents.flatMap((parent) => parent.delete ?? [])),
  }
}

function agreed<Permission>(permissions: readonly Permission[]): Permission | null {
  const [first] = permissions
  if (first === undefined) return null
  const text = JSON.stringify(first)
  return permissions.every((permission) => JSON.stringify(permission) === text) ? first : null
}

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
  const things = new Map<string, { thing: Thing; filters: BoolExp[] }>()
  for (const parent of parents)
    for (const { thing } of of(parent)) {
      const entry = things.get(thing.name) ?? { thing, filters: [] }
      entry.filters.push(parent.filter)
      things.set(thing.name, entry)
    }
  return [...things.values()].map(({ thing, filters }) => ({
    thing,
    mask: filters.length === parents.length ? null : anyOf(filters),
  }))
}

function roots(lists: readonly (readonly SelectRoot[] | null)[]): readonly SelectRoot[] | null {
  const stated = lists.flatMap((list) => list ?? [])
  return lists.includes(null) ? null : [...new Set(stated)]
}
