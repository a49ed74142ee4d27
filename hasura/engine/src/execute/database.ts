import postgres, { type Options, type Sql, type TransactionSql } from 'postgres'

/** What statements run on: a pool or a transaction of it. */
export type Queryable = Pick<Sql, 'unsafe'> | Pick<TransactionSql, 'unsafe'>

/** Types whose values postgres.js would convert; the engine sends and reads text. */
const CONVERTED = {
  bool: [16],
  bytea: [17],
  integer: [20, 21, 23, 26],
  float: [700, 701],
  json: [114, 3802],
  date: [1082, 1114, 1184],
}

const asText = (oids: readonly number[]) => ({
  to: oids[0] ?? 0,
  from: [...oids],
  serialize: (value: unknown) => value,
  parse: (value: string) => value,
})

type TextTypes = { [Name in keyof typeof CONVERTED]: string }

/** A pool over which all values travel as text, and statements are prepared. */
export function connect(
  url: string,
  options: Omit<Options<Record<string, never>>, 'types'> = {},
): Sql<TextTypes> {
  const types = Object.fromEntries(
    Object.entries(CONVERTED).map(([name, oids]) => [name, asText(oids)]),
  )
  return postgres(url, {
    fetch_types: false,
    onnotice: () => undefined,
    ...options,
    types,
  } as Options<Record<string, postgres.PostgresType>>) as unknown as Sql<TextTypes>
}
