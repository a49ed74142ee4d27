import type { GraphQLSchema } from 'graphql'
import { WebSocket } from 'ws'
import { createGraphqlClient } from '@/app/graphql/client.ts'
import { adminSchema, startGraphqlServer } from './graphql-server.ts'
import { mintingTokens } from './tokens.ts'

/** A server that answers with these fields, and the app's own client on it. */
export async function startGraphql(
  fields: Record<string, (args: never) => unknown>,
  schema: GraphQLSchema = adminSchema(),
) {
  const server = await startGraphqlServer(fields, schema)
  const { client, dispose } = createGraphqlClient({
    url: server.url,
    webSocketUrl: server.webSocketUrl,
    webSocketImplementation: WebSocket,
    tokens: mintingTokens({
      lifetimeMilliseconds: 60_000,
      onMint: (token) => server.validTokens.add(token),
    }),
    reports: {
      socket: () => {},
      subscriptionInterrupted: () => {},
      requestFailed: () => {},
    },
  })
  return {
    client,
    publish: server.publish,
    async stop() {
      dispose()
      await server.stop()
    },
  }
}

/** As the server refuses: a code, and the numbers that come with it. */
export function refusal(code: string, details: object = {}, message = code): Error {
  return Object.assign(new Error(message), { extensions: { code, ...details } })
}
