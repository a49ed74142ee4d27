import type { CatalogFunction } from '../catalog/types.ts'
import type { BoundParameter, FunctionArgument, FunctionCall } from './expressions.ts'
import { sqlTypeName } from './scalars.ts'
import type { FunctionArgumentInfo } from './tracked-types.ts'

/**
 * A call with the given arguments, by GraphQL name. Arguments that are left out have a default or are
 * NULL; those after one that takes its default are passed by name.
 */
export function functionCall(
  pgFunction: CatalogFunction,
  argumentInfos: readonly FunctionArgumentInfo[],
  given: ReadonlyMap<string, BoundParameter>,
): FunctionCall {
  let named = false
  const passed = argumentInfos.flatMap((info) => {
    const value = argumentValue(info, given)
    if (!value) {
      named = true
      return []
    }
    return [{ name: named ? info.name : null, value }]
  })
  const { schema, name } = pgFunction
  return { function: { schema, name }, arguments: passed }
}

function argumentValue(
  info: FunctionArgumentInfo,
  given: ReadonlyMap<string, BoundParameter>,
): FunctionArgument | null {
  const sqlType = sqlTypeName(info.type)
  if (info.role === 'row') return { kind: 'row' }
  if (info.role === 'session')
    return { kind: 'parameter', parameter: { source: { from: 'session-json' }, sqlType } }
  const parameter = given.get(info.graphqlName)
  if (parameter) return { kind: 'parameter', parameter }
  if (info.hasDefault) return null
  return { kind: 'parameter', parameter: { source: { from: 'literal', text: null }, sqlType } }
}
