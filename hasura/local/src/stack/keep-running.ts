import { setTimeout as delay } from 'node:timers/promises'

/** One life of a part: started and answering. */
export interface Life {
  processId: number | undefined
  /** Settles when it has ended, wanted or not. */
  exited: Promise<void>
  stop(): Promise<void>
}

export interface KeepRunningOptions {
  name: string
  /** Starts the part and waits until it answers; throws when it ends before that. */
  start: () => Promise<Life>
  /** The end of its log, for the report of its death. */
  logTail: () => string
  onDied: (name: string, tail: string) => void
  onBack: (name: string) => void
}

export interface KeptPart {
  name: string
  /** Of its current life; undefined while it is down. */
  processId(): number | undefined
  stop(): Promise<void>
}

const FIRST_DELAY_MILLISECONDS = 500
const LONGEST_DELAY_MILLISECONDS = 10_000
/** A part that lived this long was well: the next restart is quick again. */
const WELL_AFTER_MILLISECONDS = 30_000

/**
 * Starts a part, and starts it again with growing delays whenever it ends by itself: the others
 * wait for it meanwhile. A part that fails its very first start rejects: that is for a person.
 */
export async function keepRunning(options: KeepRunningOptions): Promise<KeptPart> {
  const stopping = new AbortController()
  let life: Life | undefined = await options.start()

  async function watch(): Promise<void> {
    let wait = FIRST_DELAY_MILLISECONDS
    while (!stopping.signal.aborted) {
      const bornAt = Date.now()
      await life?.exited
      if (stopping.signal.aborted) return
      options.onDied(options.name, options.logTail())
      if (life && Date.now() - bornAt > WELL_AFTER_MILLISECONDS) wait = FIRST_DELAY_MILLISECONDS
      await delay(wait, undefined, { signal: stopping.signal }).catch(() => undefined)
      wait = Math.min(wait * 2, LONGEST_DELAY_MILLISECONDS)
      if (stopping.signal.aborted) return
      life = await options.start().catch(() => undefined)
      if (life) options.onBack(options.name)
    }
  }

  const watching = watch()
  return {
    name: options.name,
    processId: () => life?.processId,
    async stop() {
      stopping.abort()
      const known = life
      await known?.stop()
      await watching
      // A start that was under way when the stop came has brought another life.
      if (life !== known) await life?.stop()
    },
  }
}
