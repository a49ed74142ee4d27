import type { QualifiedName } from '../metadata/common.ts'

const GRAPHQL_NAME = /^[_A-Za-z][_0-9A-Za-z]*$/

export const isGraphqlName = (name: string): boolean => GRAPHQL_NAME.test(name)

/** `public` is left out of GraphQL names. */
export const defaultGraphqlName = ({ schema, name }: QualifiedName): string =>
  schema === 'public' ? name : `${schema}_${name}`

/** Hasura quotes names in messages like this. */
export const quoted = (text: string): string => `"${text}"`

/** Sorted by name, as Hasura's introspection lists members. */
export function sortedRecord<Value>(record: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}
