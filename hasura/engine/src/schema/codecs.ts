import type { PgType } from '../catalog/types.ts'
import { HasuraError, validationFailed } from '../errors.ts'
import type { Json } from '../metadata/common.ts'
import type { Codec } from './expressions.ts'
import { isJson, scalarName } from './scalars.ts'

/** Says what was found, in the words of Hasura's messages. */
export function describe(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  const kinds = {
    string: 'a string',
    number: 'a number',
    boolean: 'a boolean',
    object: 'an object',
  }
  return kinds[typeof value as keyof typeof kinds]
}

const expected = (what: string, name: string, value: Json, path: string) =>
  validationFailed(`expected ${what} for type '${name}', but found ${describe(value)}`, path)

const MAX_INT = 2 ** 31 - 1

const integer: Codec = (value, path) => {
  if (typeof value !== 'number') throw expected('a 32-bit integer', 'Int', value, path)
  if (!Number.isInteger(value) || value > MAX_INT || value < -MAX_INT - 1)
    throw validationFailed(
      `The value ${value} lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?`,
      path,
    )
  return String(value)
}

const float: Codec = (value, path) => {
  if (typeof value !== 'number') throw expected('a float', 'Float', value, path)
  return String(value)
}

const boolean: Codec = (value, path) => {
  if (typeof value !== 'boolean') throw expected('a boolean', 'Boolean', value, path)
  return String(value)
}

const string: Codec = (value, path) => {
  if (typeof value !== 'string') throw expected('a string', 'String', value, path)
  return value
}

const jsonText: Codec = (value) => JSON.stringify(value)

/** Any other type: PostgreSQL reads the text, and says so when it cannot. */
const text =
  (name: string): Codec =>
  (value, path) => {
    if (value === null) return null
    if (typeof value === 'object')
      throw new HasuraError(
        'parse-failed',
        `parsing ${name} failed, expected a string, a number or a boolean, but encountered ${describe(value)}`,
        { path },
      )
    return String(value)
  }

const STRICT: Readonly<Record<string, Codec>> = {
  Int: integer,
  Float: float,
  Boolean: boolean,
  String: string,
}

/** The codec of a value of the type. null must have been dealt with before. */
export function codecFor(type: PgType): Codec {
  if (type.element) return arrayCodec(codecFor(type.element))
  if (isJson(type)) return jsonText
  const name = scalarName(type)
  return STRICT[name] ?? text(name)
}

/** A list becomes PostgreSQL's array text; text is taken for an array literal as it is. */
export const arrayCodec =
  (element: Codec): Codec =>
  (value, path) => {
    if (typeof value === 'string') return value
    return arrayText(Array.isArray(value) ? value : [value], element, path)
  }

/** GraphQL's list coercion: one value is a list of one. */
export const listCodec =
  (element: Codec): Codec =>
  (value, path) =>
    arrayText(Array.isArray(value) ? value : [value], element, path)

function arrayText(values: readonly Json[], element: Codec, path: string): string {
  const items = values.map((value, index) => {
    if (value === null) return 'NULL'
    if (Array.isArray(value)) {
      const inner = element(value, `${path}[${index}]`)
      // An element codec of a list type has written an array; others (json) have written a value.
      return inner !== null && inner.startsWith('{') ? inner : quoteItem(inner ?? '')
    }
    return quoteItem(element(value, `${path}[${index}]`) ?? '')
  })
  return `{${items.join(',')}}`
}

const quoteItem = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`

/** A value of metadata (a permission or preset): looser than a client's, as Hasura is. */
export function metadataText(type: PgType, value: Json): string | null {
  if (value === null) return null
  if (isJson(type)) return JSON.stringify(value)
  if (Array.isArray(value))
    return arrayText(value, (item) => metadataText(type.element ?? type, item), '$')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
