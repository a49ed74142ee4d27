import type { IncomingMessage, ServerResponse } from 'node:http'

/** As HASURA_GRAPHQL_CORS_DOMAIN: origins, or `https://*.example.com` with one leading wildcard. */
export type CorsPolicy = (origin: string) => boolean

export function corsPolicy(origins: '*' | readonly string[]): CorsPolicy {
  if (origins === '*') return () => true
  const exact = new Set(origins.filter((origin) => !origin.includes('*')))
  const suffixes = origins.flatMap((origin) => {
    const match = /^(https?:\/\/)\*(\..+)$/.exec(origin)
    return match === null ? [] : [{ scheme: match[1] ?? '', suffix: match[2] ?? '' }]
  })
  return (origin) =>
    exact.has(origin) ||
    suffixes.some(({ scheme, suffix }) => {
      const label = origin.slice(scheme.length, -suffix.length)
      return (
        origin.startsWith(scheme) &&
        origin.endsWith(suffix) &&
        label.length > 0 &&
        !label.includes('.') &&
        !label.includes('/')
      )
    })
}

/** Sets the headers that a browser asks for; true when the request was a preflight and is answered. */
export function applyCors(
  request: IncomingMessage,
  response: ServerResponse,
  allows: CorsPolicy,
): boolean {
  const { origin } = request.headers
  if (origin === undefined) return false
  const allowed = allows(origin)
  if (allowed) {
    response.setHeader('access-control-allow-origin', origin)
    response.setHeader('access-control-allow-credentials', 'true')
    response.setHeader('vary', 'origin')
  }
  if (request.method !== 'OPTIONS') return false
  if (allowed) {
    response.setHeader('access-control-allow-methods', 'GET,POST,PUT,PATCH,DELETE,OPTIONS')
    response.setHeader('access-control-max-age', '1728000')
    const requested = request.headers['access-control-request-headers']
    if (requested !== undefined) response.setHeader('access-control-allow-headers', requested)
  }
  response.writeHead(204).end()
  return true
}
