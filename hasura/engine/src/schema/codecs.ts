import type { PgType } from '../catalog/types.ts'
import { HasuraError, validationFailed } from '../errors.ts'
import { exactDigits, isLong, stringifyJson } from '../exact-json.ts'
import type { Json } from '../metadata/common.ts'
import type { Codec } from './expressions.ts'
import { isJson, isNumeric, scalarName } from './scalars.ts'

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

const MAX_INT = 2 ** 31 - 1

const outOfBounds = (value: Json) =>
  `The value ${String(value)} lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?`

const isInt32 = (value: Json): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value <= MAX_INT && value >= -MAX_INT - 1

const STRICT: Readonly<Record<string, readonly [string, (value: Json) => boolean]>> = {
  Int: ['a 32-bit integer', (value) => typeof value === 'number'],
  Float: ['a float', (value) => typeof value === 'number'],
  Boolean: ['a boolean', (value) => typeof value === 'boolean'],
  String: ['a string', (value) => typeof value === 'string'],
  ID: [
    'a String or a 32-bit integer',
    (value) => typeof value === 'string' || typeof value === 'number',
  ],
}

/** Checks a value of one of GraphQL's own scalars where it is not a column's: no text for numbers. */
export function checkScalar(name: string, value: Json, path: string): void {
  const rule = STRICT[name]
  if (!rule || value === null) return
  if (!rule[1](value))
    throw validationFailed(
      `expected ${rule[0]} for type '${name}', but found ${describe(value)}`,
      path,
    )
  if (name === 'Int' && !isInt32(value))
    throw new HasuraError('parse-failed', outOfBounds(value), { path })
}

/**
 * Refuses numbers that JavaScript reads as infinite. JSON cannot carry them: an action would be
 * sent null instead, which means that nothing was given.
 */
export function checkFinite(value: Json, path: string): void {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw parseFailed('The number lies outside the bounds of a double.', path)
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) {
    checkFinite(member, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`)
  }
}

const parseFailed = (message: string, path: string) =>
  new HasuraError('parse-failed', message, { path })

const LARGEST_FLOAT: Readonly<Record<string, number>> = {
  float4: 3.4028235677973366e38,
  float8: Number.MAX_VALUE,
}

const INTEGER_BITS: Readonly<Record<string, number>> = { int2: 15, int4: 31, int8: 63 }

/** 2^63 itself passes: numbers near it have lost their last digits, and PostgreSQL decides. */
const isWithin = (value: number, bits: number): boolean =>
  Number.isInteger(value) &&
  value >= -(2 ** bits) &&
  (bits === 63 ? value <= 2 ** bits : value < 2 ** bits)

function numberText(type: PgType, value: Json, path: string): string {
  if (typeof value !== 'number')
    throw parseFailed(
      `parsing ${scalarName(type)} failed, expected Number, but encountered ${aesonKind(value)}`,
      path,
    )
  const bits = INTEGER_BITS[type.name]
  if (bits !== undefined && !isWithin(value, bits)) throw parseFailed(outOfBounds(value), path)
  const largest = LARGEST_FLOAT[type.name]
  if (largest !== undefined && Math.abs(value) > largest)
    throw parseFailed(
      `The value ${value} lies outside the bounds. Is it overflowing the float bounds?`,
      path,
    )
  // PostgreSQL reads no exponent in money, and prints large numbers that JavaScript gives one.
  if (type.name === 'money') return value.toFixed(2)
  return bits === 63 ? BigInt(value).toString() : String(value)
}

function aesonKind(value: Json): string {
  if (value === null) return 'Null'
  if (Array.isArray(value)) return 'Array'
  const kinds = { string: 'String', number: 'Number', boolean: 'Boolean', object: 'Object' }
  return kinds[typeof value as keyof typeof kinds]
}

/** Text is left to PostgreSQL, whatever the type; other JSON must be of the type's own kind. */
const scalarCodec =
  (type: PgType): Codec =>
  (value, path, digits) => {
    if (value === null) return null
    if (type.name === 'ltree') return ltree(value, path)
    if (typeof value === 'string') return value
    if (isNumeric(type)) {
      const text = numberText(type, value, path)
      return digits !== undefined && EXACT.has(type.name) ? exactNumber(type, digits, path) : text
    }
    if (type.name === 'bool' && typeof value === 'boolean') return String(value)
    const message =
      type.name === 'bool'
        ? `expected Bool, but encountered ${aesonKind(value)}`
        : `A string is expected for type: ${type.name}`
    throw parseFailed(message, path)
  }

const ltree: Codec = (value, path) => {
  if (typeof value === 'string' && !value.split('.').includes('')) return value
  throw parseFailed(
    'Expecting label path: a sequence of zero or more labels separated by dots, for example L1.L2.L3',
    path,
  )
}

const jsonText: Codec = (value, _path, digits) =>
  digits !== undefined && isLong(digits) ? digits : stringifyJson(value)

/** The codec of values of a column's type. */
export function codecFor(type: PgType): Codec {
  if (type.element) return arrayCodec(codecFor(type.element))
  return isJson(type) ? jsonText : scalarCodec(type)
}

/** Types whose numbers go to PostgreSQL with all their digits. */
const EXACT = new Set(['int8', 'numeric', 'float4', 'float8'])

const MAX_BIGINT = 2n ** 63n - 1n

/** The digits as they were written; JavaScript's number has been checked, the last digits not. */
function exactNumber(type: PgType, text: string, path: string): string {
  if (type.name === 'int8' && /^-?\d+$/.test(text)) {
    const value = BigInt(text)
    if (value > MAX_BIGINT || value < -MAX_BIGINT - 1n) throw parseFailed(outOfBounds(text), path)
  }
  return text
}

/** A list becomes PostgreSQL's array text; text is taken for an array literal as it is. */
export const arrayCodec =
  (element: Codec): Codec =>
  (value, path, digits) => {
    if (typeof value === 'string') return value
    return arrayText(Array.isArray(value) ? value : [value], element, path, digits)
  }

/** GraphQL's list coercion: one value is a list of one. */
export const listCodec =
  (element: Codec): Codec =>
  (value, path, digits) =>
    arrayText(Array.isArray(value) ? value : [value], element, path, digits)

/** `digits` are those of the one value that stands for a list. */
function arrayText(values: readonly Json[], element: Codec, path: string, digits?: string): string {
  const items = values.map((value, index) => {
    if (value === null) return 'NULL'
    if (Array.isArray(value)) {
      const inner = element(value, `${path}[${index}]`)
      // An element codec of a list type has written an array; others (json) have written a value.
      return inner !== null && inner.startsWith('{') ? inner : quoteItem(inner ?? '')
    }
    const own = exactDigits(values, index) ?? digits
    return quoteItem(element(value, `${path}[${index}]`, own) ?? '')
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
