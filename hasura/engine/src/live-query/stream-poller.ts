import type { DescribeError } from './poller.ts'
import type { StreamLivePlan, Subscriber } from './types.ts'

/** A batch of rows and the cursor behind the last of them; null when there were none. */
export type StreamResult = { result: string; cursor: string | null }

export type RunStreamBatch = (
  text: string,
  ids: readonly string[],
  values: readonly string[],
) => Promise<ReadonlyMap<string, StreamResult>>

export type StreamPollerOptions = {
  text: string
  runBatch: RunStreamBatch
  describeError: DescribeError
  batchSize: number
  refetchIntervalMilliseconds: number
}

type Stream = {
  readonly id: string
  readonly plan: StreamLivePlan
  readonly subscriber: Subscriber
  cursor: string | null
  lastError: string | undefined
}

/**
 * All streams of one statement. Each has a cursor of its own; one that has got rows is asked again
 * at once, until there are none left. As in Hasura, no message is sent for no rows.
 */
export class StreamPoller {
  readonly #options: StreamPollerOptions
  readonly #streams = new Map<string, Stream>()
  readonly #wanted = new Set<Stream>()
  readonly #interval: NodeJS.Timeout
  #nextId = 0
  #running = false

  constructor(options: StreamPollerOptions) {
    this.#options = options
    this.#interval = setInterval(() => this.touch(), options.refetchIntervalMilliseconds).unref()
  }

  get isEmpty(): boolean {
    return this.#streams.size === 0
  }

  /** Answers the id to remove it by. */
  add(plan: StreamLivePlan, subscriber: Subscriber): string {
    this.#nextId += 1
    const id = String(this.#nextId)
    const stream: Stream = { id, plan, subscriber, cursor: null, lastError: undefined }
    this.#streams.set(id, stream)
    this.#wanted.add(stream)
    this.#start()
    return id
  }

  remove(id: string): void {
    const stream = this.#streams.get(id)
    if (stream === undefined) return
    this.#streams.delete(id)
    this.#wanted.delete(stream)
  }

  readonly touch = (): void => {
    for (const stream of this.#streams.values()) this.#wanted.add(stream)
    this.#start()
  }

  stop(): void {
    clearInterval(this.#interval)
    this.#streams.clear()
    this.#wanted.clear()
  }

  #start(): void {
    if (this.#running || this.#wanted.size === 0) return
    this.#running = true
    setTimeout(() => {
      this.#run().finally(() => {
        this.#running = false
        this.#start()
      })
    }, 0)
  }

  async #run(): Promise<void> {
    const wanted = [...this.#wanted].slice(0, this.#options.batchSize)
    for (const stream of wanted) this.#wanted.delete(stream)
    // Who is skipped here is asked again at the refetch interval, with the same cursor.
    const batch = wanted.filter(({ subscriber }) => subscriber.isCongested?.() !== true)
    if (batch.length > 0) await this.#runBatch(batch)
  }

  async #runBatch(batch: readonly Stream[]): Promise<void> {
    const { text, runBatch, describeError } = this.#options
    try {
      const results = await runBatch(
        text,
        batch.map(({ id }) => id),
        batch.map(({ plan, cursor }) => plan.valuesAt(cursor)),
      )
      for (const stream of batch) {
        const row = results.get(stream.id)
        if (row !== undefined && row.cursor !== null) this.#publish(stream, row.result, row.cursor)
        stream.lastError = undefined
      }
    } catch (error) {
      const payload = describeError(error)
      if (payload === undefined) return
      if (batch.length > 1) for (const stream of batch) await this.#runBatch([stream])
      else for (const stream of batch) this.#publishError(stream, payload)
    }
  }

  #publish(stream: Stream, result: string, cursor: string): void {
    if (!this.#streams.has(stream.id)) return
    stream.cursor = cursor
    stream.subscriber.next(`{"data":${result}}`)
    this.#wanted.add(stream)
  }

  #publishError(stream: Stream, payload: string): void {
    if (!this.#streams.has(stream.id) || stream.lastError === payload) return
    stream.lastError = payload
    stream.subscriber.next(payload)
  }
}
