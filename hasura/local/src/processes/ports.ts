import { createServer } from 'node:net'
import type { Server } from 'node:net'

/** A port of 127.0.0.1 that nothing else can listen on until it is released. */
export interface ReservedPort {
  port: number
  release(): Promise<void>
}

/** Takes the port, 0 for any; undefined when it is taken or not allowed. */
export async function reservePort(port: number): Promise<ReservedPort | undefined> {
  const server = await listen(port)
  const address = server?.address()
  if (!server || address === null || typeof address !== 'object') return undefined
  return {
    port: address.port,
    release: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A port that was free a moment ago; whoever uses it must still expect a clash. */
export async function findFreePort(): Promise<number> {
  const reserved = await reservePort(0)
  if (!reserved) throw new Error('there is no free port on 127.0.0.1')
  await reserved.release()
  return reserved.port
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    // Who connects while the port is only held is sent away, so that closing never waits.
    const server = createServer((socket) => socket.destroy())
    server.once('error', () => resolve(undefined))
    // A port that is still held must not keep a program from ending.
    server.unref()
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  })
}
