import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLIncludeDirective,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLSkipDirective,
  GraphQLString,
} from 'graphql'
import type { Catalog } from '../catalog/types.ts'
import type { Metadata } from '../metadata/types.ts'
import { actionResultRoots, actionRoots } from './action-roots.ts'
import { TypeRegistry, type Fields, type SchemaContext } from './context.ts'
import { means } from './meaning.ts'
import { mutationRoots } from './mutation-roots.ts'
import { sortedRecord } from './names.ts'
import { functionRoots, tableRoots } from './query-roots.ts'
import type { RoleTable } from './role-types.ts'
import type { Roles } from './roles.ts'
import type { TrackedSource } from './tracked-types.ts'

export interface SchemaSource {
  readonly metadata: Metadata
  readonly catalog: Catalog
  readonly source: TrackedSource
  readonly roles: Roles
}

export interface RoleSchema {
  readonly role: string
  readonly schema: GraphQLSchema
  /** false: `__schema` and `__type` are no fields for this role. */
  readonly allowsIntrospection: boolean
}

const NOTHING: Fields = {
  no_queries_available: {
    type: new GraphQLNonNull(GraphQLString),
    description:
      "There are no queries available to the current role. Either there are no sources or remote schemas configured, or the current role doesn't have the required permissions.",
    extensions: means({ kind: 'nothing-available' }),
  },
}

/** Hasura knows it everywhere; it has an effect in its paid editions only. */
const CACHED = new GraphQLDirective({
  name: 'cached',
  description: 'whether this query should be cached',
  locations: [DirectiveLocation.QUERY],
  args: {
    refresh: {
      type: new GraphQLNonNull(GraphQLBoolean),
      defaultValue: false,
      description: 'refresh the cache entry',
    },
    ttl: {
      type: new GraphQLNonNull(GraphQLInt),
      defaultValue: 60,
      description: 'measured in seconds',
    },
  },
})

/** All that a role may ask for. `backendOnly` adds mutations of `backend_only` permissions. */
export function buildRoleSchema(
  schemaSource: SchemaSource,
  role: string,
  backendOnly: boolean,
): RoleSchema {
  const tables = roleTables(schemaSource, role)
  const context: SchemaContext = {
    ...schemaSource,
    role,
    backendOnly,
    table: (key) => tables.get(key) ?? null,
    tables: [...tables.values()],
    types: new TypeRegistry(),
  }
  const results = actionResultRoots(context)
  const functions = functionRoots(context, 'query')
  const query = {
    ...tableRoots(context, 'query'),
    ...functions,
    ...actionRoots(context, 'query'),
    ...results,
  }
  const mutation = {
    ...mutationRoots(context),
    ...functionRoots(context, 'mutation'),
    ...actionRoots(context, 'mutation'),
  }
  const subscription = { ...tableRoots(context, 'subscription'), ...functions, ...results }
  const schema = new GraphQLSchema({
    query: root('query_root', isEmpty(query) ? NOTHING : query),
    mutation: isEmpty(mutation) ? null : root('mutation_root', mutation, 'mutation root'),
    subscription: isEmpty(subscription) ? null : root('subscription_root', subscription),
    types: context.types.all(),
    directives: [GraphQLIncludeDirective, GraphQLSkipDirective, CACHED],
    // Names that PostgreSQL allows and GraphQL does not have been left out while building.
    assumeValid: true,
  })
  const { disabled_for_roles: closed } = schemaSource.metadata.graphql_schema_introspection ?? {}
  return { role, schema, allowsIntrospection: !closed?.includes(role) }
}

const isEmpty = (fields: Fields): boolean => Object.keys(fields).length === 0

const root = (name: string, fields: Fields, description?: string) =>
  new GraphQLObjectType({ name, description: description ?? null, fields: sortedRecord(fields) })

function roleTables({ source, roles }: SchemaSource, role: string): Map<string, RoleTable> {
  const tables = new Map<string, RoleTable>()
  for (const [key, table] of source.tables)
    tables.set(key, {
      table,
      relationships: table.relationships,
      ...roles.permissions(role, key),
    })
  return tables
}
