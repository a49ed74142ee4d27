import { Kind, parse, type OperationDefinitionNode } from 'graphql'
import { HasuraError } from '../errors.ts'
import type { Json } from '../metadata/common.ts'
import type { Metadata } from '../metadata/types.ts'
import { matchEndpoint } from './match.ts'
import { resolveVariables, type RestArgument } from './variables.ts'

export type RestRequest = {
  method: string
  /** What follows /api/rest/. */
  path: string
  query: URLSearchParams
  /** Parsed JSON of the body; undefined without one. */
  body: unknown
}

export type RestOperation = { query: string; variables: Record<string, Json> }

/** The GraphQL request that a REST request stands for; errors are Hasura's, with their status. */
export function restOperation(metadata: Metadata, request: RestRequest): RestOperation {
  const endpoints = metadata.rest_endpoints ?? []
  const match = matchEndpoint(endpoints, request.method, decodedPath(request.path))
  switch (match.kind) {
    case 'not-found':
      throw new HasuraError('not-found', 'Endpoint not found', { status: 404 })
    case 'ambiguous':
      throw new HasuraError('unexpected', 'Multiple endpoints match request', { status: 500 })
    case 'method-not-allowed':
      throw new HasuraError('method-not-allowed', `Allowed methods: ${match.allowed.join(', ')}`, {
        status: 405,
      })
    case 'found': {
      const query = storedQuery(metadata, match.endpoint.definition.query)
      const given = givenArguments(request, match.pathVariables)
      const definitions = singleOperation(query).variableDefinitions ?? []
      return { query, variables: resolveVariables(definitions, given) }
    }
    default:
      return match satisfies never
  }
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new HasuraError('bad-request', 'the path is not valid percent-encoded text')
  }
}

function storedQuery(
  metadata: Metadata,
  {
    collection_name: collection,
    query_name: name,
  }: { collection_name: string; query_name: string },
): string {
  const found = metadata.query_collections
    ?.find((candidate) => candidate.name === collection)
    ?.definition.queries.find((candidate) => candidate.name === name)
  if (found === undefined) {
    throw new HasuraError('unexpected', `no query ${name} in the collection ${collection}`, {
      status: 500,
    })
  }
  return found.query
}

function singleOperation(query: string): OperationDefinitionNode {
  const operations = parse(query).definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  )
  const [operation] = operations
  if (operation === undefined || operations.length > 1) {
    throw new HasuraError('unexpected', 'A stored query should contain exactly one definition', {
      status: 500,
    })
  }
  return operation
}

/** Of a name that comes more than once the path wins, then the body, as in Hasura. */
function givenArguments(
  request: RestRequest,
  pathVariables: Record<string, string>,
): Map<string, RestArgument> {
  const given = new Map<string, RestArgument>()
  for (const [name, text] of request.query) given.set(name, { text })
  if (request.body !== undefined && request.body !== null) {
    if (typeof request.body !== 'object' || Array.isArray(request.body)) {
      throw new HasuraError('bad-request', 'the body has to be a JSON object of variables')
    }
    for (const [name, value] of Object.entries(request.body)) given.set(name, { value })
  }
  for (const [name, text] of Object.entries(pathVariables)) given.set(name, { text })
  return given
}
