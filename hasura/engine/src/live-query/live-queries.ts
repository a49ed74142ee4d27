import type { PollSettings } from '../settings.ts'
import { Poller, type DescribeError, type RunBatch } from './poller.ts'
import type { TouchNotifier } from './touch-notifier.ts'
import type { LivePlan, Subscriber, Unsubscribe } from './types.ts'

export type LiveQueryDependencies = {
  runBatch: RunBatch
  describeError: DescribeError
  notifier: TouchNotifier
  settings: PollSettings
}

type Entry = { poller: Poller; unwatch: () => void }

/** Keeps one poller for each statement that has subscribers. */
export class LiveQueries {
  readonly #dependencies: LiveQueryDependencies
  readonly #entries = new Map<string, Entry>()

  constructor(dependencies: LiveQueryDependencies) {
    this.#dependencies = dependencies
  }

  subscribe(plan: LivePlan, subscriber: Subscriber): Unsubscribe {
    const entry = this.#entries.get(plan.text) ?? this.#open(plan)
    entry.poller.add(plan.values, subscriber)
    return () => {
      entry.poller.remove(plan.values, subscriber)
      if (entry.poller.isEmpty) this.#close(plan.text, entry)
    }
  }

  /** After a change of metadata or schema: the next run shows what has become of the results. */
  refetchAll(): void {
    for (const { poller } of this.#entries.values()) poller.touch()
  }

  stop(): void {
    for (const [text, entry] of this.#entries) this.#close(text, entry)
  }

  #open(plan: LivePlan): Entry {
    const { runBatch, describeError, notifier, settings } = this.#dependencies
    const poller = new Poller({ text: plan.text, runBatch, describeError, ...settings })
    const entry = { poller, unwatch: notifier.watch(plan.relations, poller.touch) }
    this.#entries.set(plan.text, entry)
    return entry
  }

  #close(text: string, entry: Entry): void {
    if (this.#entries.get(text) === entry) this.#entries.delete(text)
    entry.unwatch()
    entry.poller.stop()
  }
}
