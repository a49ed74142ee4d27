import type { PollSettings } from '../settings.ts'
import { PollerRegistry } from './poller-registry.ts'
import { Poller, type DescribeError, type RunBatch } from './poller.ts'
import type { TouchNotifier } from './touch-notifier.ts'
import type { LivePlan, Subscriber, Unsubscribe } from './types.ts'

export type LiveQueryDependencies = {
  runBatch: RunBatch
  describeError: DescribeError
  notifier: TouchNotifier
  settings: PollSettings
}

/** Subscribers of live queries, those of one statement together. */
export class LiveQueries {
  readonly #pollers: PollerRegistry<LivePlan, Poller>

  constructor({ runBatch, describeError, notifier, settings }: LiveQueryDependencies) {
    this.#pollers = new PollerRegistry(
      notifier,
      ({ text }: LivePlan) => new Poller({ text, runBatch, describeError, ...settings }),
    )
  }

  subscribe(plan: LivePlan, subscriber: Subscriber): Unsubscribe {
    const poller = this.#pollers.open(plan)
    poller.add(plan.values, subscriber)
    return () => {
      poller.remove(plan.values, subscriber)
      this.#pollers.closeIfEmpty(plan, poller)
    }
  }

  /** After a change of metadata or schema: the next run shows what has become of the results. */
  refetchAll(): void {
    this.#pollers.touchAll()
  }

  stop(): void {
    this.#pollers.stop()
  }
}
