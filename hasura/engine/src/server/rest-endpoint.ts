import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Session } from '../execute/types.ts'
import { restOperation } from '../rest/rest-request.ts'
import { parseJsonBody, readBody } from './body.ts'
import type { ServerDependencies } from './http-server.ts'
import { requestHeaders } from './request-headers.ts'
import { asHasuraError, sendJsonText } from './responses.ts'

/** /api/rest/…: the stored query's data without the `data` around it; errors with their status. */
export async function handleRest(
  request: IncomingMessage,
  response: ServerResponse,
  dependencies: ServerDependencies,
  path: string,
  query: URLSearchParams,
): Promise<void> {
  const { settings, authenticate, host, graphql, logger } = dependencies
  let session: Session | undefined
  try {
    const text = await readBody(request, settings.limits.maxBodyBytes)
    const headers = requestHeaders(request)
    session = (await authenticate(headers)).session
    const body = text.trim() === '' ? undefined : parseJsonBody(text)
    const method = request.method ?? 'GET'
    const operation = restOperation(host.metadata, { method, path, query, body })
    const answer = await graphql.runForData(operation, session, headers)
    const cookies = answer.setCookies
    sendJsonText(response, 200, answer.text, cookies.length > 0 ? { 'set-cookie': cookies } : {})
  } catch (error) {
    const told = asHasuraError(error, logger)
    const { internal, ...shown } = told.toMetadata()
    const visible =
      internal !== undefined && graphql.showsInternal(session) ? { ...shown, internal } : shown
    const extensions = told.extensions
    const body =
      extensions === undefined ? visible : { ...visible, code: extensions['code'] ?? told.code }
    sendJsonText(response, told.status, JSON.stringify(body))
  }
}
