import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { createBackends } from './backends.ts'
import type { WebServerConfig } from './config.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { createStaticFiles } from './static-files.ts'

const SHUTDOWN_MILLISECONDS = 5_000

export interface RunningWebServer {
  url: string
  close(): Promise<void>
}

/** Serves the built app and forwards identity and GraphQL, so that the browser knows one origin only. */
export async function startWebServer(config: WebServerConfig): Promise<RunningWebServer> {
  if (!existsSync(join(config.distFolder, 'index.html'))) {
    throw new Error(`There is no built app in ${config.distFolder}: run the build first`)
  }
  const backends = createBackends(config)
  const serveFile = createStaticFiles(config.distFolder)
  const upgraded = new Set<Socket>()

  const server = createServer((request, response) => {
    setSecurityHeaders(response)
    if (request.url === '/healthz') return void answerText(response, 200, 'OK')
    if (backends.forward(request, response)) return
    if (!isRead(request)) return void answerText(response, 405, 'Method not allowed')
    if (!serveFile(request, response)) answerText(response, 404, 'Not found')
  })
  server.on('upgrade', (request, socket, head) => {
    const connection = socket as Socket
    upgraded.add(connection)
    connection.on('close', () => upgraded.delete(connection))
    // A browser that leaves is no error of ours.
    connection.on('error', () => connection.destroy())
    backends.forwardUpgrade(request, connection, head)
  })

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.port, config.host, resolve)
  })

  return {
    url: `http://${config.host}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      // Subscriptions never end by themselves; their clients reconnect to whoever serves next.
      for (const connection of upgraded) connection.end()
      const limit = setTimeout(() => {
        for (const connection of upgraded) connection.destroy()
        server.closeAllConnections()
      }, SHUTDOWN_MILLISECONDS)
      await closed
      clearTimeout(limit)
      backends.close()
    },
  }
}

function isRead(request: IncomingMessage): boolean {
  return request.method === 'GET' || request.method === 'HEAD'
}

function answerText(response: ServerResponse, status: number, text: string) {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(text)
}
