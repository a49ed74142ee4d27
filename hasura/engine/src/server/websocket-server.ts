import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws'
import { WebSocketServer } from 'ws'
import { corsPolicy } from './cors.ts'
import { readGraphqlRequest } from './graphql-request.ts'
import type { ServerDependencies } from './http-server.ts'
import { requestHeaders } from './request-headers.ts'
import { asHasuraError, graphqlErrorObject } from './responses.ts'
import {
  WebsocketConnection,
  type WebsocketHandlers,
  type WebsocketOptions,
} from './websocket-connection.ts'

export type WebsocketServer = {
  /** Closes all connections; clients that are worth it connect again. */
  closeConnections(code: number, reason: string): void
  close(): void
}

/** Upgrades requests for /v1/graphql to graphql-transport-ws; all others are refused. */
export function attachWebsockets(
  server: Server,
  dependencies: ServerDependencies,
): WebsocketServer {
  const { settings } = dependencies
  const { limits } = settings
  const handlers = connectionHandlers(dependencies)
  const options: WebsocketOptions = {
    limits,
    initTimeoutMilliseconds: settings.websocketInitTimeoutSeconds * 1000,
    keepAliveMilliseconds: settings.websocketKeepAliveSeconds * 1000,
  }
  const allows = corsPolicy(settings.corsOrigins)
  const connections = new Set<WebsocketConnection>()
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxBodyBytes,
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const refusal = refusalOf(request, connections.size, limits.maxWebsocketConnections, allows)
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (websocket) => {
      const headers = requestHeaders(request)
      const connection = new WebsocketConnection(websocket, headers, handlers, options)
      connections.add(connection)
      websocket.on('close', () => connections.delete(connection))
      if (websocket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) {
        connection.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable')
      }
    })
  })
  const closeConnections = (code: number, reason: string) => {
    for (const connection of connections) connection.close(code, reason)
  }
  return {
    closeConnections,
    close: () => {
      closeConnections(1001, 'the engine is stopping')
      sockets.close()
    },
  }
}

function refusalOf(
  request: IncomingMessage,
  open: number,
  most: number,
  allows: (origin: string) => boolean,
): string | undefined {
  const [path] = (request.url ?? '').split('?')
  if (path !== '/v1/graphql') return '404 Not Found'
  // A browser's socket carries cookies to any site, so the origin has to be one that is allowed.
  const { origin } = request.headers
  if (origin !== undefined && !allows(origin)) return '403 Forbidden'
  return open >= most ? '503 Service Unavailable' : undefined
}

function connectionHandlers(dependencies: ServerDependencies): WebsocketHandlers {
  const { authenticate, graphql, logger } = dependencies
  return {
    authenticate,
    start: (payload, { session }, headers, sink) =>
      graphql.start(readGraphqlRequest(payload), session, headers, sink),
    errorsText: (error, { session }) => {
      const told = asHasuraError(error, logger)
      return JSON.stringify([graphqlErrorObject(told, graphql.showsInternal(session))])
    },
  }
}
