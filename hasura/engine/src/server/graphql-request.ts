import { HasuraError } from '../errors.ts'
import type { GraphqlRequest } from '../execute/types.ts'
import type { JsonObject } from '../metadata/common.ts'

/** Checks the shape of one request of a GraphQL body; errors are Hasura's. */
export function readGraphqlRequest(value: unknown): GraphqlRequest {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw parseFailed(`expected a GraphQL request object, but encountered ${nameOf(value)}`)
  }
  const { query, operationName, variables } = value as Record<string, unknown>
  if (query === undefined) throw parseFailed('key "query" not found')
  if (typeof query !== 'string') {
    throw parseFailed(`expected String, but encountered ${nameOf(query)}`, '$.query')
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw parseFailed(
      `expected String, but encountered ${nameOf(operationName)}`,
      '$.operationName',
    )
  }
  if (variables !== undefined && variables !== null && !isObject(variables)) {
    throw parseFailed(`expected Object, but encountered ${nameOf(variables)}`, '$.variables')
  }
  return { query, operationName: operationName ?? null, variables: variables ?? null }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function nameOf(value: unknown): string {
  if (value === null) return 'Null'
  if (Array.isArray(value)) return 'Array'
  const type = typeof value
  return type.charAt(0).toUpperCase() + type.slice(1)
}

const parseFailed = (message: string, path = '$'): HasuraError =>
  new HasuraError('parse-failed', message, { path })
