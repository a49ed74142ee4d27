import { buildSchema, execute, graphql, parse, type GraphQLSchema } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WebSocketServer } from 'ws'

type Field = (args: never) => unknown

export interface GraphqlServer {
  url: string
  webSocketUrl: string
  /** What was asked, in order: `POST token` and `WS token`. */
  log: string[]
  validTokens: Set<string>
  /** Sends every live query its result again, as a change in the database does. */
  publish(): void
  closeSockets(code: number, reason: string): void
  terminateSockets(): void
  stop(): Promise<void>
}

/** The contract itself: what a member may ask. */
export function memberSchema(): GraphQLSchema {
  return schemaOf('member')
}

/** What owners and admins of an organization may ask. */
export function adminSchema(): GraphQLSchema {
  return schemaOf('org_admin')
}

function schemaOf(role: string): GraphQLSchema {
  const here = dirname(fileURLToPath(import.meta.url))
  return buildSchema(readFileSync(resolve(here, `../../../hasura/schema/${role}.graphql`), 'utf8'))
}

/** Speaks GraphQL over POST and WebSocket as Hasura does: live queries, 200 with `invalid-jwt`, close code 4400. */
export async function startGraphqlServer(
  fields: Record<string, Field>,
  schema: GraphQLSchema,
): Promise<GraphqlServer> {
  const log: string[] = []
  const validTokens = new Set<string>()
  const changes = new EventEmitter()
  changes.setMaxListeners(0)

  const http = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })

  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const token = bearer(request.headers.authorization)
    log.push(`${request.method} ${token}`)
    if (request.method !== 'POST') return { status: 404, body: { code: 'not-found' } }
    if (!validTokens.has(token)) {
      const extensions = { code: 'invalid-jwt', path: '$' }
      return { status: 200, body: { errors: [{ message: 'JWTExpired', extensions }] } }
    }
    const { query, variables } = JSON.parse(await text(request)) as Operation
    const body = await graphql({
      schema,
      source: query,
      rootValue: fields,
      variableValues: variables,
    })
    return { status: 200, body }
  }

  async function* liveResults(operation: Operation) {
    // A live query is a query that is answered again whenever something changes.
    const document = parse(operation.query.replace(/^\s*subscription/, 'query'))
    for (;;) {
      yield await execute({
        schema,
        document,
        rootValue: fields,
        variableValues: operation.variables,
      })
      await once(changes, 'change')
    }
  }

  const sockets = new WebSocketServer({ server: http, path: '/v1/graphql' })
  const disposeWs = useServer(
    {
      onConnect(context) {
        const headers = context.connectionParams?.headers as { Authorization?: string } | undefined
        const token = bearer(headers?.Authorization)
        log.push(`WS ${token}`)
        if (!validTokens.has(token)) context.extra.socket.close(4400, 'Could not verify JWT')
      },
      onSubscribe: (_context, _id, payload) => ({
        schema,
        document: parse(payload.query),
        contextValue: payload,
      }),
      subscribe: (args) => Promise.resolve(liveResults(args.contextValue as unknown as Operation)),
    },
    sockets,
  )

  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = `127.0.0.1:${(http.address() as AddressInfo).port}/v1/graphql`
  return {
    url: `http://${address}`,
    webSocketUrl: `ws://${address}`,
    log,
    validTokens,
    publish: () => changes.emit('change'),
    closeSockets: (code, reason) => sockets.clients.forEach((socket) => socket.close(code, reason)),
    terminateSockets: () => sockets.clients.forEach((socket) => socket.terminate()),
    async stop() {
      await disposeWs.dispose()
      http.closeAllConnections()
      http.close()
    },
  }
}

interface Operation {
  query: string
  variables: Record<string, unknown>
}

function bearer(header: string | undefined): string {
  return (header ?? '').replace('Bearer ', '')
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
