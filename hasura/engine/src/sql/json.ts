import { constant, identifier, join, sql, type Fragment } from './fragment.ts'

export interface Member {
  readonly key: string
  readonly value: Fragment
}

/** PostgreSQL's limits: arguments of a function (100), columns of a row, bytes of a name. */
const MAX_PAIRS = 50
const MAX_COLUMNS = 1000
const MAX_NAME_BYTES = 63

/** A JSON object with its keys in the given order. Members may be aggregates of the query around it. */
export function objectSql(members: readonly Member[]): Fragment {
  const chunks: Fragment[] = []
  for (let start = 0; start < members.length || start === 0; start += MAX_PAIRS) {
    const pairs = members
      .slice(start, start + MAX_PAIRS)
      .map(({ key, value }) => sql`${constant(key)}, ${value}`)
    chunks.push(sql`json_build_object(${join(pairs, ', ')})`)
  }
  const [only] = chunks
  if (chunks.length === 1 && only) return only
  const inner = chunks.map((chunk) => sql`substr(left(${chunk}::text, -1), 2)`)
  return sql`('{' || ${join(inner, ` || ',' || `)} || '}')::json`
}

/**
 * The members as columns of a row, which PostgreSQL turns into the object faster than
 * json_build_object does; null where names or their number do not fit a row.
 */
export function columnsSql(members: readonly Member[]): Fragment | null {
  const fits =
    members.length <= MAX_COLUMNS &&
    members.every(({ key }) => Buffer.byteLength(key) <= MAX_NAME_BYTES)
  if (!fits) return null
  return join(
    members.map(({ key, value }) => sql`${value} as ${identifier(key)}`),
    ', ',
  )
}

/** An object of members that are not aggregates. */
export function rowObjectSql(members: readonly Member[], alias: Fragment): Fragment {
  const columns = columnsSql(members)
  return columns
    ? sql`(select row_to_json(${alias}) from (select ${columns}) ${alias})`
    : objectSql(members)
}
