import { sumCredits, toHundredths } from '@/shared/credits.ts'
import type { CreditBalanceSubscription } from '@/gql/member/graphql.ts'

export type BalanceRow = CreditBalanceSubscription['organization_credit_balances'][number]
export type BalanceLevel = 'good' | 'low' | 'critical' | 'empty'

const LOW_SHARE = 0.2
const CRITICAL_SHARE = 0.1

/** The balance as shown: what can be spent, what running work holds, and what the ledger says, each by itself. */
export interface Balance {
  available: number
  held: number
  posted: number
  used: number
  debt: number
  level: BalanceLevel
  /** Shares of everything this period had, between 0 and 1. */
  availableShare: number
  heldShare: number
  resetsAt: string
}

export function balanceFrom(row: BalanceRow): Balance {
  const available = row.available_credits ?? 0
  const posted = row.posted_credits ?? 0
  const used = row.used_this_period ?? 0
  // The whole is what this period had, so a top-up refills the bar instead of leaving it stuck below its end.
  const whole = toHundredths(sumCredits([posted, used]))
  const share = (credits: number) =>
    whole > 0 ? Math.min(1, Math.max(0, toHundredths(credits) / whole)) : 0
  return {
    available,
    held: row.reserved_credits,
    posted,
    used,
    debt: row.debt_credits,
    level: levelOf(available, share(available)),
    availableShare: share(available),
    heldShare: share(row.reserved_credits),
    resetsAt: row.period_end,
  }
}

function levelOf(available: number, share: number): BalanceLevel {
  if (available <= 0) return 'empty'
  if (share <= CRITICAL_SHARE) return 'critical'
  return share <= LOW_SHARE ? 'low' : 'good'
}
