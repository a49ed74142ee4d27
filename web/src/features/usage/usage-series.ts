/** One figure of the server's: how much, on which day, by which capability (level, model, member). */
export interface UsagePoint {
  day: string
  /** null where it is not known: work of the system, or rows of before something was recorded. */
  key: string | null
  amount: number
  /** What people call it. */
  label?: string | null
}

export interface UsageSeries {
  key: string
  /** One for each day of the chart. */
  amounts: readonly number[]
  total: number
}

export interface UsageChart {
  /** ISO days without a gap, oldest first. */
  days: readonly string[]
  /** The largest first; what does not fit into the chart is one last series. */
  series: readonly UsageSeries[]
  dayTotals: readonly number[]
  total: number
}

/** What the server has put together itself, because there were too many. */
const SERVER_OTHER_KEY = 'other'
/** Keys that no capability, level, model or member has. */
export const OTHER_KEY = ':other'
export const UNKNOWN_KEY = ':unknown'
export const TOTAL_KEY = ':total'

/** As many as can be told apart by colour. */
const LONGEST_LEGEND = 8
const DAY_MILLISECONDS = 86_400_000
/** Amounts have four digits of scale; sums are made in whole units of the fourth, so that no cent is lost. */
const SCALE = 10_000

export function chartFrom(
  points: readonly UsagePoint[],
  days: readonly string[],
  options: { longestLegend?: number; isLevel?: boolean } = {},
): UsageChart {
  const longest = options.longestLegend ?? LONGEST_LEGEND
  // What is stored day after day does not add up: the whole of a level is what is there at the end.
  const totalOf = options.isLevel ? (amounts: readonly number[]) => amounts.at(-1) ?? 0 : exactSum
  const indexOf = new Map(days.map((day, index) => [day, index]))
  const byKey = new Map<string, number[]>()
  for (const { day, key, amount } of points) {
    const index = indexOf.get(day)
    if (index === undefined) continue
    const name = seriesKey(key)
    const amounts = byKey.get(name) ?? days.map(() => 0)
    amounts[index] = exactSum([amounts[index] ?? 0, amount])
    byKey.set(name, amounts)
  }
  const all = [...byKey]
    .map(([key, amounts]) => ({ key, amounts, total: totalOf(amounts) }))
    .filter((series) => series.amounts.some((amount) => amount !== 0))
    // Equal totals keep one order, so that colours do not swap from one answer to the next.
    .toSorted((a, b) => b.total - a.total || a.key.localeCompare(b.key))
  const isTooMuch = all.length > longest || all.some(({ key }) => key === OTHER_KEY)
  const series = isTooMuch ? withOther(all, longest) : all
  return {
    days,
    series,
    dayTotals: days.map((_day, index) =>
      exactSum(series.map(({ amounts }) => amounts[index] ?? 0)),
    ),
    total: exactSum(series.map(({ total }) => total)),
  }
}

function withOther(all: readonly UsageSeries[], longest: number): UsageSeries[] {
  const kept = all.filter(({ key }) => key !== OTHER_KEY).slice(0, longest - 1)
  const rest = all.filter((series) => !kept.includes(series))
  const amounts = (rest[0]?.amounts ?? []).map((_amount, index) =>
    exactSum(rest.map((series) => series.amounts[index] ?? 0)),
  )
  return [...kept, { key: OTHER_KEY, amounts, total: exactSum(amounts) }]
}

export function seriesKey(key: string | null): string {
  if (key === null) return UNKNOWN_KEY
  return key === SERVER_OTHER_KEY ? OTHER_KEY : key
}

/** Every day from the first to the last, both included. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = []
  const end = Date.parse(last)
  for (let time = Date.parse(first); time <= end; time += DAY_MILLISECONDS) {
    days.push(new Date(time).toISOString().slice(0, 10))
  }
  return days
}

export function exactSum(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + Math.round(amount * SCALE), 0) / SCALE
}

/** The day with the highest total; null when nothing was used. */
export function busiestDay(chart: UsageChart): { day: string; amount: number } | null {
  let best: { day: string; amount: number } | null = null
  chart.days.forEach((day, index) => {
    const amount = chart.dayTotals[index] ?? 0
    if (amount > (best?.amount ?? 0)) best = { day, amount }
  })
  return best
}
