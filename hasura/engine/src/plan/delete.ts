import type { RoleTable } from '../schema/role-types.ts'
import { alwaysTrue, type BoolExp } from '../schema/expressions.ts'
import { readArguments } from './arguments.ts'
import type { CollectedField } from './collect.ts'
import type { PlanContext } from './context.ts'
import { responseOutput, rowOutput } from './mutation-output.ts'
import { primaryKeyCondition } from './primary-key.ts'
import type { RootPlan } from './types.ts'
import { both, planWhere } from './where.ts'

export function planDelete(
  context: PlanContext,
  collected: CollectedField,
  role: RoleTable,
): RootPlan {
  const args = readArguments(context, collected)
  const where = planWhere(context, args.get('where'))
  return deleteRoot(collected, role, where, responseOutput(context, collected))
}

export function planDeleteByPrimaryKey(
  context: PlanContext,
  collected: CollectedField,
  role: RoleTable,
): RootPlan {
  const where = primaryKeyCondition(context, collected, readArguments(context, collected))
  return deleteRoot(collected, role, where, rowOutput(context, collected))
}

function deleteRoot(
  { key, path }: CollectedField,
  { table: { schema, name }, delete: permission }: RoleTable,
  where: BoolExp,
  output: Extract<RootPlan, { kind: 'delete' }>['output'],
): RootPlan {
  const filter = permission?.filter ?? alwaysTrue
  return {
    kind: 'delete',
    key,
    path,
    delete: { table: { schema, name }, where: both(filter, where) },
    output,
  }
}
