import { Kind, type TypeNode, type VariableDefinitionNode } from 'graphql'
import { HasuraError } from '../errors.ts'
import type { Json } from '../metadata/common.ts'

/** A value in a URL is text, one in a body is JSON already. */
export type RestArgument = { text: string } | { value: Json }

const numberTypes = new Set(['Int', 'Float', 'Number', 'Double', 'float8', 'numeric'])
const booleanTypes = new Set(['Boolean', 'Bool'])

/** Turns what a REST request carries into the variables of its query, as Hasura does. */
export function resolveVariables(
  definitions: readonly VariableDefinitionNode[],
  given: ReadonlyMap<string, RestArgument>,
): Record<string, Json> {
  const expected = new Map(definitions.map((node) => [node.variable.name.value, node.type]))
  const variables: Record<string, Json> = {}
  for (const [name, argument] of given) {
    const type = expected.get(name)
    if (type === undefined) throw new HasuraError('bad-request', `Unexpected variable ${name}`)
    const value = 'value' in argument ? argument.value : parseText(name, argument.text, type)
    if (value !== undefined) variables[name] = value
  }
  return variables
}

function parseText(name: string, text: string, type: TypeNode): Json | undefined {
  const nullable = type.kind !== Kind.NON_NULL_TYPE
  const inner = type.kind === Kind.NON_NULL_TYPE ? type.type : type
  if (inner.kind === Kind.LIST_TYPE) {
    throw new HasuraError(
      'bad-request',
      'List variables are not currently supported in URL or Query parameters. ' +
        `(Variable ${name}, with value ${JSON.stringify(text)})`,
    )
  }
  const typeName = inner.name.value
  if (typeName === 'Boolean' && text === '') return true
  if (nullable && text === '') return undefined
  if (booleanTypes.has(typeName) && (text === 'true' || text === 'false')) return text === 'true'
  const isNumber = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)
  if (numberTypes.has(typeName) && isNumber && Number.isSafeInteger(Math.trunc(Number(text)))) {
    return Number(text)
  }
  return text
}
