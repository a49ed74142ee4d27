import type { PgType } from '../catalog/types.ts'
import { validationFailed } from '../errors.ts'
import type { Json } from '../metadata/common.ts'
import { checkScalar, codecFor, listCodec } from '../schema/codecs.ts'
import type { BoundParameter, Codec } from '../schema/expressions.ts'
import { sqlArrayTypeName, sqlTypeName } from '../schema/scalars.ts'
import type { PlanContext } from './context.ts'
import { inputJson, type InputValue } from './input.ts'

/** A value for a place of the given type, bound now or when the statement runs. */
export function parameter(
  context: PlanContext,
  value: InputValue,
  type: PgType,
  list = false,
): BoundParameter {
  const sqlType = list ? sqlArrayTypeName(type) : sqlTypeName(type)
  const codec = list ? listCodec(codecFor(type)) : codecFor(type)
  return { source: source(context, value, codec), sqlType }
}

/** A value that PostgreSQL does not see as a column's: limits, paths, cursors. */
export function customParameter(
  context: PlanContext,
  value: InputValue,
  codec: Codec,
  sqlType: string,
): BoundParameter {
  if (value.kind === 'variable')
    return { source: { from: 'variable', name: value.name, codec, path: value.path }, sqlType }
  return literal(codec(inputJson(context, value), value.path), sqlType)
}

export const literal = (text: string | null, sqlType: string): BoundParameter => ({
  source: { from: 'literal', text },
  sqlType,
})

function source(context: PlanContext, value: InputValue, codec: Codec): BoundParameter['source'] {
  if (value.kind === 'null') return { from: 'literal', text: null }
  if (value.kind === 'enum') return { from: 'literal', text: value.name }
  if (value.kind === 'variable')
    return { from: 'variable', name: value.name, codec, path: value.path }
  const json: Json = inputJson(context, value)
  const digits = value.kind === 'leaf' ? value.numberText : undefined
  return { from: 'literal', text: codec(json, value.path, digits) }
}

export const nonNegativeInt: Codec = (value, path) => {
  checkScalar('Int', value, path)
  if (typeof value === 'number' && value < 0)
    throw validationFailed(
      `expected a non-negative 32-bit integer for type 'Int', but found a number`,
      path,
    )
  return String(value)
}

/** `offset` takes 64-bit integers, also as strings. */
export const bigInt: Codec = (value, path) => {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  if (typeof text === 'string' && /^-?\d{1,19}$/.test(text)) return text
  throw validationFailed(
    `expected a 32-bit integer, or a 64-bit integer represented as a string for type 'Int', but found something else`,
    path,
  )
}
