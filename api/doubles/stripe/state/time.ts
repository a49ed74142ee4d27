/**
 * The time of an account without test clocks: that of the machine, moved ahead on request, and held
 * at one moment while the things due at that moment happen.
 */
export interface Time {
  /** Whole seconds, as Stripe counts. */
  now(): number
  offset(): number
  /** Runs `work` as if it were `at`. */
  at(at: number, work: () => void): void
  moveTo(at: number): void
  reset(offsetSeconds?: number): void
}

export function createTime(): Time {
  let offsetSeconds = 0
  let heldAt: number | null = null
  const machine = () => Math.floor(Date.now() / 1000)
  return {
    now: () => heldAt ?? machine() + offsetSeconds,
    offset: () => offsetSeconds,
    at(at, work) {
      const before = heldAt
      heldAt = at
      try {
        work()
      } finally {
        heldAt = before
      }
    },
    moveTo(at) {
      offsetSeconds = Math.max(offsetSeconds, at - machine())
    },
    reset(offset = 0) {
      offsetSeconds = offset
      heldAt = null
    },
  }
}
