interface Window {
  startedAt: number
  count: number
}

const MAXIMUM_KEYS = 50_000

/**
 * Fixed windows in memory for the ordinary auth routes, in the shape of better-auth's custom storage.
 * Its own storages restart a window with every request, so steady traffic behind one proxy address
 * would be locked out; and a row written for every request would make reading a session a write.
 * Each process counts for itself; what stops guessing is counted in the database (sign-in.ts).
 */
export function createRateWindows(now: () => number = Date.now) {
  const windows = new Map<string, Window>()

  function removeEnded(windowMilliseconds: number): void {
    for (const [key, window] of windows) {
      if (now() - window.startedAt >= windowMilliseconds) windows.delete(key)
    }
    // Under a flood of addresses forgetting everybody is better than growing without bound.
    if (windows.size >= MAXIMUM_KEYS) windows.clear()
  }

  return {
    async consume(key: string, rule: { window: number; max: number }) {
      const windowMilliseconds = rule.window * 1000
      if (windows.size >= MAXIMUM_KEYS) removeEnded(windowMilliseconds)
      const known = windows.get(key)
      const isOpen = known !== undefined && now() - known.startedAt < windowMilliseconds
      const window = isOpen ? known : { startedAt: now(), count: 0 }
      windows.set(key, window)
      if (window.count >= rule.max) {
        const endsIn = window.startedAt + windowMilliseconds - now()
        return { allowed: false, retryAfter: Math.ceil(endsIn / 1000) }
      }
      window.count += 1
      return { allowed: true, retryAfter: null }
    },
  }
}
