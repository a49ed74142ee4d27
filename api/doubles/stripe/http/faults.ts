import { z } from 'zod'

/**
 * What the next requests to the API meet. `fail` answers the status before anything happens (with
 * `after: true` the work is done and only its answer is lost), `reset` cuts the connection, `stall`
 * waits until it is released, or the caller has gone, and then does the work.
 */
export const faultSchema = z.strictObject({
  kind: z.enum(['fail', 'reset', 'stall']),
  /** Only requests whose address holds this text, like `POST /v1/refunds`. */
  address: z.string().optional(),
  times: z.number().int().positive().default(1),
  status: z.number().int().min(400).max(599).default(500),
  /** Of `fail` and `reset`: does the work first. */
  after: z.boolean().default(false),
})

export type Fault = z.infer<typeof faultSchema>

export interface Faults {
  add(fault: Fault): void
  take(address: string): Fault | null
  clear(): void
  stall(signal: AbortSignal): Promise<void>
  release(): number
}

export function createFaults(): Faults {
  let faults: Fault[] = []
  let stalled: (() => void)[] = []
  const release = () => {
    const waiting = stalled
    stalled = []
    for (const resume of waiting) resume()
    return waiting.length
  }
  return {
    add: (fault) => void faults.push({ ...fault }),
    take(address) {
      const fault = faults.find(
        (candidate) => !candidate.address || address.includes(candidate.address),
      )
      if (!fault) return null
      fault.times -= 1
      faults = faults.filter((candidate) => candidate.times > 0)
      return fault
    },
    clear() {
      faults = []
      release()
    },
    stall: (signal) =>
      new Promise((resolve) => {
        stalled.push(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      }),
    release,
  }
}
