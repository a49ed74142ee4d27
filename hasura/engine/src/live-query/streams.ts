import type { PollSettings } from '../settings.ts'
import { PollerRegistry } from './poller-registry.ts'
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

/** Subscribers of streams, those of one statement together. */
export class Streams {
  readonly #pollers: PollerRegistry<StreamLivePlan, StreamPoller>

  constructor({ runBatch, describeError, notifier, settings }: StreamDependencies) {
    this.#pollers = new PollerRegistry(
      notifier,
      ({ text }: StreamLivePlan) =>
        new StreamPoller({ text, runBatch, describeError, ...settings }),
    )
  }

  subscribe(plan: StreamLivePlan, subscriber: Subscriber): Unsubscribe {
    const poller = this.#pollers.open(plan)
    const id = poller.add(plan, subscriber)
    return () => {
      poller.remove(id)
      this.#pollers.closeIfEmpty(plan, poller)
    }
  }

  stop(): void {
    this.#pollers.stop()
  }
}
