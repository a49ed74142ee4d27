import type { TouchNotifier } from './touch-notifier.ts'

interface Polled {
  readonly isEmpty: boolean
  readonly touch: () => void
  stop(): void
}

type Plan = { text: string; relations: Parameters<TouchNotifier['watch']>[0] }

/** One poller for each statement that has subscribers, told when a commit has touched its tables. */
export class PollerRegistry<Statement extends Plan, Poller extends Polled> {
  readonly #notifier: TouchNotifier
  readonly #create: (plan: Statement) => Poller
  readonly #entries = new Map<string, { poller: Poller; unwatch: () => void }>()

  constructor(notifier: TouchNotifier, create: (plan: Statement) => Poller) {
    this.#notifier = notifier
    this.#create = create
  }

  /** The statement's poller; the first subscriber opens it. */
  open(plan: Statement): Poller {
    const found = this.#entries.get(plan.text)
    if (found) return found.poller
    const poller = this.#create(plan)
    const unwatch = this.#notifier.watch(plan.relations, poller.touch)
    this.#entries.set(plan.text, { poller, unwatch })
    return poller
  }

  /** To be called after a subscriber has left: the last one closes the poller. */
  closeIfEmpty(plan: Statement, poller: Poller): void {
    if (poller.isEmpty && this.#entries.get(plan.text)?.poller === poller) this.#close(plan.text)
  }

  touchAll(): void {
    for (const { poller } of this.#entries.values()) poller.touch()
  }

  stop(): void {
    for (const text of [...this.#entries.keys()]) this.#close(text)
  }

  #close(text: string): void {
    const entry = this.#entries.get(text)
    this.#entries.delete(text)
    entry?.unwatch()
    entry?.poller.stop()
  }
}
