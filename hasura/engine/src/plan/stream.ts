import { validationFailed } from '../errors.ts'
import { inputMeaning } from '../schema/meaning.ts'
import type { RoleTable } from '../schema/role-types.ts'
import { sqlTypeName } from '../schema/scalars.ts'
import { readArguments } from './arguments.ts'
import type { CollectedField } from './collect.ts'
import type { PlanContext } from './context.ts'
import type { InputValue } from './input.ts'
import { literal, parameter, customParameter, nonNegativeInt } from './parameters.ts'
import { planRowFields } from './select.ts'
import type { RootPlan, RowsPlan, StreamPlan } from './types.ts'
import { asList, both, planWhere, tableSource, visible } from './where.ts'

/** `<t>_stream`: rows beyond the cursor, in its order, a batch at a time. */
export function planStream(
  context: PlanContext,
  collected: CollectedField,
  target: RoleTable,
): RootPlan {
  const { key, path } = collected
  const args = readArguments(context, collected)
  const cursor = asList(args.get('cursor') ?? { kind: 'null', path }).flatMap((item) =>
    cursorColumns(context, item),
  )
  if (cursor.length === 0)
    throw validationFailed('one streaming column field is expected', `${path}.args.cursor`)
  if (cursor.length > 1)
    throw validationFailed('multiple column cursors are not supported yet', `${path}.args.cursor`)
  const batchSize = args.get('batch_size')
  const rows: RowsPlan = {
    source: tableSource(target),
    join: [],
    where: both(visible(target), planWhere(context, args.get('where'))),
    orderBy: cursor.map(({ column, direction }) => ({
      by: { kind: 'column', column },
      direction,
      nulls: 'last',
    })),
    distinctOn: [],
    limit: batchSize
      ? customParameter(context, batchSize, nonNegativeInt, '"int4"')
      : literal('1', '"int4"'),
    offset: null,
    permissionLimit: target.select?.limit ?? null,
  }
  const fields = planRowFields(context, collected)
  return {
    kind: 'stream',
    key,
    path,
    stream: { select: { kind: 'list', rows, fields, aggregate: [] }, cursor },
  }
}

function cursorColumns(context: PlanContext, value: InputValue): StreamPlan['cursor'] {
  if (value.kind !== 'object') return []
  const members = new Map(value.fields.map((member) => [member.field.name, member.value]))
  const ordering = members.get('ordering')
  const direction = ordering?.kind === 'enum' && ordering.name === 'DESC' ? 'desc' : 'asc'
  const initial = members.get('initial_value')
  if (initial?.kind !== 'object') return []
  return initial.fields.flatMap(({ field, value: first }) => {
    const meaning = inputMeaning(field)
    if (meaning?.kind !== 'column') return []
    const { column } = meaning
    return [
      {
        column: column.name,
        sqlType: sqlTypeName(column.type),
        direction,
        initial: parameter(context, first, column.type),
      } as const,
    ]
  })
}
