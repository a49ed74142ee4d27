import type { ValueNode } from 'graphql'
import type { Json } from '../metadata/common.ts'
import { describe } from '../schema/codecs.ts'

/** A literal of the document or a part of a variable's JSON value. */
export type RawInput = { readonly node: ValueNode } | { readonly json: Json }

export const isNull = (raw: RawInput): boolean =>
  'json' in raw ? raw.json === null : raw.node.kind === 'NullValue'

export const isList = (raw: RawInput): boolean =>
  'json' in raw ? Array.isArray(raw.json) : raw.node.kind === 'ListValue'

export function listItems(raw: RawInput): RawInput[] {
  if ('json' in raw) return Array.isArray(raw.json) ? raw.json.map((json) => ({ json })) : []
  return raw.node.kind === 'ListValue' ? raw.node.values.map((node) => ({ node })) : []
}

export function objectEntries(raw: RawInput): (readonly [string, RawInput])[] | null {
  if ('json' in raw) {
    const { json } = raw
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return null
    return Object.entries(json).map(([name, value]) => [name, { json: value }] as const)
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
