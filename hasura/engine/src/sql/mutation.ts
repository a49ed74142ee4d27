import type {
  ColumnValue,
  ConflictPlan,
  DeletePlan,
  InsertPlan,
  UpdateOperator,
  UpdatePlan,
} from '../plan/types.ts'
import type { QualifiedName } from '../metadata/common.ts'
import type { BoolExp } from '../schema/expressions.ts'
import { identifier, join, keyword, qualified, sql, type Fragment } from './fragment.ts'
import { Aliases, column, scopeOf, type Scope } from './scope.ts'
import { whereSql } from './where.ts'

/** A data-modifying statement up to RETURNING, and the row that RETURNING speaks of. */
export interface Mutation {
  readonly text: Fragment
  readonly scope: Scope
  readonly table: QualifiedName
  /** Whether the row may be so: decided after it has been written. */
  readonly check: Fragment
}

const newScope = (): Scope => {
  const aliases = new Aliases()
  return scopeOf(aliases, aliases.next())
}

/** Rows to insert, each with all its values; a column that a row does not give takes its default. */
export function insertSql(plan: InsertPlan, rows: readonly (readonly ColumnValue[])[]): Mutation {
  const scope = newScope()
  const { table } = plan
  const columns = [...new Set(rows.flatMap((row) => row.map((value) => value.column)))]
  const text = sql`insert into ${qualified(table)} as ${scope.row}${rowsSql(columns, rows)}${conflictSql(plan.onConflict, scope)}`
  return { text, scope, table, check: insertCheck(plan, scope) }
}

function rowsSql(columns: readonly string[], rows: readonly (readonly ColumnValue[])[]): Fragment {
  if (columns.length === 0)
    return rows.length === 1
      ? sql` default values`
      : sql` select from generate_series(1, ${rows.length})`
  const values = rows.map((row) => {
    const byColumn = new Map(row.map((value) => [value.column, value.value]))
    const items = columns.map((name) => {
      const value = byColumn.get(name)
      return value ? sql`${value}` : keyword('default')
    })
    return sql`(${join(items, ', ')})`
  })
  return sql` (${join(columns.map(identifier), ', ')}) values ${join(values, ', ')}`
}

function conflictSql(conflict: ConflictPlan | null, scope: Scope): Fragment {
  if (!conflict) return keyword('')
  const target = sql` on conflict on constraint ${identifier(conflict.constraint)}`
  if (conflict.updateColumns.length === 0) return sql`${target} do nothing`
  const presets = conflict.presets.filter(
    ({ column: name }) => !conflict.updateColumns.includes(name),
  )
  const assignments = [
    ...conflict.updateColumns.map(
      (name) => sql`${identifier(name)} = excluded.${identifier(name)}`,
    ),
    ...presets.map(({ column: name, value }) => sql`${identifier(name)} = ${value}`),
  ]
  return sql`${target} do update set ${join(assignments, ', ')} where ${whereSql(conflict.where, scope)}`
}

const isAlwaysTrue = (condition: BoolExp) => condition.kind === 'and' && condition.of.length === 0

/** A row with `xmax` has been there before: a conflict has updated it. */
function insertCheck({ check, updateCheck, onConflict }: InsertPlan, scope: Scope): Fragment {
  const inserted = whereSql(check, scope)
  const updates = onConflict !== null && onConflict.updateColumns.length > 0
  if (!updates || !updateCheck || (isAlwaysTrue(check) && isAlwaysTrue(updateCheck)))
    return inserted
  return sql`(case when ${scope.row}.xmax = 0 then ${inserted} else ${whereSql(updateCheck, scope)} end)`
}

export function updateSql({ table, operators, where, check }: UpdatePlan): Mutation {
  const scope = newScope()
  const assignments = operators.map(
    (operator) => sql`${identifier(operator.column)} = ${assignedSql(operator, scope.row)}`,
  )
  return {
    text: sql`update ${qualified(table)} as ${scope.row} set ${join(assignments, ', ')} where ${whereSql(where, scope)}`,
    scope,
    table,
    check: whereSql(check, scope),
  }
}

function assignedSql({ kind, column: name, value }: UpdateOperator, row: Fragment): Fragment {
  const current = column(row, name)
  switch (kind) {
    case 'set':
      return sql`${value}`
    case 'inc':
      return sql`${current} + ${value}`
    case 'append':
      return sql`${current} || ${value}`
    case 'prepend':
      return sql`${value} || ${current}`
    case 'delete_key':
    case 'delete_elem':
      return sql`${current} - ${value}`
    case 'delete_at_path':
      return sql`${current} #- ${value}`
  }
}

export function deleteSql({ table, where }: DeletePlan): Mutation {
  const scope = newScope()
  return {
    text: sql`delete from ${qualified(table)} as ${scope.row} where ${whereSql(where, scope)}`,
    scope,
    table,
    check: keyword('true'),
  }
}
