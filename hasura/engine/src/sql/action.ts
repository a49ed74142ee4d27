import type { ActionRelationship } from '../plan/types.ts'
import type { BoundParameter } from '../schema/expressions.ts'
import { compile, constant, identifier, join, keyword, sql, type CompiledSql } from './fragment.ts'
import { Aliases } from './scope.ts'
import { selectSql } from './select.ts'

const PARENTS: BoundParameter = { source: { from: 'runtime', name: 'parents' }, sqlType: '"json"' }

/**
 * The rows that belong to objects which an action's handler has answered. The runtime parameter `parents` is a
 * JSON array of objects with the fields of `join`; a row a parent, in order, column `result` (JSON text).
 */
export function actionRelationshipStatement({
  join: pairs,
  select,
}: ActionRelationship): CompiledSql {
  const aliases = new Aliases()
  const parent = aliases.next()
  const columns = pairs.map(
    ({ parent: name, sqlType }) =>
      sql`(item.value->>${constant(name)})::${keyword(sqlType)} as ${identifier(name)}`,
  )
  const rows = { ...select, rows: { ...select.rows, join: pairs } }
  return compile(
    sql`select (${selectSql(rows, aliases, parent)})::text as result from (select item.position, ${join(columns, ', ')} from json_array_elements(${PARENTS}) with ordinality item(value, position)) ${parent} order by ${parent}.position`,
  )
}
