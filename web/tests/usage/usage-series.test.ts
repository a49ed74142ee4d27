// @vitest-environment node
import { expect, test } from 'vitest'
import { breakdownOf } from '@/features/usage/breakdown.ts'
import { colorOf } from '@/features/usage/series-colors.ts'
import { dayIndexAt, dayStrip } from '@/features/usage/usage-geometry.ts'
import {
  busiestDay,
  chartFrom,
  daysBetween,
  OTHER_KEY,
  UNKNOWN_KEY,
} from '@/features/usage/usage-series.ts'

const days = daysBetween('2026-10-30', '2026-11-02')
const point = (day: string, key: string | null, amount: number) => ({ day, key, amount })

test('days run over the end of a month without a gap', () => {
  expect(days).toEqual(['2026-10-30', '2026-10-31', '2026-11-01', '2026-11-02'])
  expect(daysBetween('2026-11-02', '2026-11-02')).toEqual(['2026-11-02'])
})

test('a day without use is zero, and the largest series comes first', () => {
  const chart = chartFrom(
    [point('2026-10-30', 'a', 1), point('2026-11-02', 'b', 2), point('2026-11-01', 'b', 3)],
    days,
  )
  expect(chart.series).toEqual([
    { key: 'b', amounts: [0, 0, 3, 2], total: 5 },
    { key: 'a', amounts: [1, 0, 0, 0], total: 1 },
  ])
  expect(chart.dayTotals).toEqual([1, 0, 3, 2])
  expect(chart.total).toBe(6)
  expect(busiestDay(chart)).toEqual({ day: '2026-11-01', amount: 3 })
})

test('several rows of one day and key add up exactly', () => {
  const chart = chartFrom([point('2026-11-01', 'a', 0.1), point('2026-11-01', 'a', 0.2)], days)
  expect(chart.total).toBe(0.3)
})

test('rows without a key are told apart from those with one', () => {
  const chart = chartFrom([point('2026-11-01', null, 1), point('2026-11-01', 'a', 2)], days)
  expect(chart.series.map(({ key }) => key)).toEqual(['a', UNKNOWN_KEY])
})

test('what does not fit into the legend is one last series, and nothing is lost', () => {
  const points = [5, 4, 3, 2, 1].map((amount, index) => point('2026-11-01', `k${index}`, amount))
  const chart = chartFrom(points, days, { longestLegend: 3 })
  expect(chart.series.map(({ key, total }) => [key, total])).toEqual([
    ['k0', 5],
    ['k1', 4],
    [OTHER_KEY, 6],
  ])
  expect(chart.total).toBe(15)
})

test('what the server has put together as other joins the last series', () => {
  const points = [point('2026-11-01', 'other', 50), point('2026-11-01', 'a', 2)]
  const { series } = chartFrom(points, days, { longestLegend: 3 })
  expect(series.map(({ key, total }) => [key, total])).toEqual([
    ['a', 2],
    [OTHER_KEY, 50],
  ])
})

test('exactly as many series as fit need no other', () => {
  const points = ['a', 'b', 'c'].map((key) => point('2026-11-01', key, 1))
  const { series } = chartFrom(points, days, { longestLegend: 3 })
  // Equal totals stay in one order, whatever order they came in.
  expect(series.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
})

test('days outside the range are not shown, and without use there is no series', () => {
  const chart = chartFrom([point('2026-12-01', 'a', 9), point('2026-11-01', 'b', 0)], days)
  expect(chart.series).toEqual([])
  expect(chart.total).toBe(0)
  expect(busiestDay(chart)).toBeNull()
})

test('a series has its colour by place, and the rest is grey', () => {
  const series = (key: string) => ({ key, amounts: [], total: 0 })
  expect(colorOf(series('a'), 0)).toBe('var(--series-1)')
  expect(colorOf(series(OTHER_KEY), 7)).toBe('var(--series-other)')
})

test('the breakdown has every row, with its share and the days it was used on', () => {
  const rows = breakdownOf([
    point('2026-11-01', 'a', 1),
    point('2026-11-02', 'a', 2),
    point('2026-11-02', null, 1),
    point('2026-11-02', 'idle', 0),
  ])
  expect(rows).toEqual([
    { key: 'a', amount: 3, share: 0.75, activeDays: 2 },
    { key: UNKNOWN_KEY, amount: 1, share: 0.25, activeDays: 1 },
  ])
})

test('the pointer finds the day of its bar, and none beside the plot', () => {
  const plot = { left: 40, width: 300 }
  expect([39, 40, 139, 140, 339, 340].map((x) => dayIndexAt(x, plot, 3))).toEqual([
    null,
    0,
    0,
    1,
    2,
    null,
  ])
  expect(dayIndexAt(40, { left: 40, width: 0 }, 3)).toBeNull()
  expect(dayStrip(1, plot, 3)).toEqual({ left: 140, width: 100 })
})
