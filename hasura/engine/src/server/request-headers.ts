import type { IncomingMessage } from 'node:http'
import type { RequestHeaders } from '../auth/headers.ts'

/** node's headers with lists joined: only set-cookie, which no client sends, ever is one. */
export function requestHeaders(request: IncomingMessage): RequestHeaders {
  return request.headers as unknown as RequestHeaders
}
