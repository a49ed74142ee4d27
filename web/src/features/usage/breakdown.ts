import type { UsagePoint } from './usage-series.ts'
import { exactSum, seriesKey } from './usage-series.ts'

export interface BreakdownRow {
  key: string
  amount: number
  /** Of everything that was used, between 0 and 1. */
  share: number
  /** On how many days it was used at all. */
  activeDays: number
}

/** All of it, the largest first: nothing is folded into "Other" here, as the chart has to. */
export function breakdownOf(points: readonly UsagePoint[]): BreakdownRow[] {
  const rows = new Map<string, { amounts: number[]; days: Set<string> }>()
  for (const { day, key, amount } of points) {
    if (amount === 0) continue
    const name = seriesKey(key)
    const row = rows.get(name) ?? { amounts: [], days: new Set() }
    row.amounts.push(amount)
    row.days.add(day)
    rows.set(name, row)
  }
  const total = exactSum(points.map(({ amount }) => amount))
  return [...rows]
    .map(([key, { amounts, days }]) => {
      const amount = exactSum(amounts)
      return { key, amount, share: total > 0 ? amount / total : 0, activeDays: days.size }
    })
    .toSorted((a, b) => b.amount - a.amount || a.key.localeCompare(b.key))
}
