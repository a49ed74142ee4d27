import { WebSocket } from 'ws'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- messages are looked into freely
export type Message = any

/** A bare graphql-transport-ws client, which can also do what a good one would not. */
export class TestSocket {
  readonly socket: WebSocket
  readonly messages: Message[] = []
  closed: { code: number; reason: string } | undefined
  readonly #waiters = new Set<() => void>()

  constructor(
    url: string,
    protocol = 'graphql-transport-ws',
    headers: Record<string, string> = {},
  ) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/v1/graphql`, protocol, { headers })
    this.socket.on('message', (data) => {
      const message: Message = JSON.parse(String(data))
      if (message.type === 'ping') return
      this.messages.push(message)
      this.#wake()
    })
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) }
      this.#wake()
    })
    this.socket.on('error', () => this.#wake())
  }

  /** Opened and initialised with these headers. */
  static async connect(url: string, headers: Record<string, string>): Promise<TestSocket> {
    const socket = new TestSocket(url)
    await socket.opened()
    socket.send({ type: 'connection_init', payload: { headers } })
    await socket.until(() => socket.messages.some(({ type }) => type === 'connection_ack'))
    socket.messages.length = 0
    return socket
  }

  opened(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.socket.once('open', resolve)
      this.socket.once('error', reject)
    })
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  subscribe(id: string, query: string, variables?: unknown): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } })
  }

  /** The messages of one operation so far. */
  of(id: string): Message[] {
    return this.messages.filter((message) => message.id === id)
  }

  /** Waits until the operation has had so many messages, and answers them. */
  async received(id: string, count: number, milliseconds = 5000): Promise<Message[]> {
    await this.until(() => this.of(id).length >= count, milliseconds)
    return this.of(id)
  }

  async until(holds: () => boolean, milliseconds = 5000): Promise<void> {
    const end = Date.now() + milliseconds
    while (!holds()) {
      const left = end - Date.now()
      if (left <= 0)
        throw new Error(`not within ${milliseconds} ms: ${JSON.stringify(this.messages)}`)
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer)
          this.#waiters.delete(done)
          resolve()
        }
        const timer = setTimeout(done, left)
        this.#waiters.add(done)
      })
    }
  }

  async closedWith(milliseconds = 5000): Promise<number | undefined> {
    await this.until(() => this.closed !== undefined, milliseconds)
    return this.closed?.code
  }

  close(): void {
    this.socket.terminate()
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) waiter()
  }
}
