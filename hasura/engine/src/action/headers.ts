import type { RequestHeaders } from '../auth/headers.ts'
import { configuredHeaders, type Environment } from '../environment-template.ts'
import type { ActionMetadata } from '../metadata/actions.ts'

/** Headers of the client that Hasura never forwards. */
const ignoredClientHeaders = new Set([
  'content-length',
  'content-md5',
  'user-agent',
  'host',
  'origin',
  'referer',
  'accept',
  'accept-encoding',
  'accept-language',
  'accept-datetime',
  'cache-control',
  'connection',
  'dnt',
  'content-type',
])
/** Belong to the connection between client and engine, not to the message (RFC 9110, 7.6.1). */
const connectionHeaders = new Set([
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
  'expect',
])
const forwardedAs = [
  ['host', 'x-forwarded-host'],
  ['user-agent', 'x-forwarded-user-agent'],
  ['origin', 'x-forwarded-origin'],
] as const

/** The client's headers as an action with `forward_client_headers` passes them on. */
export function forwardableHeaders(
  client: RequestHeaders,
  ignored: readonly string[] = [],
): Record<string, string> {
  const alsoIgnored = new Set(ignored.map((name) => name.toLowerCase()))
  const result: Record<string, string> = {}
  for (const [from, to] of forwardedAs) {
    const value = client[from]
    if (value !== undefined) result[to] = value
  }
  for (const [name, value] of Object.entries(client)) {
    if (name.startsWith('x-hasura-') || name.startsWith('sec-websocket-')) continue
    if (ignoredClientHeaders.has(name) || connectionHeaders.has(name)) continue
    if (!alsoIgnored.has(name)) result[name] = value
  }
  return result
}

/**
 * All headers of a handler's request. By default a client's header wins over the configured one of
 * the same name, which is Hasura's default too; HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE turns
 * it round, and should be on where clients' headers are forwarded beside a secret.
 */
export function handlerHeaders(
  action: ActionMetadata,
  client: RequestHeaders,
  environment: Environment,
  configuredFirst: boolean,
): Record<string, string> {
  const {
    headers,
    forward_client_headers: forward,
    ignored_client_headers: ignored,
  } = action.definition
  const configured: Record<string, string> = {}
  for (const [name, value] of configuredHeaders(headers ?? [], environment)) {
    configured[name.toLowerCase()] = value
  }
  const forwarded = forward === true ? forwardableHeaders(client, ignored ?? []) : {}
  const merged = configuredFirst ? { ...forwarded, ...configured } : { ...configured, ...forwarded }
  return { 'content-type': 'application/json', ...merged }
}
