import { constant, identifier, join, sql, type Fragment } from './fragment.ts'

export interface Member {
  readonly key: string
  readonly value: Fragment
}

/** PostgreSQL's limits: 100 arguments of a function, 63 bytes of a name. */
const MAX_PAIRS = 50
const MAX_NAME_BYTES = 63

/** A JSON object with its keys in the given order. */
export function objectSql(members: readonly Member[]): Fragment {
  if (members.length <= MAX_PAIRS)
    return sql`json_build_object(${join(
      members.map(({ key, value }) => sql`${constant(key)}, ${value}`),
      ', ',
    )})`
  const names = members.every(({ key }) => Buffer.byteLength(key) <= MAX_NAME_BYTES)
  if (names)
    return sql`(select row_to_json(wide) from (select ${join(
      members.map(({ key, value }) => sql`${value} as ${identifier(key)}`),
      ', ',
    )}) wide)`
  const rows = members.map(
    ({ key, value }, position) => sql`(${position}, ${constant(key)}, to_json(${value}))`,
  )
  return sql`(select json_object_agg(long.key, long.value order by long.position) from (values ${join(rows, ', ')}) long(position, key, value))`
}
