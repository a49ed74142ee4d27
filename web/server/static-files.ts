import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'

interface StaticFile {
  type: string
  cacheControl: string
  etag: string
  identity: Buffer
  /** Written by the build; best first. */
  encoded: readonly { encoding: 'br' | 'gzip'; content: Buffer }[]
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
}

/**
 * The built app, read into memory once (about 2 MB): every visitor gets files of one and the same build, also while the
 * next one is being written over them. Answers false for what it does not have.
 */
export function createStaticFiles(folder: string) {
  const files = readFiles(folder)
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const file = fileFor(files, request.url ?? '/')
    if (!file) return false
    send(file, request, response)
    return true
  }
}

/**
 * An unknown path is a page of the app, unless it looks like a file: a missing script must not be answered with HTML.
 */
function fileFor(files: ReadonlyMap<string, StaticFile>, url: string): StaticFile | undefined {
  const path = url.split('?', 1)[0] ?? '/'
  const looksLikeFile = path.startsWith('/assets/') || extname(path) !== ''
  return files.get(path) ?? (looksLikeFile ? undefined : files.get('/index.html'))
}

function send(file: StaticFile, request: IncomingMessage, response: ServerResponse) {
  response.setHeader('etag', file.etag)
  response.setHeader('cache-control', file.cacheControl)
  response.setHeader('vary', 'accept-encoding')
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304).end()
    return
  }
  const accepted = String(request.headers['accept-encoding'] ?? '')
  const match = file.encoded.find(({ encoding }) => new RegExp(`\\b${encoding}\\b`).test(accepted))
  const content = match?.content ?? file.identity
  if (match) response.setHeader('content-encoding', match.encoding)
  response.writeHead(200, { 'content-type': file.type, 'content-length': content.length })
  response.end(request.method === 'HEAD' ? undefined : content)
}

function readFiles(folder: string): Map<string, StaticFile> {
  const files = new Map<string, StaticFile>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const type = TYPES[extname(name)]
    const isHidden = name.split(sep).some((part) => part.startsWith('.'))
    const path = join(folder, name)
    if (!type || isHidden || !statSync(path).isFile()) continue
    const url = `/${name.split(sep).join('/')}`
    files.set(url, readStaticFile(path, url, type))
  }
  return files
}

function readStaticFile(path: string, url: string, type: string): StaticFile {
  const identity = readFileSync(path)
  const encoded = (['br', 'gzip'] as const).flatMap((encoding) => {
    const written = `${path}.${encoding === 'gzip' ? 'gz' : 'br'}`
    return existsSync(written) ? [{ encoding, content: readFileSync(written) }] : []
  })
  return {
    type,
    identity,
    encoded,
    etag: `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
    // Names below /assets carry a hash of the content; everything else is asked for again.
    cacheControl: url.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
}
