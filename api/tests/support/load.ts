import { setTimeout as delay } from 'node:timers/promises'

/** Takes credits for one piece of work, as a program that never gives up: same key, same request. */
export interface Desk {
  reserve(key: string): Promise<string>
  settle(reservationId: string): Promise<void>
}

export interface LoadResult {
  /** How many calls failed and were repeated. */
  repeated: number
}

const PAUSE_MILLISECONDS = 25
const MAXIMUM_REPEATS = 2000

/**
 * Runs `operations` pieces of work with so many callers. Every tenth takes its hold and dies: its
 * hold must end by itself. `onProgress` hears how many are done.
 */
export async function runOperations(
  desk: Desk,
  { operations, callers }: { operations: number; callers: number },
  onProgress: (done: number) => void,
): Promise<LoadResult> {
  const result: LoadResult = { repeated: 0 }
  let next = 0
  let done = 0

  async function untilAnswered<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await call()
      } catch (error) {
        if (attempt === MAXIMUM_REPEATS) throw error
        result.repeated += 1
        await delay(PAUSE_MILLISECONDS)
      }
    }
  }

  async function caller(): Promise<void> {
    for (let number = next++; number < operations; number = next++) {
      const reservation = await untilAnswered(() => desk.reserve(`work ${number}`))
      if (!isAbandoned(number)) await untilAnswered(() => desk.settle(reservation))
      done += 1
      onProgress(done)
    }
  }

  await Promise.all(Array.from({ length: callers }, caller))
  return result
}

export const isAbandoned = (number: number): boolean => number % 10 === 9
