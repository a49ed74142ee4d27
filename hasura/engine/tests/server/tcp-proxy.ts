import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** Stands between the engine and PostgreSQL, so that a test can take the network away. */
export class TcpProxy {
  readonly #target: number
  readonly #sockets = new Set<Socket>()
  #server: Server
  readonly port: number

  private constructor(target: number, server: Server, port: number) {
    this.#target = target
    this.#server = server
    this.port = port
  }

  static async start(target: number): Promise<TcpProxy> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const proxy = new TcpProxy(target, server, (server.address() as AddressInfo).port)
    proxy.#serve(server)
    return proxy
  }

  /** Ends all connections and refuses new ones. */
  async interrupt(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async resume(): Promise<void> {
    const server = createServer()
    this.#server = server
    this.#serve(server)
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
  }

  async stop(): Promise<void> {
    await this.interrupt().catch(() => undefined)
  }

  #serve(server: Server): void {
    server.on('connection', (client) => {
      const database = connect(this.#target, '127.0.0.1')
      for (const [one, other] of [
        [client, database],
        [database, client],
      ] as const) {
        this.#sockets.add(one)
        one.on('error', () => undefined)
        one.on('close', () => {
          this.#sockets.delete(one)
          other.destroy()
        })
        one.pipe(other)
      }
    })
  }
}
