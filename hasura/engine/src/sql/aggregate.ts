import type {
  AggregateColumn,
  AggregateField,
  AggregatePart,
  FieldPlan,
  SelectPlan,
} from '../plan/types.ts'
import { constant, identifier, join, keyword, sql, type Fragment } from './fragment.ts'
import { objectSql, type Member } from './json.ts'
import { column, scopeOf, type Aliases } from './scope.ts'
import { aggregateCall, readableSql } from './where.ts'

export interface AggregateContext {
  readonly aliases: Aliases
  /** The row that is aggregated, where it is read from its source. */
  readonly row: Fragment
  /** The same row where the aggregates stand: a subquery's, so no longer of the table's row type. */
  readonly outer: Fragment
  readonly nodeFields: (fields: readonly FieldPlan[]) => Fragment
  /** The subquery of the rows, with further columns. */
  readonly rows: (carried: Fragment) => Fragment
}

/** What must be computed while the row is still the table's: nodes and computed fields. */
class Carried {
  readonly #columns: Fragment[] = []
  readonly #outer: Fragment

  constructor(outer: Fragment) {
    this.#outer = outer
  }

  add(value: Fragment): Fragment {
    const name = identifier(`purser ${this.#columns.length}`)
    this.#columns.push(sql`, ${value} as ${name}`)
    return sql`${this.#outer}.${name}`
  }

  get sql(): Fragment {
    return join(this.#columns, '')
  }
}

/** `aggregate` and `nodes` over the same rows, read once. */
export function aggregateSql(plan: SelectPlan, context: AggregateContext): Fragment {
  const { outer, aliases } = context
  const { permissionLimit } = plan.rows
  const carried = new Carried(outer)
  const hasNodes = plan.aggregate.some(({ kind }) => kind === 'nodes')
  const members = plan.aggregate.map((part) => partSql(part, context, carried, permissionLimit))
  const rows = context.rows(carried.sql)
  if (!hasNodes || permissionLimit === null)
    return sql`(select ${objectSql(members)} from (${rows}) ${outer})`
  // The role's limit holds for nodes alone, so the rows are numbered in their order.
  const inner = aliases.next()
  return sql`(select ${objectSql(members)} from (select ${inner}.*, row_number() over () as "purser row" from (${rows}) ${inner}) ${outer})`
}

function partSql(
  part: AggregatePart,
  context: AggregateContext,
  carried: Carried,
  permissionLimit: number | null,
): Member {
  const { key } = part
  switch (part.kind) {
    case 'typename':
      return { key, value: sql`${constant(part.value)}::text` }
    case 'nodes': {
      const filter =
        permissionLimit === null
          ? keyword('')
          : sql` filter (where ${context.outer}."purser row" <= ${permissionLimit})`
      const nodes = sql`json_agg(${carried.add(context.nodeFields(part.fields))})${filter}`
      return { key, value: sql`coalesce(${nodes}, '[]')` }
    }
    case 'aggregate':
      return {
        key,
        value: objectSql(part.fields.map((field) => fieldSql(field, context, carried))),
      }
  }
}

function fieldSql(field: AggregateField, context: AggregateContext, carried: Carried): Member {
  const { key } = field
  switch (field.kind) {
    case 'typename':
      return { key, value: sql`${constant(field.value)}::text` }
    case 'count': {
      const columns = field.columns.map((name) => column(context.outer, name))
      return { key, value: aggregateCall('count', columns, field.distinct) }
    }
    case 'columns':
      return {
        key,
        value: objectSql(
          field.fields.map((member) => columnSql(member, field.function, context, carried)),
        ),
      }
  }
}

function columnSql(
  field: AggregateColumn,
  name: string,
  { outer, row, aliases }: AggregateContext,
  carried: Carried,
): Member {
  const { key } = field
  if (field.kind === 'typename') return { key, value: sql`${constant(field.value)}::text` }
  const argument =
    field.value.kind === 'column'
      ? column(outer, field.value.column)
      : carried.add(readableSql(field.value, scopeOf(aliases, row)))
  const value = sql`${keyword(name)}(${argument})`
  return { key, value: field.stringify ? sql`(${value})::text` : value }
}
