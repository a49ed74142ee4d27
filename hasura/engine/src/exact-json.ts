import { randomUUID } from 'node:crypto'
import type { Json, JsonObject } from './metadata/common.ts'

// JSON numbers keep their digits in Hasura. JavaScript's do not, so the digits of long ones are kept
// beside the array or object that holds the number: all code sees numbers, and what passes them on
// to PostgreSQL or a handler asks for the digits.

/** More digits than any number has that a double holds exactly; in strings it costs time only. */
const LONG_NUMBER = /[\d.]{16}/
const STRING_OR_LONG_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.]{15,}(?:[eE][+-]?\d+)?/g

/** Can a number with this text have lost digits? */
export const isLong = (text: string): boolean => LONG_NUMBER.test(text)

/** Cannot be foreseen, so no text of a request is taken for a number. */
const MARK = `${randomUUID()}:`
const MARKED_NUMBER = new RegExp(`"${MARK}([^"]+)"`, 'g')

const digitsOf = new WeakMap<object, Map<string, string>>()

/** `JSON.parse`, after which `exactDigits` knows the digits of long numbers. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (!isLong(text)) return value
  const marked = text.replace(STRING_OR_LONG_NUMBER, (token) =>
    token.startsWith('"') ? token : `"${MARK}${token}"`,
  )
  return JSON.parse(marked, function (this: object, key: string, item: unknown) {
    if (typeof item !== 'string' || !item.startsWith(MARK)) return item
    const digits = item.slice(MARK.length)
    keepDigits(this, key, digits)
    return Number(digits)
  })
}

/** The number at `key` of an array or object as it was written, if JavaScript's may differ from it. */
export const exactDigits = (holder: unknown, key: string | number): string | undefined =>
  typeof holder === 'object' && holder !== null ? digitsOf.get(holder)?.get(String(key)) : undefined

/** Sets a member, also one with the name of a property that objects have already. */
export function putMember(
  holder: Json[] | JsonObject,
  key: string | number,
  value: Json,
  digits: string | undefined,
): void {
  Object.defineProperty(holder, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  })
  if (digits !== undefined) keepDigits(holder, key, digits)
}

function keepDigits(holder: object, key: string | number, digits: string): void {
  if (!isLong(digits)) return
  const known = digitsOf.get(holder)
  if (known) known.set(String(key), digits)
  else digitsOf.set(holder, new Map([[String(key), digits]]))
}

/** `JSON.stringify` with all digits. */
export function stringifyJson(value: Json): string {
  if (!hasDigits(value)) return JSON.stringify(value)
  const text = JSON.stringify(value, function (this: object, key: string, item: unknown) {
    const digits = typeof item === 'number' ? exactDigits(this, key) : undefined
    return digits === undefined ? item : MARK + digits
  })
  return text.replace(MARKED_NUMBER, '$1')
}

function hasDigits(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false
  return digitsOf.has(value) || Object.values(value).some(hasDigits)
}
