import { setTimeout as delay } from 'node:timers/promises'

/** Waits for `promise`, at most so long; leaves no timer behind that would keep Node alive. */
export async function settledWithin(promise: Promise<unknown>, seconds: number): Promise<void> {
  const patience = new AbortController()
  const timeout = delay(seconds * 1000, undefined, { signal: patience.signal }).catch(
    () => undefined,
  )
  await Promise.race([promise, timeout])
  patience.abort()
}
