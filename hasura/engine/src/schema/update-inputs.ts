import { GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLString } from 'graphql'
import type { GraphQLInputObjectType, GraphQLInputType } from 'graphql'
import { qualifiedText } from '../metadata/common.ts'
import { boolExpType } from './bool-exp.ts'
import { columnType } from './column-types.ts'
import type { SchemaContext } from './context.ts'
import { means } from './meaning.ts'
import type { RoleTable } from './role-types.ts'
import { isNumeric } from './scalars.ts'
import { primaryKeyArguments, type Arguments } from './select-arguments.ts'
import type { TrackedColumn } from './tracked-types.ts'

interface UpdateOperatorType {
  readonly takes: (column: TrackedColumn) => boolean
  /** null: the column's own type. */
  readonly operand: GraphQLInputType | null
  readonly argumentDescription: string
  readonly typeDescription: (tableName: string) => string
}

const jsonb = (column: TrackedColumn) => column.type.name === 'jsonb'
const same = (text: string) => ({ argumentDescription: text, typeDescription: () => text })

export const UPDATE_OPERATORS: Readonly<Record<string, UpdateOperatorType>> = {
  set: {
    takes: () => true,
    operand: null,
    argumentDescription: 'sets the columns of the filtered rows to the given values',
    typeDescription: (table) => `input type for updating data in table "${table}"`,
  },
  inc: {
    takes: (column) => column.enumeration === null && isNumeric(column.type),
    operand: null,
    argumentDescription: 'increments the numeric columns with given value of the filtered values',
    typeDescription: (table) => `input type for incrementing numeric columns in table "${table}"`,
  },
  append: {
    takes: jsonb,
    operand: null,
    ...same('append existing jsonb value of filtered columns with new jsonb value'),
  },
  prepend: {
    takes: jsonb,
    operand: null,
    ...same('prepend existing jsonb value of filtered columns with new jsonb value'),
  },
  delete_key: {
    takes: jsonb,
    operand: GraphQLString,
    ...same(
      'delete key/value pair or string element. key/value pairs are matched based on their key value',
    ),
  },
  delete_elem: {
    takes: jsonb,
    operand: GraphQLInt,
    ...same(
      'delete the array element with specified index (negative integers count from the end). throws an error if top level container is not an array',
    ),
  },
  delete_at_path: {
    takes: jsonb,
    operand: new GraphQLList(new GraphQLNonNull(GraphQLString)),
    ...same(
      'delete the field or element with specified path (for JSON arrays, negative integers count from the end)',
    ),
  },
}

/** May the role update here, in this schema? Presets alone are something to update. */
export const mayUpdate = (context: SchemaContext, { table, update }: RoleTable): boolean =>
  update !== null &&
  table.catalog.updatable &&
  (update.columns.length > 0 || update.presets.length > 0) &&
  (context.backendOnly || !update.backendOnly)

/** `_set`, `_inc` and the operators of jsonb, as far as the role has columns for them. */
export function updateOperatorArguments(context: SchemaContext, role: RoleTable): Arguments {
  const args: Arguments = {}
  for (const [name, operator] of Object.entries(UPDATE_OPERATORS)) {
    const columns = (role.update?.columns ?? []).filter(operator.takes)
    if (columns.length === 0) continue
    const type = context.types.input(
      `${role.table.graphqlName}_${name}_input`,
      operator.typeDescription(qualifiedText(role.table)),
      () =>
        Object.fromEntries(
          columns.map((column) => [
            column.graphqlName,
            {
              type: operator.operand ?? columnType(context, column),
              description: column.description,
              extensions: means({ kind: 'column', column }),
            },
          ]),
        ),
    )
    args[`_${name}`] = { type, description: operator.argumentDescription }
  }
  return args
}

const WHERE_DESCRIPTION = 'filter the rows which have to be updated'

export const updateWhereArgument = (context: SchemaContext, role: RoleTable): Arguments => ({
  where: {
    type: new GraphQLNonNull(boolExpType(context, role)),
    description: WHERE_DESCRIPTION,
  },
})

/** `<t>_updates`, an element of `update_<t>_many`. */
export const updatesType = (context: SchemaContext, role: RoleTable): GraphQLInputObjectType =>
  context.types.input(`${role.table.graphqlName}_updates`, null, () => ({
    ...updateOperatorArguments(context, role),
    ...updateWhereArgument(context, role),
  }))

/** `pk_columns`; null when the role may not read the whole key. */
export function primaryKeyInput(context: SchemaContext, role: RoleTable): Arguments | null {
  const columns = primaryKeyArguments(context, role)
  if (!columns) return null
  const type = context.types.input(
    `${role.table.graphqlName}_pk_columns_input`,
    `primary key columns input for table: ${role.table.graphqlName}`,
    () => columns,
  )
  return { pk_columns: { type: new GraphQLNonNull(type) } }
}
