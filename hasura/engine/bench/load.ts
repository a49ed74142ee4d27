import { connect, type Socket } from 'node:net'

export type LoadResult = {
  requestsPerSecond: number
  p50Milliseconds: number
  p99Milliseconds: number
}

export type LoadOptions = {
  port: number
  connections: number
  milliseconds: number
  /** The request of one connection; made once, sent again and again. */
  request: (connection: number) => Buffer
  /** Throws when a body is not what it should be. */
  check: (body: string, connection: number) => void
}

/** Of every connection's bodies the first is checked, and then one in so many. */
const checkEvery = 50

/**
 * Sends the next request when the answer to the last one is there, on every connection. Plain
 * sockets, because the client shares the machine with the servers and should cost little.
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = []
  const start = performance.now()
  const end = start + options.milliseconds
  await Promise.all(
    Array.from({ length: options.connections }, (_, index) =>
      runConnection(options, index, end, latencies),
    ),
  )
  const seconds = (performance.now() - start) / 1000
  latencies.sort((one, other) => one - other)
  const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)] ?? 0
  return {
    requestsPerSecond: latencies.length / seconds,
    p50Milliseconds: at(0.5),
    p99Milliseconds: at(0.99),
  }
}

async function runConnection(
  options: LoadOptions,
  index: number,
  end: number,
  latencies: number[],
): Promise<void> {
  const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true })
  const request = options.request(index)
  const reader = new ResponseReader(socket)
  try {
    for (let count = 0; performance.now() < end; count += 1) {
      const sentAt = performance.now()
      socket.write(request)
      const { status, body } = await reader.next()
      latencies.push(performance.now() - sentAt)
      if (status !== 200) throw new Error(`HTTP ${status}: ${body.toString().slice(0, 300)}`)
      if (count % checkEvery === 0) options.check(body.toString(), index)
    }
  } finally {
    socket.destroy()
  }
}

type Response = { status: number; body: Buffer }

/** Reads one HTTP/1.1 response after the other, by Content-Length or in chunks. */
class ResponseReader {
  #buffer: Buffer = Buffer.alloc(0)
  #waiting: { resolve: (response: Response) => void; reject: (error: Error) => void } | undefined

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
      const response = this.#parse()
      if (response !== undefined) this.#waiting?.resolve(response)
    })
    socket.on('error', (error) => this.#waiting?.reject(error))
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')))
  }

  next(): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  #parse(): Response | undefined {
    const headEnd = this.#buffer.indexOf('\r\n\r\n')
    if (headEnd < 0) return undefined
    const head = this.#buffer.toString('latin1', 0, headEnd)
    const status = Number(head.slice(9, 12))
    const bodyStart = headEnd + 4
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length === undefined) return this.#parseChunks(status, bodyStart)
    const bodyEnd = bodyStart + Number(length)
    if (this.#buffer.length < bodyEnd) return undefined
    const body = this.#buffer.subarray(bodyStart, bodyEnd)
    this.#buffer = this.#buffer.subarray(bodyEnd)
    return { status, body }
  }

  #parseChunks(status: number, start: number): Response | undefined {
    const parts: Buffer[] = []
    for (let position = start; ;) {
      const lineEnd = this.#buffer.indexOf('\r\n', position)
      if (lineEnd < 0) return undefined
      const size = Number.parseInt(this.#buffer.toString('latin1', position, lineEnd), 16)
      const chunkEnd = lineEnd + 2 + size
      if (this.#buffer.length < chunkEnd + 2) return undefined
      if (size === 0) {
        this.#buffer = this.#buffer.subarray(chunkEnd + 2)
        return { status, body: Buffer.concat(parts) }
      }
      parts.push(this.#buffer.subarray(lineEnd + 2, chunkEnd))
      position = chunkEnd + 2
    }
  }
}

export function postRequest(path: string, headers: Record<string, string>, body: string): Buffer {
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-type': 'application/json',
    accept: 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}
