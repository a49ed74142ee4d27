import { setTimeout as delay } from 'node:timers/promises'
import { figuresOf, type Figures } from './figures.ts'

export interface Load {
  callers: number
  /** One whole operation, as a caller waits for it. */
  operation(): Promise<void>
  warmUpSeconds: number
  seconds: number
}

/** So many callers, each with its next operation as soon as it has the answer to its last one. */
export async function runLoad({
  callers,
  operation,
  warmUpSeconds,
  seconds,
}: Load): Promise<Figures> {
  const latencies: number[] = []
  const failures: unknown[] = []
  let isRunning = true
  let isMeasuring = false

  async function caller(): Promise<void> {
    while (isRunning) {
      const startedAt = performance.now()
      try {
        await operation()
      } catch (error) {
        failures.push(error)
        return
      }
      if (isMeasuring) latencies.push(performance.now() - startedAt)
    }
  }

  const running = Array.from({ length: callers }, caller)
  await delay(warmUpSeconds * 1000)
  isMeasuring = true
  const startedAt = performance.now()
  await delay(seconds * 1000)
  isMeasuring = false
  const measuredSeconds = (performance.now() - startedAt) / 1000
  isRunning = false
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
  return figuresOf(latencies, measuredSeconds)
}
