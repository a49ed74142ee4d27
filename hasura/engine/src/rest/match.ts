import type { RestEndpoint } from '../metadata/types.ts'

export type EndpointMatch =
  | { kind: 'found'; endpoint: RestEndpoint; pathVariables: Record<string, string> }
  | { kind: 'method-not-allowed'; allowed: string[] }
  | { kind: 'ambiguous' }
  | { kind: 'not-found' }

/**
 * Finds the endpoint of a path below /api/rest/. As in Hasura, a literal segment does not win over
 * a `:variable`: where two endpoints fit one request, the request is ambiguous.
 */
export function matchEndpoint(
  endpoints: readonly RestEndpoint[],
  method: string,
  path: string,
): EndpointMatch {
  const segments = path.split('/')
  const fitting = endpoints.flatMap((endpoint) => {
    const pathVariables = variablesOfPath(endpoint.url, segments)
    return pathVariables === undefined ? [] : [{ endpoint, pathVariables }]
  })
  if (fitting.length === 0) return { kind: 'not-found' }
  const allowing = fitting.filter(({ endpoint }) =>
    endpoint.methods.some((allowed) => allowed === method),
  )
  const [match] = allowing
  if (match === undefined) {
    const allowed = fitting.flatMap(({ endpoint }) => endpoint.methods)
    return { kind: 'method-not-allowed', allowed: [...new Set(allowed)].sort() }
  }
  return allowing.length > 1 ? { kind: 'ambiguous' } : { kind: 'found', ...match }
}

function variablesOfPath(url: string, segments: string[]): Record<string, string> | undefined {
  const pattern = url.split('/')
  if (pattern.length !== segments.length) return undefined
  const variables: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? ''
    if (part.startsWith(':')) variables[part.slice(1)] = segment
    else if (part !== segment) return undefined
  }
  return variables
}
