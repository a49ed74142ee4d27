import type { IncomingMessage } from 'node:http'
import { HasuraError } from '../errors.ts'
import { parseJson } from '../exact-json.ts'

/**
 * Reads a request's body, at most `maxBytes`. What exceeds it is not read: the caller answers and
 * closes the connection. Rejects when the client goes away in the middle.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => {
      request.pause()
      reject(
        new HasuraError('bad-request', `the request body is larger than ${maxBytes} bytes`, {
          status: 413,
        }),
      )
    }
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge()
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) tooLarge()
      else chunks.push(chunk)
    })
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.on('error', reject)
    request.on('close', () => {
      if (!request.complete) reject(new ClientGoneError())
    })
  })
}

/** Nobody is left to answer to. */
export class ClientGoneError extends Error {}

/** Parses a JSON body; a syntax error is told in Hasura's form. */
export function parseJsonBody(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    throw new HasuraError('invalid-json', (error as Error).message, { status: 400 })
  }
}
