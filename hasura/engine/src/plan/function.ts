import { HasuraError } from '../errors.ts'
import type { CatalogFunction } from '../catalog/types.ts'
import type { BoundParameter, FunctionCall } from '../schema/expressions.ts'
import { functionCall } from '../schema/function-call.ts'
import { inputMeaning } from '../schema/meaning.ts'
import type { FunctionArgumentInfo, TrackedComputedField } from '../schema/tracked-types.ts'
import type { ArgumentValues } from './arguments.ts'
import type { PlanContext } from './context.ts'
import { parameter } from './parameters.ts'

/** A call of a tracked function with the `args` of a field. */
export function planCall(
  context: PlanContext,
  pgFunction: CatalogFunction,
  infos: readonly FunctionArgumentInfo[],
  args: ArgumentValues,
  path: string,
): FunctionCall {
  const given = new Map<string, BoundParameter>()
  const value = args.get('args')
  if (value?.kind === 'object')
    for (const { field, value: argument } of value.fields) {
      const meaning = inputMeaning(field)
      if (meaning?.kind === 'function-argument')
        given.set(field.name, parameter(context, argument, meaning.info.type))
    }
  const missing = infos.find(
    ({ role, graphqlName, hasDefault }) =>
      role === 'input' && !hasDefault && !given.has(graphqlName),
  )
  if (missing)
    throw new HasuraError('not-supported', 'Non default arguments cannot be omitted', {
      path: `${path}.args.args`,
    })
  return functionCall(pgFunction, infos, given)
}

export const computedCall = (
  context: PlanContext,
  field: TrackedComputedField,
  args: ArgumentValues,
  path: string,
): FunctionCall => planCall(context, field.function, field.arguments, args, path)
