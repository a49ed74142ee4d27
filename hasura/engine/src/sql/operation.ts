import type { SelectPlan, StreamPlan } from '../plan/types.ts'
import type { BoundParameter } from '../schema/expressions.ts'
import {
  compile,
  constant,
  identifier,
  join,
  keyword,
  sql,
  type CompiledSql,
  type Placeholder,
} from './fragment.ts'
import { rowObjectSql } from './json.ts'
import { Aliases, column } from './scope.ts'
import { selectSql, streamRows } from './select.ts'

export interface RootSelect {
  readonly key: string
  readonly select: SelectPlan
}

/** All roots of a query in one statement: one row, a JSON text column `r0`, `r1`, … a root. */
export function queryStatement(roots: readonly RootSelect[]): CompiledSql {
  const aliases = new Aliases()
  const columns = roots.map(
    ({ select }, index) =>
      sql`(${selectSql(select, aliases, null)})::text as ${identifier(`r${index}`)}`,
  )
  return compile(sql`select ${join(columns, ', ')}`)
}

/** A value of the subscriber's own parameters, which come as a JSON array of text. */
const ofSubscriber: Placeholder = (position, sqlType) =>
  `(subscriber.vars->>${position - 1})::${sqlType}`

/**
 * One statement for many subscribers with equal plans. Its own parameters are `$1::text[]` (result ids) and
 * `$2::json[]` (for each subscriber the array of its bound parameters); a row is `result_id`, `result`.
 */
export function cohortStatement(roots: readonly RootSelect[]): CompiledSql {
  const aliases = new Aliases()
  const members = roots.map(({ key, select }) => ({
    key,
    value: selectSql(select, aliases, null),
  }))
  return compile(
    sql`select subscriber.result_id, answer.result from unnest($1::text[], $2::json[]) subscriber(result_id, vars) left join lateral (select ${rowObjectSql(members, aliases.next())}::text as result) answer on true`,
    ofSubscriber,
  )
}

export const cursorParameter = (index: number, sqlType: string): BoundParameter => ({
  source: { from: 'runtime', name: `cursor${index}` },
  sqlType,
})

/**
 * A batch of a stream for many subscribers. Runtime parameters `cursor0`… hold the cursor; a row is
 * `result_id`, `result` (JSON text of the batch's rows) and `cursor` (JSON array of text: where the next
 * batch begins; null when the batch was empty).
 */
export function streamCohortStatement({
  key,
  stream,
}: {
  key: string
  stream: StreamPlan
}): CompiledSql {
  const aliases = new Aliases()
  const { select, cursor } = stream
  const row = aliases.next()
  const beyond = cursor.map(
    ({ column: name, sqlType, direction }, index) =>
      sql`(${cursorParameter(index, sqlType)} is null or ${column(row, name)} ${keyword(direction === 'asc' ? '>' : '<')} ${cursorParameter(index, sqlType)})`,
  )
  const next = cursor.map(({ column: name }) => sql`${column(row, name)}::text`)
  const rows = streamRows(
    select,
    aliases,
    row,
    join(beyond, ' and '),
    sql`json_build_array(${join(next, ', ')})`,
  )
  return compile(
    sql`select subscriber.result_id, answer.result, answer.cursor from unnest($1::text[], $2::json[]) subscriber(result_id, vars) left join lateral (select json_build_object(${constant(key)}, coalesce(json_agg(batch.j), '[]'))::text as result, (json_agg(batch.c) -> -1)::text as cursor from (${rows}) batch) answer on true`,
    ofSubscriber,
  )
}
