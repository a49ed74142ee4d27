import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface BreakableProxy {
  port: number
  /** Cuts every connection and refuses new ones, as a stopped server does. */
  breakDown(): Promise<void>
  recover(): Promise<void>
  close(): Promise<void>
}

/** A TCP proxy in front of PostgreSQL, so that one test can lose the database and get it back. */
export async function startBreakableProxy(target: {
  host: string
  port: number
}): Promise<BreakableProxy> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => socket.destroy())
    }
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    client.pipe(upstream).pipe(client)
  })
  let port = 0
  const recover = async () => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  const breakDown = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await recover()
  return {
    get port() {
      return port
    },
    breakDown,
    recover,
    async close() {
      if (server.listening) await breakDown()
    },
  }
}
