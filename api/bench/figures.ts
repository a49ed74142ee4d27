/** What one measure of one design saw. */
export interface Figures {
  operationsPerSecond: number
  p50Milliseconds: number
  p95Milliseconds: number
  p99Milliseconds: number
  operations: number
}

export function figuresOf(latencies: number[], seconds: number): Figures {
  const sorted = Float64Array.from(latencies).sort()
  return {
    operationsPerSecond: sorted.length / seconds,
    p50Milliseconds: quantile(sorted, 0.5),
    p95Milliseconds: quantile(sorted, 0.95),
    p99Milliseconds: quantile(sorted, 0.99),
    operations: sorted.length,
  }
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(values: number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export interface Ratio {
  name: string
  /** Of the rounds, each paired with itself. */
  median: number
  lowest: number
  highest: number
  goal?: string
  isMet?: boolean
}

/** Rounds are compared with themselves: what disturbed one side of a pair disturbed the other. */
export function pairedRatio(name: string, above: number[], below: number[]): Ratio {
  const ratios = above.map((value, round) => value / (below[round] ?? Number.NaN))
  return { name, median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
}

export function withGoal(ratio: Ratio, relation: 'at least' | 'at most', bound: number): Ratio {
  const isMet = relation === 'at least' ? ratio.median >= bound : ratio.median <= bound
  return { ...ratio, goal: `${relation} ${formatNumber(bound)}`, isMet }
}

export function formatNumber(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return value >= 10 ? value.toFixed(1) : value.toFixed(value < 0.1 ? 4 : 2)
}
