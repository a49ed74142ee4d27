import type { Ledger } from '../db/ledger.ts'
import type { Logger } from '../observability.ts'

export interface Hold {
  organizationId: string
  reservationId: string
}

/**
 * Keeps a reservation open while the work runs, and resolves with the work. An extension that fails
 * is only logged: the hold has time left, and a settle after expiry still charges.
 */
export async function whileHeld<Result>(
  hold: Hold,
  options: { ledger: Ledger; log: Logger; holdSeconds: number; everyMilliseconds: number },
  work: () => Promise<Result>,
): Promise<Result> {
  const { ledger, log, holdSeconds, everyMilliseconds } = options
  const extend = async () => {
    try {
      const row = await ledger.extend({ ...hold, expiresInSeconds: holdSeconds })
      if (row.outcome !== 'extended')
        log.warn({ ...hold, outcome: row.outcome }, 'hold not extended')
    } catch (error) {
      log.warn({ ...hold, err: error }, 'hold not extended')
    }
  }
  const timer = setInterval(() => void extend(), everyMilliseconds)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
