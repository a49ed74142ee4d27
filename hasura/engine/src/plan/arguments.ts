import { isNonNullType } from 'graphql'
import { validationFailed } from '../errors.ts'
import { inputMeaning } from '../schema/meaning.ts'
import type { CollectedField } from './collect.ts'
import type { PlanContext } from './context.ts'
import { readInput, type InputValue } from './input.ts'

export type ArgumentValues = ReadonlyMap<string, InputValue>

/** The arguments of a field; one that is left out is absent, one that is null has kind `null`. */
export function readArguments(
  context: PlanContext,
  collected: CollectedField,
  structural = false,
): ArgumentValues {
  const { field, path, name } = collected
  const values = new Map<string, InputValue>()
  if (!field) return values
  for (const { name: given } of collected.arguments)
    if (!field.args.some((argument) => argument.name === given.value))
      throw validationFailed(`'${name}' has no argument named '${given.value}'`, path)
  for (const argument of field.args) {
    const at = `${path}.args.${argument.name}`
    const given = collected.arguments.find(({ name: { value } }) => value === argument.name)
    if (given) {
      const meaning = inputMeaning(argument)
      const value = readInput(context, argument.type, { node: given.value }, at, {
        structural,
        hasDefault: argument.defaultValue !== undefined,
        arrayColumn: meaning?.kind === 'column' && meaning.column.type.element !== null,
      })
      values.set(argument.name, value)
    } else if (isNonNullType(argument.type) && argument.defaultValue === undefined) {
      throw validationFailed(`missing required field '${argument.name}'`, at)
    }
  }
  return values
}
