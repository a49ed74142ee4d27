import { z } from 'zod'
import { declaredOnce, columnList, json, jsonObject, qualifiedName } from './common.ts'

const rootField = z.union([
  z.string(),
  z.strictObject({ name: z.string().nullish(), comment: z.string().nullish() }),
])

const columnConfig = z.strictObject({
  custom_name: z.string().nullish(),
  comment: z.string().nullish(),
})

const customRootFields = z.strictObject({
  select: rootField.nullish(),
  select_by_pk: rootField.nullish(),
  select_aggregate: rootField.nullish(),
  select_stream: rootField.nullish(),
  insert: rootField.nullish(),
  insert_one: rootField.nullish(),
  update: rootField.nullish(),
  update_by_pk: rootField.nullish(),
  update_many: rootField.nullish(),
  delete: rootField.nullish(),
  delete_by_pk: rootField.nullish(),
})
export type RootFieldName = keyof z.infer<typeof customRootFields>

const tableConfiguration = z.strictObject({
  custom_name: z.string().nullish(),
  comment: z.string().nullish(),
  custom_column_names: z.record(z.string(), z.string()).nullish(),
  column_config: z.record(z.string(), columnConfig).nullish(),
  custom_root_fields: customRootFields.nullish(),
})

const foreignKeyColumns = z.union([z.string(), z.array(z.string())])
const remoteForeignKey = z.strictObject({
  table: qualifiedName,
  column: foreignKeyColumns.optional(),
  columns: foreignKeyColumns.optional(),
})
const manualConfiguration = z.strictObject({
  remote_table: qualifiedName,
  column_mapping: z.record(z.string(), z.string()),
  insertion_order: z.enum(['before_parent', 'after_parent']).nullish(),
  source: z.string().optional(),
})
const relationship = z.strictObject({
  name: z.string(),
  comment: z.string().nullish(),
  using: z.strictObject({
    foreign_key_constraint_on: z.union([foreignKeyColumns, remoteForeignKey]).optional(),
    manual_configuration: manualConfiguration.optional(),
  }),
})
export type RelationshipMetadata = z.infer<typeof relationship>

const computedField = z.strictObject({
  name: z.string(),
  comment: z.string().nullish(),
  definition: z.strictObject({
    function: qualifiedName,
    table_argument: z.string().nullish(),
    session_argument: z.string().nullish(),
  }),
})
export type ComputedFieldMetadata = z.infer<typeof computedField>

const validateInput = z.null('not supported by this engine').optional()

const insertPermission = z.strictObject({
  check: jsonObject,
  columns: columnList.nullish(),
  set: z.record(z.string(), json).nullish(),
  backend_only: z.boolean().nullish(),
  validate_input: validateInput,
})
const selectPermission = z.strictObject({
  columns: columnList.nullish(),
  computed_fields: z.array(z.string()).nullish(),
  filter: jsonObject,
  limit: z.number().int().nonnegative().nullish(),
  allow_aggregations: z.boolean().nullish(),
  query_root_fields: z.array(z.enum(['select', 'select_by_pk', 'select_aggregate'])).nullish(),
  subscription_root_fields: z
    .array(z.enum(['select', 'select_by_pk', 'select_aggregate', 'select_stream']))
    .nullish(),
})
const updatePermission = z.strictObject({
  columns: columnList.nullish(),
  filter: jsonObject,
  check: jsonObject.nullish(),
  set: z.record(z.string(), json).nullish(),
  backend_only: z.boolean().nullish(),
  validate_input: validateInput,
})
const deletePermission = z.strictObject({
  filter: jsonObject,
  backend_only: z.boolean().nullish(),
  validate_input: validateInput,
})
export type SelectPermission = z.infer<typeof selectPermission>
export type InsertPermission = z.infer<typeof insertPermission>
export type UpdatePermission = z.infer<typeof updatePermission>
export type DeletePermission = z.infer<typeof deletePermission>

const forRole = <Permission extends z.ZodType>(things: string, permission: Permission) => {
  const entry = z.strictObject({ role: z.string(), permission, comment: z.string().nullish() })
  return declaredOnce(things, entry, ({ role }) => role).optional()
}

const byName = ({ name }: { name: string }) => name

export const tableMetadata = z.strictObject({
  table: qualifiedName,
  is_enum: z.boolean().optional(),
  configuration: tableConfiguration.nullish(),
  object_relationships: declaredOnce('object relationships', relationship, byName).optional(),
  array_relationships: declaredOnce('array relationships', relationship, byName).optional(),
  computed_fields: declaredOnce('computed fields', computedField, byName).optional(),
  insert_permissions: forRole('insert permissions', insertPermission),
  select_permissions: forRole('select permissions', selectPermission),
  update_permissions: forRole('update permissions', updatePermission),
  delete_permissions: forRole('delete permissions', deletePermission),
  event_triggers: z.array(z.never('not supported by this engine')).optional(),
  remote_relationships: z.array(z.never('not supported by this engine')).optional(),
  apollo_federation_config: z.null('not supported by this engine').optional(),
  logical_model: z.null('not supported by this engine').optional(),
})
export type TableMetadata = z.infer<typeof tableMetadata>

export const functionMetadata = z.strictObject({
  function: qualifiedName,
  comment: z.string().nullish(),
  configuration: z
    .strictObject({
      session_argument: z.string().nullish(),
      exposed_as: z.enum(['query', 'mutation']).nullish(),
      custom_name: z.string().nullish(),
      custom_root_fields: z
        .strictObject({
          function: z.string().nullish(),
          function_aggregate: z.string().nullish(),
        })
        .nullish(),
      response: z.null('not supported by this engine').optional(),
    })
    .nullish(),
  permissions: z.array(z.strictObject({ role: z.string() })).optional(),
})
export type FunctionMetadata = z.infer<typeof functionMetadata>
