import type { ValueNode } from 'graphql'
import { exactDigits } from '../exact-json.ts'
import type { Json } from '../metadata/common.ts'
import { describe } from '../schema/codecs.ts'

/** A literal of the document or a part of a variable's JSON value. */
export type RawInput =
  { readonly node: ValueNode } | { readonly json: Json; readonly digits?: string | undefined }

export const isNull = (raw: RawInput): boolean =>
  'json' in raw ? raw.json === null : raw.node.kind === 'NullValue'

export const isList = (raw: RawInput): boolean =>
  'json' in raw ? Array.isArray(raw.json) : raw.node.kind === 'ListValue'

export function listItems(raw: RawInput): RawInput[] {
  if ('json' in raw) return Array.isArray(raw.json) ? raw.json.map(member(raw.json)) : []
  return raw.node.kind === 'ListValue' ? raw.node.values.map((node) => ({ node })) : []
}

const member =
  (holder: object) =>
  (json: Json, key: string | number): RawInput => ({ json, digits: exactDigits(holder, key) })

export function objectEntries(raw: RawInput): (readonly [string, RawInput])[] | null {
  if ('json' in raw) {
    const { json } = raw
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return null
    const of = member(json)
    return Object.entries(json).map(([name, value]) => [name, of(value, name)] as const)
  }
  if (raw.node.kind !== 'ObjectValue') return null
  return raw.node.fields.map(({ name, value }) => [name.value, { node: value }] as const)
}

const NODE_KINDS: Readonly<Record<ValueNode['kind'], string>> = {
  Variable: 'a variable',
  IntValue: 'an integer',
  FloatValue: 'a float',
  StringValue: 'a string',
  BooleanValue: 'a boolean',
  NullValue: 'null',
  EnumValue: 'an enum value',
  ListValue: 'a list',
  ObjectValue: 'an object',
}

export const describeRaw = (raw: RawInput): string =>
  'json' in raw ? describe(raw.json) : NODE_KINDS[raw.node.kind]
