import type { PollSettings } from '../settings.ts'
import type { DescribeError } from './poller.ts'
import { StreamPoller, type RunStreamBatch } from './stream-poller.ts'
import type { TouchNotifier } from './touch-notifier.ts'
import type { StreamLivePlan, Subscriber, Unsubscribe } from './types.ts'

export type StreamDependencies = {
  runBatch: RunStreamBatch
  describeError: DescribeError
  notifier: TouchNotifier
  settings: PollSettings
}

type Entry = { poller: StreamPoller; unwatch: () => void }

/** Keeps one poller for each streaming statement that has subscribers. */
export class Streams {
  readonly #dependencies: StreamDependencies
  readonly #entries = new Map<string, Entry>()

  constructor(dependencies: StreamDependencies) {
    this.#dependencies = dependencies
  }

  subscribe(plan: StreamLivePlan, subscriber: Subscriber): Unsubscribe {
    const entry = this.#entries.get(plan.text) ?? this.#open(plan)
    const id = entry.poller.add(plan, subscriber)
    return () => {
      entry.poller.remove(id)
      if (entry.poller.isEmpty) this.#close(plan.text, entry)
    }
  }

  stop(): void {
    for (const [text, entry] of this.#entries) this.#close(text, entry)
  }

  #open(plan: StreamLivePlan): Entry {
    const { runBatch, describeError, notifier, settings } = this.#dependencies
    const poller = new StreamPoller({ text: plan.text, runBatch, describeError, ...settings })
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
