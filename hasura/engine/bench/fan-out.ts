import type { Sql } from 'postgres'
import { WebSocket } from 'ws'
import { organizations } from './dataset.ts'
import { adminSecret, residentMebibytes, startEngine } from './servers.ts'
import { quantile, rounded } from './statistics.ts'

export type FanOutRow = {
  subscribers: number
  mode: 'notify' | 'poll'
  p50Milliseconds: number
  p95Milliseconds: number
  messages: number
  engineMebibytes: number | undefined
}

const subscription = 'subscription { balances { organization_id available } }'
const patienceMilliseconds = 10_000

/**
 * From the moment a write is sent to the moment each subscriber of that organization has the
 * message: commit, notification, query and delivery. Beside it the same engine without
 * notifications, which sees changes at the refetch interval of one second, as Hasura does.
 */
export async function measureFanOut(
  databaseUrl: string,
  sql: Sql,
  metadata: object,
  counts: readonly number[],
  writes: { notify: number; poll: number },
): Promise<FanOutRow[]> {
  const rows: FanOutRow[] = []
  for (const mode of ['notify', 'poll'] as const) {
    for (const subscribers of counts) {
      const engine = await startEngine(databaseUrl, {
        ENGINE_LIVE_QUERY_NOTIFICATIONS: String(mode === 'notify'),
      })
      try {
        await putMetadata(engine.port, metadata)
        const pause = mode === 'notify' ? 40 : 1000
        const latencies = await measure(engine.port, sql, subscribers, writes[mode], pause)
        rows.push({
          subscribers,
          mode,
          p50Milliseconds: rounded(quantile(latencies, 0.5)),
          p95Milliseconds: rounded(quantile(latencies, 0.95)),
          messages: latencies.length,
          engineMebibytes: rounded(residentMebibytes(engine.pid) ?? Number.NaN, 0),
        })
      } finally {
        await engine.stop()
      }
    }
  }
  return rows
}

export async function putMetadata(port: number, metadata: object): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/metadata`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hasura-admin-secret': adminSecret },
    body: JSON.stringify({ type: 'replace_metadata', args: metadata }),
  })
  if (!response.ok) throw new Error(`replace_metadata: ${await response.text()}`)
}

async function measure(
  port: number,
  sql: Sql,
  count: number,
  writes: number,
  pauseMilliseconds: number,
): Promise<number[]> {
  const clients = await Promise.all(
    Array.from({ length: count }, (_, index) => Subscriber.open(port, 1 + (index % organizations))),
  )
  try {
    await Promise.all(clients.map((client) => client.received(0)))
    const latencies: number[] = []
    for (let write = 0; write < writes; write += 1) {
      const organization = 1 + (write % Math.min(count, organizations))
      const concerned = clients.filter((client) => client.organization === organization)
      const before = concerned.map(({ times }) => times.length)
      const sentAt = performance.now()
      await sql`update balances set available = available + 1 where organization_id = ${organization}`
      const times = await Promise.all(
        concerned.map((client, index) => client.received(before[index] ?? 0)),
      )
      latencies.push(...times.map((time) => time - sentAt))
      // A write must neither ride on the run that the one before it has caused, nor keep step with a
      // poll: it comes at any moment of the second.
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * pauseMilliseconds))
    }
    return latencies
  } finally {
    for (const client of clients) client.close()
  }
}

/** One websocket with one live query. */
class Subscriber {
  readonly organization: number
  readonly times: number[] = []
  readonly #socket: WebSocket
  #wake: (() => void) | undefined

  private constructor(socket: WebSocket, organization: number) {
    this.#socket = socket
    this.organization = organization
  }

  static async open(port: number, organization: number): Promise<Subscriber> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/graphql`, 'graphql-transport-ws')
    const subscriber = new Subscriber(socket, organization)
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject)
      socket.on('open', () => subscriber.#initialise())
      socket.on('message', (data) => {
        const text = String(data)
        if (text.includes('"connection_ack"')) resolve()
        else subscriber.#receive(text)
      })
    })
    const payload = { query: subscription }
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload }))
    return subscriber
  }

  /** The time of the message after so many. */
  async received(after: number): Promise<number> {
    const giveUpAt = performance.now() + patienceMilliseconds
    while (this.times.length <= after) {
      if (performance.now() > giveUpAt) throw new Error('a subscriber has not got its message')
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMilliseconds)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return this.times[after] ?? Number.NaN
  }

  close(): void {
    this.#socket.terminate()
  }

  #initialise(): void {
    const headers = {
      'x-hasura-admin-secret': adminSecret,
      'x-hasura-role': 'member',
      'x-hasura-org-id': String(this.organization),
    }
    this.#socket.send(JSON.stringify({ type: 'connection_init', payload: { headers } }))
  }

  #receive(text: string): void {
    if (text.includes('"type":"ping"')) return
    if (!text.includes('"available"')) throw new Error(`unexpected message: ${text.slice(0, 300)}`)
    this.times.push(performance.now())
    this.#wake?.()
  }
}
