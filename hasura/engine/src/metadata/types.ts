import { z } from 'zod'
import { actionMetadata, cronTrigger, customTypes } from './actions.ts'
import { declaredOnce, json, qualifiedText } from './common.ts'
import { functionMetadata, tableMetadata } from './tables.ts'

const byName = ({ name }: { name: string }) => name

const source = z.strictObject({
  name: z.literal('default'),
  kind: z.enum(['postgres'], 'other databases are not supported by this engine').optional(),
  tables: declaredOnce('tables', tableMetadata, ({ table }) => qualifiedText(table)),
  functions: declaredOnce('functions', functionMetadata, (entry) =>
    qualifiedText(entry.function),
  ).optional(),
  configuration: json.optional(),
  customization: z.strictObject({}).nullish(),
  native_queries: z.array(z.never('not supported by this engine')).optional(),
  logical_models: z.array(z.never('not supported by this engine')).optional(),
  stored_procedures: z.array(z.never('not supported by this engine')).optional(),
})

const inheritedRole = z.strictObject({ role_name: z.string(), role_set: z.array(z.string()) })
export type InheritedRole = z.infer<typeof inheritedRole>

const queryCollection = z.strictObject({
  name: z.string(),
  comment: z.string().nullish(),
  definition: z.strictObject({
    queries: z.array(z.strictObject({ name: z.string(), query: z.string() })),
  }),
})

const allowlistEntry = z.strictObject({
  collection: z.string(),
  scope: z.strictObject({ global: z.boolean(), roles: z.array(z.string()).optional() }).optional(),
})

const restEndpoint = z.strictObject({
  name: z.string(),
  url: z.string(),
  methods: z.array(z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])),
  definition: z.strictObject({
    query: z.strictObject({ collection_name: z.string(), query_name: z.string() }),
  }),
  comment: z.string().nullish(),
})
export type RestEndpoint = z.infer<typeof restEndpoint>

/**
 * The metadata document, version 3, as `export_metadata` writes it: what the engine serves, and no
 * more. Keys that it does not know are errors, so that nothing is dropped in silence. Parts of Hasura
 * that it does not have (event triggers, remote schemas) may be present only when they are empty.
 */
export const metadataDocument = z.strictObject({
  version: z.literal(3),
  sources: z.array(source).max(1, 'more than one source is not supported by this engine'),
  actions: declaredOnce('actions', actionMetadata, byName).optional(),
  custom_types: customTypes.nullish(),
  inherited_roles: declaredOnce(
    'inherited roles',
    inheritedRole,
    ({ role_name }) => role_name,
  ).optional(),
  query_collections: declaredOnce('query collections', queryCollection, byName).optional(),
  allowlist: z.array(allowlistEntry).optional(),
  rest_endpoints: declaredOnce('REST endpoints', restEndpoint, byName).optional(),
  cron_triggers: declaredOnce('cron triggers', cronTrigger, byName).optional(),
  graphql_schema_introspection: z
    .strictObject({ disabled_for_roles: z.array(z.string()).optional() })
    .nullish(),
  remote_schemas: z.array(z.never('not supported by this engine')).optional(),
  api_limits: z.strictObject({ disabled: z.boolean().optional() }).nullish(),
  network: z
    .strictObject({ tls_allowlist: z.array(z.never('not supported by this engine')).optional() })
    .nullish(),
  backend_configs: z.strictObject({}).nullish(),
  opentelemetry: z.strictObject({}).nullish(),
  metrics_config: z.strictObject({}).nullish(),
})
export type Metadata = z.infer<typeof metadataDocument>

export const emptyMetadata: Metadata = {
  version: 3,
  sources: [{ name: 'default', kind: 'postgres', tables: [] }],
}
