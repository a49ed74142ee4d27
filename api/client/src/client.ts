import { executeWithAIAccess, type Executed, type ExecuteOptions } from './execute.ts'
import { createGraphql } from './graphql.ts'
import { createCreditOperations, type CreditOperations } from './operations.ts'
import { createSessionOperations, type SessionOperations } from './sessions.ts'
import { givenToken, tokenFromKey } from './tokens.ts'
import { createTransport, type TransportOptions } from './transport.ts'

export type PurserClientOptions = TransportOptions & {
  /** Of GraphQL, for example https://purser.example/v1/graphql; Hasura or the local engine. */
  url: string
} & (
    | { serviceToken: string | (() => Promise<string>); apiKey?: undefined }
    | {
        apiKey: string
        /** Of the api's auth routes, for example https://purser.example/auth. */
        authUrl: string
        serviceToken?: undefined
      }
  )

export interface PurserClient extends CreditOperations, SessionOperations {
  executeWithAIAccess<Result>(options: ExecuteOptions<Result>): Promise<Executed<Result>>
}

/** For a product's backend. One client a process; it keeps a token and no connection of its own. */
export function createPurserClient(options: PurserClientOptions): PurserClient {
  const transport = createTransport(options)
  const tokens =
    options.apiKey === undefined
      ? givenToken(options.serviceToken)
      : tokenFromKey(options.apiKey, options.authUrl, transport)
  const ask = createGraphql(options.url, tokens, transport)
  const operations = createCreditOperations(ask)
  return {
    ...operations,
    ...createSessionOperations(ask),
    executeWithAIAccess: (work) => executeWithAIAccess(operations, work),
  }
}
