import { createClient, type Client } from 'graphql-ws'
import type { GraphqlClientOptions } from './client.ts'

const KEEP_ALIVE_MILLISECONDS = 12_000
const IDLE_CLOSE_MILLISECONDS = 5_000
const FIRST_RETRY_MILLISECONDS = 250
const LONGEST_RETRY_MILLISECONDS = 15_000
/** A new socket starts with a token that lasts a while, or it would be closed again at once. */
const TOKEN_LEEWAY_MILLISECONDS = 30_000
const SHORTEST_SOCKET_MILLISECONDS = 1_000

/**
 * The one WebSocket of the page. Hasura closes a socket with 4400 at the second its token expires
 * (enisdenjo/graphql-ws#482), which interrupts every subscription; so it is renewed a little before that.
 */
export function createSocket(options: GraphqlClientOptions): Client {
  const { tokens, reports } = options
  let renewal: ReturnType<typeof setTimeout> | undefined
  let isRenewing = false
  const socket = createClient({
    url: options.webSocketUrl,
    webSocketImpl: options.webSocketImplementation,
    lazy: true,
    lazyCloseTimeout: IDLE_CLOSE_MILLISECONDS,
    keepAlive: KEEP_ALIVE_MILLISECONDS,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (retries) => pauseWithJitter(retries),
    connectionParams: async () => {
      await tokens.lastingAtLeast(TOKEN_LEEWAY_MILLISECONDS)
      return { headers: tokens.headers }
    },
    on: {
      connecting: () => reports.socket('connecting'),
      connected: () => {
        isRenewing = false
        reports.socket('open')
        clearTimeout(renewal)
        const rest = tokens.expiresInMilliseconds() - TOKEN_LEEWAY_MILLISECONDS / 2
        renewal = setTimeout(renew, Math.max(SHORTEST_SOCKET_MILLISECONDS, rest))
      },
      closed: (event) => {
        clearTimeout(renewal)
        // 1000: nobody subscribes any more; a renewal is over before anybody would notice. Neither is a loss.
        if ((event as CloseEvent).code !== 1000 && !isRenewing) reports.socket('closed')
      },
    },
  })
  function renew() {
    isRenewing = true
    socket.terminate()
  }
  return socket
}

/** Spread out, or all the tabs of the world come back in the same millisecond. */
export function pauseWithJitter(attempt: number): Promise<void> {
  const longest = Math.min(LONGEST_RETRY_MILLISECONDS, FIRST_RETRY_MILLISECONDS * 2 ** attempt)
  return new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)))
}
