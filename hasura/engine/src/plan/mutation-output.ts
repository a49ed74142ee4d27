import { validationFailed } from '../errors.ts'
import { fieldMeaning } from '../schema/meaning.ts'
import { readArguments } from './arguments.ts'
import { collectFields, type CollectedField } from './collect.ts'
import type { PlanContext } from './context.ts'
import { objectTypeOf, planRowFields, refuseSelections } from './select.ts'
import type { MutationOutput, MutationOutputPart } from './types.ts'

/** The fields of `<t>_mutation_response`. */
export function responseOutput(context: PlanContext, collected: CollectedField): MutationOutput {
  const type = objectTypeOf(collected)
  const { selections, path, depth } = collected
  const parts = collectFields(context, type, selections, path, depth).map(
    (part): MutationOutputPart => {
      const { key, field } = part
      if (!field) return { kind: 'typename', key, value: type.name }
      readArguments(context, part)
      const meaning = fieldMeaning(field)
      if (meaning?.kind === 'returning')
        return { kind: 'returning', key, fields: planRowFields(context, part) }
      if (meaning?.kind !== 'affected-rows')
        throw validationFailed(`field '${part.name}' cannot be selected here`, part.path)
      refuseSelections(part)
      return { kind: 'affected_rows', key }
    },
  )
  return { kind: 'response', parts }
}

export const rowOutput = (context: PlanContext, collected: CollectedField): MutationOutput => ({
  kind: 'row',
  fields: planRowFields(context, collected),
})
