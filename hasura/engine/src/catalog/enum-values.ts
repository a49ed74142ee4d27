import type { Sql } from 'postgres'
import { qualifiedKey, qualifiedText } from '../metadata/common.ts'
import type { Catalog, CatalogTable, EnumValue } from './types.ts'

const GRAPHQL_NAME = /^[_A-Za-z][_0-9A-Za-z]*$/
const NOT_ENUM_VALUES = new Set(['true', 'false', 'null'])

/** The values of each enum table, or why it cannot be one: Hasura's rules for enum tables. */
export async function readEnumValues(
  database: Sql,
  tables: readonly CatalogTable[],
): Promise<Catalog['enumValues']> {
  const entries = await Promise.all(
    tables.map(async (table) => {
      const problem = shapeProblem(table)
      return [
        qualifiedKey(table),
        problem === null ? await readRows(database, table) : { problem },
      ] as const
    }),
  )
  return new Map(entries)
}

function shapeProblem(table: CatalogTable): string | null {
  const refuse = (reason: string) =>
    `the table "${qualifiedText(table)}" cannot be used as an enum because ${reason}`
  if (!table.primaryKey) return refuse('the table must have a primary key')
  const [key, ...otherKeys] = table.primaryKey.columns
  if (otherKeys.length > 0) return refuse("the table's primary key must not span multiple columns")
  const keyColumn = table.columns.find(({ name }) => name === key)
  if (keyColumn?.type.name !== 'text')
    return refuse('the table\'s primary key must have type "text"')
  const others = table.columns.filter((column) => column !== keyColumn)
  if (others.length > 1)
    return refuse('the table must have exactly one primary key and optionally one comment column')
  if (others[0] && others[0].type.name !== 'text')
    return refuse('the table\'s comment column must have type "text"')
  return null
}

async function readRows(
  database: Sql,
  table: CatalogTable,
): Promise<readonly EnumValue[] | { problem: string }> {
  const key = table.primaryKey?.columns[0] ?? ''
  const comment = table.columns.find(({ name }) => name !== key)
  const rows = await database<EnumValue[]>`
    select ${database(key)} as value, ${comment ? database(comment.name) : null} as comment
    from ${database(table.schema)}.${database(table.name)}
    order by 1`
  const name = qualifiedText(table)
  if (rows.length === 0)
    return {
      problem: `the table "${name}" cannot be used as an enum because the table must have at least one row`,
    }
  const bad = rows.find(({ value }) => !GRAPHQL_NAME.test(value) || NOT_ENUM_VALUES.has(value))
  if (bad)
    return {
      problem: `the table "${name}" cannot be used as an enum because the value ${JSON.stringify(bad.value)} is not a valid GraphQL enum value name`,
    }
  return rows.map(({ value, comment: text }) => ({ value, comment: text }))
}
