import { validationFailed } from '../errors.ts'
import { alwaysTrue, type BoolExp } from '../schema/expressions.ts'
import { inputMeaning } from '../schema/meaning.ts'
import type { RoleTable } from '../schema/role-types.ts'
import type { PgType } from '../catalog/types.ts'
import { readArguments, type ArgumentValues } from './arguments.ts'
import type { CollectedField } from './collect.ts'
import type { PlanContext } from './context.ts'
import { unexpectedNull, type InputMember, type InputValue } from './input.ts'
import { responseOutput, rowOutput } from './mutation-output.ts'
import { parameter } from './parameters.ts'
import { primaryKeyObject } from './primary-key.ts'
import type { RootPlan, UpdateOperator, UpdatePlan } from './types.ts'
import { asList, both, planWhere } from './where.ts'

export function planUpdate(
  context: PlanContext,
  collected: CollectedField,
  role: RoleTable,
): RootPlan {
  const { key, path } = collected
  const args = readArguments(context, collected)
  const where = planWhere(context, args.get('where'))
  const update = updatePlan(context, role, args, where, `${path}.args`)
  return { kind: 'update', key, path, update, output: responseOutput(context, collected) }
}

export function planUpdateByPrimaryKey(
  context: PlanContext,
  collected: CollectedField,
  role: RoleTable,
): RootPlan {
  const { key, path } = collected
  const args = readArguments(context, collected)
  const where = primaryKeyObject(context, args.get('pk_columns'))
  const update = updatePlan(context, role, args, where, `${path}.args`)
  return { kind: 'update', key, path, update, output: rowOutput(context, collected) }
}

export function planUpdateMany(
  context: PlanContext,
  collected: CollectedField,
  role: RoleTable,
): RootPlan {
  const { key, path } = collected
  const items = asList(readArguments(context, collected).get('updates') ?? nothing)
  const updates = items.map((item) => {
    const members = item.kind === 'object' ? item.fields : []
    const args = new Map(members.map(({ field, value }) => [field.name, value] as const))
    const where = planWhere(context, args.get('where'))
    return updatePlan(context, role, args, where, item.path)
  })
  return { kind: 'update-many', key, path, updates, output: responseOutput(context, collected) }
}

const nothing: InputValue = { kind: 'null', path: '$' }

type Kind = UpdateOperator['kind']
const OPERATORS: readonly Kind[] = [
  'set',
  'inc',
  'append',
  'prepend',
  'delete_key',
  'delete_elem',
  'delete_at_path',
]

function updatePlan(
  context: PlanContext,
  { table: { schema, name }, update }: RoleTable,
  args: ArgumentValues,
  where: BoolExp,
  path: string,
): UpdatePlan {
  const operators: UpdateOperator[] = (update?.presets ?? []).map(({ column, value }) => ({
    kind: 'set',
    column,
    value,
  }))
  const uses = new Map<string, string[]>()
  let stated = operators.length > 0
  for (const kind of OPERATORS) {
    const value = args.get(`_${kind}`)
    if (!value || value.kind === 'null') continue
    stated = true
    for (const member of value.kind === 'object' ? value.fields : []) {
      const operator = updateOperator(context, kind, member)
      uses.set(operator.column, [...(uses.get(operator.column) ?? []), `_${kind}`])
      operators.push(operator)
    }
  }
  if (!stated)
    throw validationFailed(
      `at least any one of ${OPERATORS.map((kind) => `_${kind}`).join(', ')} is expected`,
      path,
    )
  const repeated = [...uses].filter(([, kinds]) => kinds.length > 1).map(([column]) => column)
  if (repeated.length > 0)
    throw validationFailed(
      `Column found in multiple operators: [${repeated
        .sort()
        .map((column) => `'${column}'`)
        .join(', ')}].`,
      path,
    )
  return {
    table: { schema, name },
    operators,
    where: both(update?.filter ?? alwaysTrue, where),
    check: update?.check ?? alwaysTrue,
  }
}

const pgType = (name: string): PgType => ({
  schema: 'pg_catalog',
  name,
  kind: 'base',
  element: null,
})

function updateOperator(
  context: PlanContext,
  kind: Kind,
  { field, value }: InputMember,
): UpdateOperator {
  const meaning = inputMeaning(field)
  if (meaning?.kind !== 'column') throw validationFailed('not a column', value.path)
  const { column } = meaning
  if (value.kind === 'null' && (kind !== 'set' || !column.nullable))
    throw unexpectedNull(field.type, value.path)
  switch (kind) {
    case 'delete_key':
      return { kind, column: column.name, value: parameter(context, value, pgType('text')) }
    case 'delete_elem':
      return { kind, column: column.name, value: parameter(context, value, pgType('int4')) }
    case 'delete_at_path':
      return { kind, column: column.name, value: parameter(context, value, pgType('text'), true) }
    default:
      return { kind, column: column.name, value: parameter(context, value, column.type) }
  }
}
