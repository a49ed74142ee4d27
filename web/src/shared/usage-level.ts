/** How full a limit is: the colours of every bar that fills up, and the words beside it. */
export type UsageLevel = 'good' | 'low' | 'critical' | 'exhausted'

const LOW_SHARE = 0.75
const CRITICAL_SHARE = 0.9

/** Share of the limit that is taken, between 0 and 1; a limit of zero is taken from the start. */
export function shareOf(amount: number, limit: number): number {
  return limit > 0 ? Math.min(1, Math.max(0, amount / limit)) : 1
}

/** @param limit null when there is none, for which no level exists. */
export function usageLevel(taken: number, limit: number | null): UsageLevel | null {
  if (limit === null) return null
  if (taken >= limit) return 'exhausted'
  const share = shareOf(taken, limit)
  if (share > CRITICAL_SHARE) return 'critical'
  return share >= LOW_SHARE ? 'low' : 'good'
}
