import { Client, fetchExchange, mapExchange, subscriptionExchange } from '@urql/core'
import type { Exchange } from '@urql/core'
import { authExchange } from '@urql/exchange-auth'
import type { TokenSource } from '@/features/identity/access-tokens.ts'
import { failureFromGraphql, isOutage } from '@/shared/failure.ts'
import { createCache } from './cache.ts'
import { isTokenRejected } from './rejected-token.ts'
import { createResilientSubscribe } from './resilient-subscribe.ts'
import { createSocket } from './socket.ts'

/** A request is not sent with a token that would end while it is on its way. */
const TOKEN_LEEWAY_MILLISECONDS = 5_000

export interface ConnectionReports {
  socket(state: 'connecting' | 'open' | 'closed'): void
  subscriptionInterrupted(change: 1 | -1): void
  requestFailed(): void
}

export interface GraphqlClientOptions {
  url: string
  webSocketUrl: string
  tokens: TokenSource
  reports: ConnectionReports
  webSocketImplementation?: unknown
  cache?: Exchange
}

/** One client for one person in one organization; `dispose` closes its socket. */
export function createGraphqlClient(options: GraphqlClientOptions) {
  const { tokens, reports } = options
  const socket = createSocket(options)
  const subscribe = createResilientSubscribe({ socket, tokens, reports })

  const client = new Client({
    url: options.url,
    // urql sends queries as GET by default, and Hasura answers POST only (hasura/graphql-engine#574).
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [
      mapExchange({
        onError(error, operation) {
          // Subscriptions tell of their interruptions themselves.
          if (operation.kind === 'subscription') return
          if (isOutage(failureFromGraphql(error))) reports.requestFailed()
        },
      }),
      options.cache ?? createCache(),
      authExchange(async (utilities) => ({
        addAuthToOperation: (operation) =>
          tokens.headers ? utilities.appendHeaders(operation, tokens.headers) : operation,
        willAuthError: () => tokens.expiresInMilliseconds() < TOKEN_LEEWAY_MILLISECONDS,
        didAuthError: isTokenRejected,
        // A failed refresh is reported by the request that then goes out without a valid token.
        refreshAuth: () => tokens.refresh().then(noop, noop),
      })),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({ subscribe: (sink) => subscribe(request, sink) }),
      }),
    ],
  })
  // Rejects when it catches the socket in the middle of a failing connect, which by then is nobody's concern.
  const dispose = () => void Promise.resolve(socket.dispose()).catch(noop)
  return { client, dispose }
}

function noop() {}
