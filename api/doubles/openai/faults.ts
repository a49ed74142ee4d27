import { z } from 'zod'

/**
 * What a test can ask the double to do wrong. `fail` answers an error status, `stall` waits until
 * released, `drop` cuts the connection in the middle, `omit_usage` leaves the token counts out,
 * `nonsense` answers prose instead of JSON, `wrong_shape` answers JSON of another shape.
 * In a stream, `stall` and `drop` come before the chunk `at_chunk` (0 is the first), where given.
 */
export const faultSchema = z.strictObject({
  kind: z.enum(['fail', 'stall', 'drop', 'omit_usage', 'nonsense', 'wrong_shape']),
  /** Only requests for this model; any model unless given. */
  model: z.string().optional(),
  /** How many requests; until cleared unless given. */
  times: z.number().int().positive().optional(),
  /** Of `stall` and `drop` in a stream. */
  at_chunk: z.number().int().min(0).optional(),
  /** Of `fail`. */
  status: z.number().int().min(400).max(599).optional(),
})

export type Fault = z.infer<typeof faultSchema>

export function createFaults() {
  let faults: (Fault & { left: number })[] = []
  let stalled: (() => void)[] = []

  return {
    add(fault: Fault) {
      faults.push({ ...fault, left: fault.times ?? Number.POSITIVE_INFINITY })
    },
    /** The fault for a request to this model, if one is due. */
    take(model: string): Fault | null {
      const fault = faults.find(
        (candidate) => candidate.model === undefined || candidate.model === model,
      )
      if (!fault) return null
      fault.left -= 1
      faults = faults.filter((candidate) => candidate.left > 0)
      return fault
    },
    clear() {
      faults = []
      for (const resume of stalled.splice(0)) resume()
    },
    /** Resolves when released, or when the caller has gone. */
    stall(signal: AbortSignal): Promise<void> {
      return new Promise((resolve) => {
        stalled.push(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    },
    /** How many requests were waiting: a caller may have come before the one it means. */
    release(): number {
      const waiting = stalled
      stalled = []
      for (const resume of waiting) resume()
      return waiting.length
    },
  }
}
