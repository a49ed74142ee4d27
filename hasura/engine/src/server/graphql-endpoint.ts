import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Authenticated } from '../auth/authenticator.ts'
import type { RequestHeaders } from '../auth/headers.ts'
import { HasuraError } from '../errors.ts'
import { parseJsonBody, readBody } from './body.ts'
import { readGraphqlRequest } from './graphql-request.ts'
import type { GraphqlAnswer } from './graphql-service.ts'
import type { ServerDependencies } from './http-server.ts'
import { requestHeaders } from './request-headers.ts'
import { asHasuraError, graphqlErrorText, sendJsonText } from './responses.ts'

/**
 * POST /v1/graphql, one request or a batch. The status is 200 even for errors, as in Hasura, but
 * for a body that is too large, of which the end is not even read. This is the hot path: text from
 * the database goes out as it came, and nothing but the request is parsed.
 */
export async function handleGraphql(
  request: IncomingMessage,
  response: ServerResponse,
  dependencies: ServerDependencies,
): Promise<void> {
  const { settings, logger } = dependencies
  const headers = requestHeaders(request)
  let authenticated: Authenticated | undefined
  try {
    const text = await readBody(request, settings.limits.maxBodyBytes)
    authenticated = await dependencies.authenticate(headers)
    const body = parseJsonBody(text)
    const answer = Array.isArray(body)
      ? await runBatch(body, authenticated, headers, dependencies)
      : await runOne(body, authenticated, headers, dependencies)
    const cookies = answer.setCookies
    sendJsonText(response, 200, answer.text, cookies.length > 0 ? { 'set-cookie': cookies } : {})
  } catch (error) {
    if (!(error instanceof HasuraError) && response.destroyed) return
    const told = asHasuraError(error, logger)
    const tooLarge = told.status === 413
    const text = graphqlErrorText(told, dependencies.graphql.showsInternal(authenticated?.session))
    sendJsonText(response, tooLarge ? 413 : 200, text, tooLarge ? { connection: 'close' } : {})
  }
}

async function runOne(
  body: unknown,
  { session }: Authenticated,
  headers: RequestHeaders,
  { graphql, logger }: ServerDependencies,
): Promise<GraphqlAnswer> {
  try {
    return await graphql.run(readGraphqlRequest(body), session, headers)
  } catch (error) {
    const text = graphqlErrorText(asHasuraError(error, logger), graphql.showsInternal(session))
    return { text, setCookies: [] }
  }
}

/** One after the other, because mutations may build upon each other. */
async function runBatch(
  requests: readonly unknown[],
  authenticated: Authenticated,
  headers: RequestHeaders,
  dependencies: ServerDependencies,
): Promise<GraphqlAnswer> {
  const { maxBatchSize } = dependencies.settings.limits
  if (requests.length > maxBatchSize) {
    throw new HasuraError('bad-request', `a batch may have at most ${maxBatchSize} requests`)
  }
  const texts: string[] = []
  const setCookies: string[] = []
  for (const body of requests) {
    const answer = await runOne(body, authenticated, headers, dependencies)
    texts.push(answer.text)
    setCookies.push(...answer.setCookies)
  }
  return { text: `[${texts.join(',')}]`, setCookies }
}
