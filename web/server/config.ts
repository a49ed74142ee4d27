import { fileURLToPath } from 'node:url'

export interface WebServerConfig {
  host: string
  port: number
  apiUrl: string
  hasuraUrl: string
  distFolder: string
  /** Keep the caller's x-forwarded-for in front of ours: right behind a proxy that sets it, spoofable without one. */
  trustsProxy: boolean
}

const DEFAULT_PORT = 5173
const DEFAULT_DIST = fileURLToPath(new URL('../dist', import.meta.url))

/** Reads the environment once; anything that cannot be right stops the start with a sentence. */
export function configFrom(environment: NodeJS.ProcessEnv): WebServerConfig {
  const port = Number(environment.PURSER_WEB_PORT ?? DEFAULT_PORT)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`PURSER_WEB_PORT is not a port: ${environment.PURSER_WEB_PORT}`)
  }
  return {
    host: environment.PURSER_WEB_HOST ?? '127.0.0.1',
    port,
    apiUrl: backendUrl('API_URL', environment.API_URL ?? 'http://127.0.0.1:3000'),
    hasuraUrl: backendUrl('HASURA_URL', environment.HASURA_URL ?? 'http://127.0.0.1:8080'),
    distFolder: environment.PURSER_WEB_DIST ?? DEFAULT_DIST,
    trustsProxy: environment.PURSER_WEB_TRUST_PROXY === 'true',
  }
}

function backendUrl(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Error(`${name} is not an http URL: ${text}`)
  // Requests keep their own path, so only the origin counts; hasura's is often given with /v1/graphql.
  return url.origin
}
