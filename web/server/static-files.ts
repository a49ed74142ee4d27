import sirv from 'sirv'
import type { IncomingMessage, ServerResponse } from 'node:http'

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/**
 * The built app. Files below /assets carry a hash in their name and never change; everything else is asked for again.
 * An unknown path is a page of the app, unless it looks like a file: a missing script must not be answered with HTML.
 */
export function createStaticFiles(folder: string): Handler {
  return sirv(folder, {
    brotli: true,
    gzip: true,
    etag: true,
    single: true,
    dotfiles: false,
    ignores: [/^\/assets\//, /\/[^/]+\.[a-z0-9]+$/i],
    setHeaders(response, pathname) {
      const isHashed = pathname.startsWith('/assets/')
      response.setHeader(
        'cache-control',
        isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      )
    },
  })
}
