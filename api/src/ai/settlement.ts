import { refusalOfSettle } from '../credits/refusals.ts'
import type { Ledger } from '../db/ledger.ts'
import type { SettleItem, SettleRow } from '../db/ledger-rows.ts'
import { AppError } from '../errors.ts'
import type { Logger } from '../observability.ts'

const MAXIMUM_ATTEMPTS = 4
const RETRY_MILLISECONDS = 500

/** The work is done, so a short outage must not lose the charge: settle again, it is idempotent. */
export async function settleSurely(ledger: Ledger, item: SettleItem): Promise<SettleRow> {
  for (let attempt = 1; ; attempt++) {
    try {
      const row = await ledger.settle(item)
      if (row.outcome === 'settled' || row.outcome === 'replayed') return row
      throw refusalOfSettle(row.outcome, row)
    } catch (error) {
      const isOutage = error instanceof AppError && error.code === 'overloaded'
      if (!isOutage || attempt >= MAXIMUM_ATTEMPTS) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS * attempt))
    }
  }
}

/** A release that fails is only logged: the hold expires by itself, and the first error matters more. */
export async function releaseAfterFailure(
  ledger: Ledger,
  item: { organizationId: string; reservationId: string; reason: string },
  log: Logger,
): Promise<void> {
  try {
    await ledger.release(item)
  } catch (error) {
    log.error({ ...item, err: error }, 'hold not released; it will expire')
  }
}
