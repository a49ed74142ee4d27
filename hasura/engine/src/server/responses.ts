import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { HasuraError } from '../errors.ts'

const jsonType = 'application/json; charset=utf-8'

export function sendJsonText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string | string[]> = {},
): void {
  if (response.writableEnded || response.destroyed) return
  const length = Buffer.byteLength(text)
  response.writeHead(status, {
    'content-type': jsonType,
    'content-length': length,
    ...headers,
  })
  // As a string, which node writes together with the head: one system call, not two buffers.
  response.end(text)
}

export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  if (response.writableEnded || response.destroyed) return
  response.writeHead(status, { 'content-type': contentType })
  response.end(text)
}

/** Anything that is no HasuraError is a bug: logged whole, told as one word. */
export function asHasuraError(error: unknown, logger: Logger): HasuraError {
  if (error instanceof HasuraError) return error
  logger.error({ err: error }, 'internal error')
  return new HasuraError('unexpected', 'internal error', { status: 500 })
}

/** The error of a GraphQL response; `internal` only for those who may see it. */
export function graphqlErrorText(error: HasuraError, showInternal: boolean): string {
  return JSON.stringify({ errors: [graphqlErrorObject(error, showInternal)] })
}

export function graphqlErrorObject(
  error: HasuraError,
  showInternal: boolean,
): ReturnType<HasuraError['toGraphql']> {
  const { message, extensions } = error.toGraphql()
  if (showInternal || error.extensions !== undefined || error.internal === undefined) {
    return { message: message ?? '', extensions: extensions ?? {} }
  }
  return { message: message ?? '', extensions: { path: error.path, code: error.code } }
}
