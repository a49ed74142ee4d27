import { createHash } from 'node:crypto'
import type { Subscriber } from './types.ts'

/** Runs one statement for many cohorts; answers each cohort's result text, in the same order. */
export type RunBatch = (
  text: string,
  ids: readonly string[],
  values: readonly string[],
) => Promise<ReadonlyMap<string, string>>

/** How a failed run is told: nothing (try again later), or an error payload for the subscribers. */
export type DescribeError = (error: unknown) => string | undefined

export type PollerOptions = {
  text: string
  runBatch: RunBatch
  describeError: DescribeError
  batchSize: number
  refetchIntervalMilliseconds: number
}

/** Subscribers with equal values: they always see the same result. */
type Cohort = {
  readonly id: string
  readonly values: string
  readonly subscribers: Set<Subscriber>
  /** Have not had any result yet, so that they get the next one even if it has not changed. */
  readonly fresh: Set<Subscriber>
  hash: string | undefined
}

/** At most this many statements of one poller at once: the pool is for queries too. */
const concurrentBatches = 2

/**
 * All subscriptions of one statement. It runs when a table is touched, at the refetch interval,
 * and for cohorts that somebody has just joined; runs never overlap, so a burst of writes ends in
 * one run after the one under way.
 */
export class Poller {
  readonly #options: PollerOptions
  readonly #cohorts = new Map<string, Cohort>()
  readonly #interval: NodeJS.Timeout
  #nextId = 0
  #running = false
  #allWanted = false
  #freshWanted = false

  constructor(options: PollerOptions) {
    this.#options = options
    this.#interval = setInterval(() => this.touch(), options.refetchIntervalMilliseconds).unref()
  }

  get isEmpty(): boolean {
    return this.#cohorts.size === 0
  }

  add(values: string, subscriber: Subscriber): void {
    let cohort = this.#cohorts.get(values)
    if (cohort === undefined) {
      this.#nextId += 1
      const id = String(this.#nextId)
      cohort = { id, values, subscribers: new Set(), fresh: new Set(), hash: undefined }
      this.#cohorts.set(values, cohort)
    }
    cohort.subscribers.add(subscriber)
    cohort.fresh.add(subscriber)
    this.#freshWanted = true
    this.#start()
  }

  remove(values: string, subscriber: Subscriber): void {
    const cohort = this.#cohorts.get(values)
    cohort?.subscribers.delete(subscriber)
    cohort?.fresh.delete(subscriber)
    if (cohort?.subscribers.size === 0) this.#cohorts.delete(values)
  }

  /** Something that the statement reads may have changed. */
  readonly touch = (): void => {
    this.#allWanted = true
    this.#start()
  }

  stop(): void {
    clearInterval(this.#interval)
    this.#cohorts.clear()
  }

  #start(): void {
    if (this.#running || this.isEmpty) return
    this.#running = true
    // Joins and notifications of the same moment are one run. A timer and not setImmediate, because
    // the driver flushes by setImmediate and loses track when a socket closes before that.
    setTimeout(() => {
      this.#run().finally(() => {
        this.#running = false
        if (this.#allWanted || this.#freshWanted) this.#start()
      })
    }, 0)
  }

  async #run(): Promise<void> {
    const all = this.#allWanted
    this.#allWanted = false
    this.#freshWanted = false
    const cohorts = [...this.#cohorts.values()].filter((cohort) => all || cohort.fresh.size > 0)
    const batches: Cohort[][] = []
    for (let start = 0; start < cohorts.length; start += this.#options.batchSize) {
      batches.push(cohorts.slice(start, start + this.#options.batchSize))
    }
    const worker = async () => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        await this.#runBatch(batch)
      }
    }
    await Promise.all(Array.from({ length: concurrentBatches }, worker))
  }

  async #runBatch(batch: readonly Cohort[]): Promise<void> {
    const { text, runBatch, describeError } = this.#options
    // Who joins while the statement runs may be missing from it: they wait for the next run.
    const waiting = batch.map((cohort) => [...cohort.fresh])
    try {
      const results = await runBatch(
        text,
        batch.map(({ id }) => id),
        batch.map(({ values }) => values),
      )
      for (const [index, cohort] of batch.entries()) {
        const result = results.get(cohort.id)
        if (result !== undefined) publish(cohort, waiting[index] ?? [], `{"data":${result}}`)
      }
    } catch (error) {
      const payload = describeError(error)
      if (payload === undefined) return
      // One cohort's values can make the statement fail for all: find out whose.
      if (batch.length > 1) for (const cohort of batch) await this.#runBatch([cohort])
      else for (const cohort of batch) publish(cohort, waiting[0] ?? [], payload)
    }
  }
}

function publish(cohort: Cohort, waiting: readonly Subscriber[], payload: string): void {
  const hash = createHash('sha1').update(payload).digest('base64')
  const changed = hash !== cohort.hash
  cohort.hash = hash
  for (const subscriber of waiting) cohort.fresh.delete(subscriber)
  if (changed) {
    // A changed result goes to those who joined meanwhile too; they get theirs again soon.
    for (const subscriber of cohort.subscribers) subscriber.next(payload)
  } else {
    for (const subscriber of waiting) {
      if (cohort.subscribers.has(subscriber)) subscriber.next(payload)
    }
  }
}
