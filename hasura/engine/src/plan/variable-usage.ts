import { isListType, isNonNullType, type GraphQLInputType, type TypeNode } from 'graphql'
import type { Variable } from './variables.ts'

/**
 * May a variable of its declared type stand where `location` is expected? (GraphQL, "All Variable
 * Usages Are Allowed".) Types must be equal; nothing is coerced between variables.
 */
export function isUsageAllowed(
  location: GraphQLInputType,
  { type, hasNonNullDefault }: Variable,
  locationHasDefault: boolean,
): boolean {
  if (!isNonNullType(location) || type.kind === 'NonNullType')
    return compatible(nullable(location), nullableNode(type))
  if (!locationHasDefault && !hasNonNullDefault) return false
  return compatible(location.ofType, type)
}

const nullable = (type: GraphQLInputType): GraphQLInputType =>
  isNonNullType(type) ? type.ofType : type

const nullableNode = (type: TypeNode): TypeNode => (type.kind === 'NonNullType' ? type.type : type)

function compatible(location: GraphQLInputType, type: TypeNode): boolean {
  if (isNonNullType(location))
    return type.kind === 'NonNullType' && compatible(location.ofType, type.type)
  const declared = nullableNode(type)
  if (isListType(location))
    return declared.kind === 'ListType' && compatible(location.ofType, declared.type)
  return declared.kind === 'NamedType' && declared.name.value === location.name
}
