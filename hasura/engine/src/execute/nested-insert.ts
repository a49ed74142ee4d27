import { HasuraError } from '../errors.ts'
import type { ColumnValue, InsertPlan, InsertRow, NestedInsert } from '../plan/types.ts'
import { rowsStatement } from '../sql/mutation-output.ts'
import { insertSql } from '../sql/mutation.ts'
import type { BindInput } from './bind.ts'
import type { Queryable } from './database.ts'
import { checkFailed, run } from './mutation.ts'

export const isNested = ({ rows }: InsertPlan): boolean =>
  rows.some(({ before, after }) => before.length > 0 || after.length > 0)

type Keys = Readonly<Record<string, string | null>>

interface Written {
  readonly affected: number
  /** JSON texts of the rows of the table itself. */
  readonly rows: readonly string[]
  /** The wanted columns of each row. */
  readonly keys: readonly Keys[]
}

/** Inserts rows with the rows of their relationships: what they refer to first, what refers to them after. */
export class NestedInserter {
  readonly #database: Queryable
  readonly #input: BindInput

  constructor(database: Queryable, input: BindInput) {
    this.#database = database
    this.#input = input
  }

  async insert(plan: InsertPlan): Promise<{ affected: string; rows: string }> {
    const { affected, rows } = await this.#insertAll(plan, [], [])
    return { affected: String(affected), rows: `[${rows.join(',')}]` }
  }

  async #insertAll(
    plan: InsertPlan,
    extra: readonly ColumnValue[],
    keyColumns: readonly string[],
  ): Promise<Written> {
    if (!isNested(plan)) return this.#write(plan, plan.rows, extra, keyColumns)
    let affected = 0
    const rows: string[] = []
    const keys: Keys[] = []
    for (const row of plan.rows) {
      const written = await this.#insertOne(plan, row, extra, keyColumns)
      affected += written.affected
      rows.push(...written.rows)
      keys.push(...written.keys)
    }
    return { affected, rows, keys }
  }

  async #insertOne(
    plan: InsertPlan,
    row: InsertRow,
    extra: readonly ColumnValue[],
    keyColumns: readonly string[],
  ): Promise<Written> {
    let affected = 0
    const determined: ColumnValue[] = [...extra]
    for (const nested of row.before) {
      const children = await this.#insertAll(
        nested.insert,
        [],
        nested.join.map(({ child }) => child),
      )
      affected += children.affected
      determined.push(...parentValues(nested, children, row.path))
    }
    const wanted = row.after.flatMap(({ join }) => join.map(({ parent }) => parent))
    const own = await this.#write({ ...plan, path: row.path }, [row], determined, [
      ...keyColumns,
      ...wanted,
    ])
    affected += own.affected
    const [parent] = own.keys
    for (const nested of row.after) {
      if (!parent)
        throw new HasuraError(
          'not-supported',
          `cannot proceed to insert array relations since insert to table "${plan.table.name}" affects zero rows`,
          { path: row.path },
        )
      const children = await this.#insertAll(nested.insert, childValues(nested, parent), [])
      affected += children.affected
    }
    return { ...own, affected }
  }

  async #write(
    plan: InsertPlan,
    rows: readonly InsertRow[],
    extra: readonly ColumnValue[],
    keyColumns: readonly string[],
  ): Promise<Written> {
    // Presets win over what relationships decide; the client has stated neither.
    const values = rows.map((row) => {
      const own = new Set(row.values.map(({ column }) => column))
      return [...row.values, ...extra.filter(({ column }) => !own.has(column))]
    })
    const statement = rowsStatement(insertSql(plan, values), [...new Set(keyColumns)])
    const [result] = await run(this.#database, statement, this.#input, plan.path)
    if (result?.ok !== 't') throw checkFailed(plan.path)
    const rowsText = result.rows ?? '[]'
    return {
      affected: Number(result.affected),
      rows: rowsText === '[]' ? [] : [rowsText.slice(1, -1)],
      keys: JSON.parse(result.keys ?? '[]') as Keys[],
    }
  }
}

/** Columns of a row that the row of an object relationship decides. */
function parentValues(
  { relationship, join, insert }: NestedInsert,
  { keys }: Written,
  path: string,
): ColumnValue[] {
  const [child] = keys
  if (!child)
    throw new HasuraError(
      'not-supported',
      `cannot proceed to insert object relation "${relationship}" since insert to table "${insert.table.name}" affects zero rows`,
      { path: `${path}.${relationship}` },
    )
  return join.map((pair) => ({
    column: pair.parent,
    value: {
      source: { from: 'literal', text: child[pair.child] ?? null },
      sqlType: pair.parentType,
    },
  }))
}

/** Columns of an array relationship's rows that the row they belong to decides. */
const childValues = ({ join }: NestedInsert, parent: Keys): ColumnValue[] =>
  join.map((pair) => ({
    column: pair.child,
    value: {
      source: { from: 'literal', text: parent[pair.parent] ?? null },
      sqlType: pair.childType,
    },
  }))
