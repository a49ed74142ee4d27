import { GraphQLBoolean, GraphQLFloat, GraphQLInt, GraphQLScalarType, GraphQLString } from 'graphql'
import type { PgType } from '../catalog/types.ts'

const STANDARD_NAMES: Readonly<Record<string, string>> = {
  int4: 'Int',
  float4: 'Float',
  bool: 'Boolean',
  text: 'String',
  varchar: 'String',
  int8: 'bigint',
  int2: 'smallint',
}

const STANDARD_SCALARS: Readonly<Record<string, GraphQLScalarType>> = {
  Int: GraphQLInt,
  Float: GraphQLFloat,
  Boolean: GraphQLBoolean,
  String: GraphQLString,
}

const NUMERIC = new Set(['int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'money'])
/** Sent as strings under HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES. */
const BIG_NUMBERS = new Set(['int8', 'float8', 'numeric'])
const TEXTUAL = new Set(['text', 'varchar', 'bpchar', 'citext'])
const COMPARABLE = new Set([
  ...['int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'money', 'text', 'varchar', 'bpchar'],
  ...['citext', 'date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval', 'uuid', 'ltree'],
  ...['char', 'name', 'inet', 'oid', 'bit', 'varbit', 'lquery', 'ltxtquery'],
])

/** The name of the GraphQL scalar; of an array, that of its elements. */
export function scalarName(type: PgType): string {
  if (type.element) return scalarName(type.element)
  if (type.kind === 'composite') return `${type.name}_scalar`
  return STANDARD_NAMES[type.name] ?? type.name
}

/** A fresh scalar for the role's schema; the five of GraphQL itself are shared. */
export const newScalar = (name: string, description?: string | null): GraphQLScalarType =>
  STANDARD_SCALARS[name] ?? new GraphQLScalarType({ name, description: description ?? null })

export const isNumeric = (type: PgType): boolean => NUMERIC.has(type.name)
export const isBigNumber = (type: PgType): boolean => BIG_NUMBERS.has(type.name)
export const isTextual = (type: PgType): boolean => TEXTUAL.has(type.name)
export const isJson = (type: PgType): boolean => type.name === 'json' || type.name === 'jsonb'

/** What has `min` and `max`, and may move a cursor. */
export const isComparable = (type: PgType): boolean =>
  type.kind === 'enum' || COMPARABLE.has(type.name)

/** The quoted name for a cast; `pg_catalog` is always on the search path. */
export function sqlTypeName(type: PgType): string {
  const quote = (name: string) => `"${name.replaceAll('"', '""')}"`
  return type.schema === 'pg_catalog'
    ? quote(type.name)
    : `${quote(type.schema)}.${quote(type.name)}`
}

/** The array type of a type; an array of arrays is the same type in PostgreSQL. */
export const sqlArrayTypeName = (type: PgType): string =>
  type.element ? sqlTypeName(type) : `${sqlTypeName(type)}[]`
