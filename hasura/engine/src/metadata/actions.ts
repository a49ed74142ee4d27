import { z } from 'zod'
import { json, qualifiedName } from './common.ts'

const header = z.strictObject({
  name: z.string(),
  value: z.string().optional(),
  value_from_env: z
    .string()
    .refine((name) => !name.startsWith('HASURA_GRAPHQL_'), {
      error: ({ input }) =>
        `env variables starting with "HASURA_GRAPHQL_" are not allowed in value_from_env: ${String(input)}`,
    })
    .optional(),
})

const actionArgument = z.strictObject({
  name: z.string(),
  type: z.string(),
  description: z.string().nullish(),
})

const actionDefinition = z.strictObject({
  handler: z.string(),
  // The CLI writes '' for query actions, which have no kind.
  kind: z
    .enum(['synchronous', 'asynchronous'])
    .or(z.literal('').transform(() => null))
    .nullish(),
  type: z.enum(['query', 'mutation']).nullish(),
  arguments: z.array(actionArgument).nullish(),
  output_type: z.string().optional(),
  headers: z.array(header).nullish(),
  forward_client_headers: z.boolean().nullish(),
  timeout: z.number().nonnegative().nullish(),
  ignored_client_headers: z.array(z.string()).nullish(),
  request_transform: z.null('not supported by this engine').optional(),
  response_transform: z.null('not supported by this engine').optional(),
})

export const actionMetadata = z.strictObject({
  name: z.string(),
  definition: actionDefinition,
  permissions: z
    .array(z.strictObject({ role: z.string(), comment: z.string().nullish() }))
    .nullish(),
  comment: z.string().nullish(),
})
export type ActionMetadata = z.infer<typeof actionMetadata>

const customTypeField = z.strictObject({
  name: z.string(),
  type: z.string(),
  description: z.string().nullish(),
  arguments: z.null('not supported by this engine').optional(),
})

const typeRelationship = z.strictObject({
  name: z.string(),
  type: z.enum(['object', 'array']),
  source: z.string().nullish(),
  remote_table: qualifiedName,
  field_mapping: z.record(z.string(), z.string()),
})
export type TypeRelationshipMetadata = z.infer<typeof typeRelationship>

const customType = { name: z.string(), description: z.string().nullish() }

export const customTypes = z.strictObject({
  input_objects: z
    .array(z.strictObject({ ...customType, fields: z.array(customTypeField) }))
    .nullish(),
  objects: z
    .array(
      z.strictObject({
        ...customType,
        fields: z.array(customTypeField),
        relationships: z.array(typeRelationship).nullish(),
      }),
    )
    .nullish(),
  scalars: z.array(z.strictObject(customType)).nullish(),
  enums: z
    .array(
      z.strictObject({
        ...customType,
        values: z.array(
          z.strictObject({
            value: z.string(),
            description: z.string().nullish(),
            is_deprecated: z.boolean().nullish(),
          }),
        ),
      }),
    )
    .nullish(),
})
export type CustomTypes = z.infer<typeof customTypes>

const retryConfiguration = z.strictObject({
  num_retries: z.number().int().nonnegative().optional(),
  retry_interval_seconds: z.number().nonnegative().optional(),
  timeout_seconds: z.number().nonnegative().optional(),
  tolerance_seconds: z.number().nonnegative().optional(),
})

export const cronTrigger = z.strictObject({
  name: z.string(),
  webhook: z.string(),
  schedule: z.string(),
  include_in_metadata: z.boolean().optional(),
  payload: json.optional(),
  retry_conf: retryConfiguration.nullish(),
  headers: z.array(header).nullish(),
  comment: z.string().nullish(),
  request_transform: z.null('not supported by this engine').optional(),
  response_transform: z.null('not supported by this engine').optional(),
})
export type CronTriggerMetadata = z.infer<typeof cronTrigger>
