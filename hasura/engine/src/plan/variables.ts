import {
  print,
  valueFromASTUntyped,
  type ConstValueNode,
  type OperationDefinitionNode,
  type TypeNode,
} from 'graphql'
import { HasuraError, validationFailed } from '../errors.ts'
import { exactDigits } from '../exact-json.ts'
import type { Json } from '../metadata/common.ts'

export type VariableValues = Readonly<Record<string, Json>>

export interface Variable {
  readonly name: string
  readonly type: TypeNode
  readonly value:
    | { readonly from: 'request'; readonly json: Json; readonly digits: string | undefined }
    | { readonly from: 'default'; readonly node: ConstValueNode | null }
  readonly hasNonNullDefault: boolean
}

/** The variables of an operation. One that is left out has its default value or null. */
export function readVariables(
  operation: OperationDefinitionNode,
  values: VariableValues,
): Map<string, Variable> {
  const variables = new Map<string, Variable>()
  for (const { variable, type, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value
    if (variables.has(name))
      throw new HasuraError('parse-failed', `multiple definitions for variable '${name}'`)
    const json = Object.hasOwn(values, name) ? values[name] : undefined
    const required = type.kind === 'NonNullType' && !defaultValue
    if (json === undefined && required)
      throw validationFailed(`expecting a value for non-nullable variable: '${name}'`, '$')
    if (json === null && type.kind === 'NonNullType')
      throw validationFailed(
        `null value found for non-nullable type: '${print(type)}'`,
        `$.variableValues.${name}`,
      )
    variables.set(name, {
      name,
      type,
      value:
        json === undefined
          ? { from: 'default', node: defaultValue ?? null }
          : { from: 'request', json, digits: exactDigits(values, name) },
      hasNonNullDefault: defaultValue !== undefined && defaultValue.kind !== 'NullValue',
    })
  }
  return variables
}

export const variableJson = ({ value }: Variable): Json => {
  if (value.from === 'request') return value.json
  return value.node === null ? null : (valueFromASTUntyped(value.node) as Json)
}

/** A number's digits, where JavaScript's number may have lost some. */
export const variableDigits = ({ value }: Variable): string | undefined =>
  value.from === 'request' ? value.digits : undefined
