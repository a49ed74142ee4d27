import { OTHER_KEY, type UsageSeries } from './usage-series.ts'

const PALETTE_SIZE = 8

/** By place in the legend; the same in every chart, dark or light (`--series-*` in UsageChart.vue). */
export function colorOf(series: UsageSeries, index: number): string {
  return series.key === OTHER_KEY
    ? 'var(--series-other)'
    : `var(--series-${(index % PALETTE_SIZE) + 1})`
}
