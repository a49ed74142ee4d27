import { validationFailed } from '../errors.ts'
import { alwaysTrue } from '../schema/expressions.ts'
import { enumColumn, inputMeaning } from '../schema/meaning.ts'
import type { RoleTable } from '../schema/role-types.ts'
import { sqlTypeName } from '../schema/scalars.ts'
import type { TrackedRelationship } from '../schema/tracked-types.ts'
import { readArguments } from './arguments.ts'
import type { CollectedField } from './collect.ts'
import type { PlanContext } from './context.ts'
import { unexpectedNull, type InputValue } from './input.ts'
import { responseOutput, rowOutput } from './mutation-output.ts'
import { parameter } from './parameters.ts'
import type {
  ColumnValue,
  ConflictPlan,
  InsertPlan,
  InsertRow,
  NestedInsert,
  RootPlan,
} from './types.ts'
import { asList, both, planWhere } from './where.ts'

export function planInsert(
  context: PlanContext,
  collected: CollectedField,
  role: RoleTable,
): RootPlan {
  const { key, path } = collected
  const args = readArguments(context, collected)
  const objects = args.get('objects')
  const rows = objects ? asList(objects) : []
  const insert = insertPlan(context, role, rows, args.get('on_conflict'), `${path}.args.objects`)
  return { kind: 'insert', key, path, insert, output: responseOutput(context, collected) }
}

export function planInsertOne(
  context: PlanContext,
  collected: CollectedField,
  role: RoleTable,
): RootPlan {
  const { key, path } = collected
  const args = readArguments(context, collected)
  const object = args.get('object')
  const rows = object ? [object] : []
  const insert = insertPlan(context, role, rows, args.get('on_conflict'), `${path}.args.object`)
  return { kind: 'insert', key, path, insert, output: rowOutput(context, collected) }
}

function insertPlan(
  context: PlanContext,
  role: RoleTable,
  rows: readonly InputValue[],
  onConflict: InputValue | undefined,
  path: string,
): InsertPlan {
  const { schema, name } = role.table
  const conflict = onConflict ? conflictPlan(context, role, onConflict) : null
  return {
    table: { schema, name },
    rows: rows.map((row) => insertRow(context, role, row)),
    check: role.insert?.check ?? alwaysTrue,
    updateCheck: conflict ? (role.update?.check ?? null) : null,
    onConflict: conflict,
    path,
  }
}

function insertRow(context: PlanContext, role: RoleTable, value: InputValue): InsertRow {
  if (value.kind !== 'object') throw validationFailed('expected an object', value.path)
  const values: ColumnValue[] = (role.insert?.presets ?? []).map((preset) => ({ ...preset }))
  const stated: string[] = []
  const before: NestedInsert[] = []
  const after: NestedInsert[] = []
  for (const { field, value: member } of value.fields) {
    const meaning = inputMeaning(field)
    if (meaning?.kind === 'column') {
      const { column } = meaning
      if (member.kind === 'null' && !column.nullable) throw unexpectedNull(field.type, member.path)
      stated.push(column.name)
      values.push({ column: column.name, value: parameter(context, member, column.type) })
    } else if (meaning?.kind === 'relationship') {
      if (member.kind !== 'object') continue
      const { relationship, target } = meaning
      const members = new Map(member.fields.map((inner) => [inner.field.name, inner.value]))
      const data = members.get('data')
      const insert = insertPlan(
        context,
        target,
        data ? asList(data) : [],
        members.get('on_conflict'),
        `${member.path}.data`,
      )
      const nested = nestedInsert(role, target, relationship, insert)
      if (insert.rows.length === 0) continue
      if (relationship.kind === 'object' && relationship.insertion === 'before') {
        before.push(nested)
      } else {
        checkFree(nested)
        after.push(nested)
      }
    }
  }
  // Presets win over what relationships decide; what the client states must not clash with it.
  checkDetermined(stated, before, value.path)
  return { values, stated, before, after, path: value.path }
}

function nestedInsert(
  role: RoleTable,
  target: RoleTable,
  { name, join }: TrackedRelationship,
  insert: InsertPlan,
): NestedInsert {
  const typeIn = ({ table }: RoleTable, column: string) => {
    const found = table.catalog.columns.find((known) => known.name === column)
    return found ? sqlTypeName(found.type) : '"text"'
  }
  return {
    relationship: name,
    insert,
    join: join.map(({ parent, child }) => ({
      parent,
      child,
      parentType: typeIn(role, parent),
      childType: typeIn(target, child),
    })),
  }
}

/** A column may be given directly or by the row of an object relationship, not by both. */
function checkDetermined(
  stated: readonly string[],
  before: readonly NestedInsert[],
  path: string,
): void {
  for (const { relationship, join } of before) {
    const clashes = join.filter(({ parent }) => stated.includes(parent))
    if (clashes.length > 0)
      throw validationFailed(
        `cannot insert object relationship '${relationship}' as [${clashes.map(({ parent }) => `'${parent}'`).join(', ')}] column values are already determined`,
        `${path}.${relationship}`,
      )
  }
}

/** Rows of a relationship must not state the columns that tie them to their parent. */
function checkFree({ join, insert }: NestedInsert): void {
  for (const row of insert.rows) {
    const clashes = join.filter(({ child }) => row.stated.includes(child))
    if (clashes.length > 0)
      throw validationFailed(
        `cannot insert ${clashes.map(({ child }) => `"${child}"`).join(', ')} columns as their values are already being determined by parent insert`,
        insert.path,
      )
  }
}

function conflictPlan(
  context: PlanContext,
  { update }: RoleTable,
  value: InputValue,
): ConflictPlan | null {
  if (value.kind !== 'object') return null
  const members = new Map(value.fields.map((member) => [member.field.name, member.value]))
  const constraint = members.get('constraint')
  const columns = asList(members.get('update_columns') ?? { kind: 'null', path: value.path })
  const updateColumns = columns.flatMap((column) => {
    if (column.kind !== 'enum') return []
    const tracked = column.type.getValue(column.name)?.value
    // The placeholder of a role that may update nothing.
    if (!tracked || column.name === '_PLACEHOLDER')
      throw validationFailed('erroneous column name', value.path)
    return [enumColumn(column.type, column.name).name]
  })
  return {
    constraint:
      constraint?.kind === 'enum' ? String(constraint.type.getValue(constraint.name)?.value) : '',
    updateColumns,
    presets: updateColumns.length > 0 ? (update?.presets ?? []) : [],
    where: both(update?.filter ?? alwaysTrue, planWhere(context, members.get('where'))),
  }
}
