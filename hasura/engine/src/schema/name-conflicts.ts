import { HasuraError } from '../errors.ts'
import { qualifiedText } from '../metadata/common.ts'
import type { Metadata } from '../metadata/types.ts'
import { isAsynchronous } from './action-roots.ts'
import type { TrackedFunction, TrackedSource, TrackedTable } from './tracked-types.ts'

/** Names and the objects of the metadata that make them. */
type Claims = Map<string, string[]>

/**
 * Two objects must not make the same root field or type: Hasura refuses the metadata as a whole,
 * because to leave out either of them would change what a name means.
 */
export function refuseNameConflicts(metadata: Metadata, source: TrackedSource): void {
  for (const [root, claims] of Object.entries(rootFields(metadata, source)))
    for (const [field, owners] of claims)
      if (owners.length > 1)
        throw refused(
          `Encountered conflicting definitions in the selection set for '${root}' for field '${field}' defined in [${[...new Set(owners)].join(', ')}]. Fields must not be defined more than once across all sources.`,
        )
  for (const [type, [first, ...others]] of typeNames(metadata, source))
    if (others.length > 0)
      throw refused(
        `Found conflicting definitions for GraphQL type '${type}'.  The definition at ${first} differs from the definitions at [${others.join(', ')}].`,
      )
}

const refused = (message: string) =>
  new HasuraError('unexpected', message, { path: '$.args', status: 500 })

function claim(claims: Claims, owner: string, names: readonly string[]): void {
  for (const name of names) claims.set(name, [...(claims.get(name) ?? []), owner])
}

const tableOwner = (table: TrackedTable) => `table ${qualifiedText(table)} in source default`
const functionOwner = (tracked: TrackedFunction) =>
  `function ${qualifiedText(tracked.function)} in source default`

/** The root fields of the role admin, of which those of other roles are a part. */
function rootFields(metadata: Metadata, source: TrackedSource): Record<string, Claims> {
  const query: Claims = new Map()
  const mutation: Claims = new Map()
  const subscription: Claims = new Map()
  for (const table of source.tables.values()) {
    const owner = tableOwner(table)
    const read = readFields(table)
    claim(query, owner, read)
    claim(subscription, owner, [...read, table.rootFields.select_stream.name])
    claim(mutation, owner, writeFields(table))
  }
  for (const tracked of source.functions) {
    const names = [tracked.graphqlName, tracked.aggregateName]
    const roots = tracked.exposedAs === 'query' ? [query, subscription] : [mutation]
    for (const root of roots) claim(root, functionOwner(tracked), names)
  }
  for (const action of metadata.actions ?? []) {
    const owner = `action ${action.name}`
    const isQuery = action.definition.type === 'query'
    claim(isQuery ? query : mutation, owner, [action.name])
    if (isAsynchronous(action))
      for (const root of [query, subscription]) claim(root, owner, [action.name])
  }
  return { query_root: query, mutation_root: mutation, subscription_root: subscription }
}

function readFields({ rootFields: names, primaryKey }: TrackedTable): string[] {
  const fields = [names.select.name, names.select_aggregate.name]
  return primaryKey ? [...fields, names.select_by_pk.name] : fields
}

function writeFields({ rootFields: names, catalog, primaryKey }: TrackedTable): string[] {
  const fields: string[] = []
  if (catalog.insertable) fields.push(names.insert.name, names.insert_one.name)
  if (catalog.updatable) fields.push(names.update.name, names.update_many.name)
  if (catalog.updatable && primaryKey) fields.push(names.update_by_pk.name)
  if (catalog.deletable) fields.push(names.delete.name)
  if (catalog.deletable && primaryKey) fields.push(names.delete_by_pk.name)
  return fields
}

/** Types that every tracked table has; `''` is its row. */
const OF_EVERY_TABLE = [
  '',
  '_aggregate',
  '_aggregate_fields',
  '_bool_exp',
  '_order_by',
  '_select_column',
  '_stream_cursor_input',
  '_stream_cursor_value_input',
]
const OF_INSERTABLE = ['_insert_input', '_mutation_response']
const OF_UPDATABLE = ['_set_input', '_updates']

function typeNames(metadata: Metadata, source: TrackedSource): Claims {
  const types: Claims = new Map()
  claim(types, 'the schema', ['query_root', 'mutation_root', 'subscription_root'])
  for (const table of source.tables.values()) {
    const suffixes = [
      ...OF_EVERY_TABLE,
      ...(table.catalog.insertable ? OF_INSERTABLE : []),
      ...(table.catalog.updatable ? OF_UPDATABLE : []),
      ...(table.metadata.is_enum ? ['_enum'] : []),
    ]
    const names = suffixes.map((suffix) => table.graphqlName + suffix)
    claim(types, tableOwner(table), names)
  }
  for (const tracked of source.functions)
    if (tracked.arguments.some(({ role }) => role === 'input'))
      claim(types, functionOwner(tracked), [tracked.argumentsTypeName])
  const custom = metadata.custom_types ?? {}
  for (const { name } of [
    ...(custom.objects ?? []),
    ...(custom.input_objects ?? []),
    ...(custom.enums ?? []),
  ])
    claim(types, 'custom_types', [name])
  for (const action of metadata.actions ?? [])
    if (isAsynchronous(action)) claim(types, `action ${action.name}`, [action.name])
  return types
}
