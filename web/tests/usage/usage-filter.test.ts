// @vitest-environment node
import { expect, test } from 'vitest'
import { forecastText, type CreditForecast } from '@/features/usage/forecast.ts'
import { filterFromQuery, queryFromFilter } from '@/features/usage/usage-filter.ts'
import { shareOf, usageLevel } from '@/shared/usage-level.ts'

test('the address names the range, the meter and the split; what makes no sense is as good as not given', () => {
  expect(filterFromQuery({})).toEqual({ days: 30, split: 'capability', meter: 'credits' })
  const filter = { days: 90, split: 'model', meter: 'credits' } as const
  expect(filterFromQuery({ days: '90', by: 'model' })).toEqual(filter)
  expect(queryFromFilter(filter)).toEqual({ days: '90', by: 'model' })
  expect(filterFromQuery({ days: '31', by: 'colour', meter: ['x'] })).toEqual(filterFromQuery({}))
  expect(queryFromFilter(filterFromQuery({}))).toEqual({})
})

test('a meter is not split by what only credits have', () => {
  expect(filterFromQuery({ meter: 'letters', by: 'model' }).split).toBe('total')
  expect(filterFromQuery({ meter: 'letters', by: 'member' }).split).toBe('member')
})

test('bars: below 75 % good, from there low, above 90 % critical, at the limit exhausted', () => {
  const levels = [74.9, 75, 90, 90.1, 99.9, 100, 120].map((used) => usageLevel(used, 100))
  expect(levels).toEqual(['good', 'low', 'low', 'critical', 'critical', 'exhausted', 'exhausted'])
  expect(usageLevel(5, null)).toBeNull()
  expect(usageLevel(0, 0)).toBe('exhausted')
  expect([shareOf(5, 0), shareOf(150, 100), shareOf(-1, 100)]).toEqual([1, 1, 0])
})

test('each forecast has its sentence, and three days of use come first', () => {
  const forecast: CreditForecast = {
    availableCredits: 100,
    creditsPerDay: 10,
    daysOfHistory: 28,
    exhaustedOn: '2026-12-10',
    earliestOn: '2026-12-05',
    latestOn: '2026-12-18',
    periodEnd: '2026-12-20T00:00:00Z',
    endsBeforeRenewal: true,
    usedCredits: 400,
    projectedUsedCredits: 600,
    shortfallCredits: 100,
    planPriceUsd: 29,
    projectedCostUsd: 34,
  }
  const said = (change: Partial<CreditForecast>) => forecastText({ ...forecast, ...change })
  expect(said({})).toBe('endsBetween')
  expect(said({ daysOfHistory: 2 })).toBe('tooEarly')
  expect(said({ daysOfHistory: 3 })).toBe('endsBetween')
  expect(said({ creditsPerDay: 0 })).toBe('unused')
  expect(said({ availableCredits: 0 })).toBe('exhausted')
  expect(said({ latestOn: null })).toBe('endsNotBefore')
  expect(said({ earliestOn: null })).toBe('ends')
  expect(said({ latestOn: '2026-12-05' })).toBe('ends')
  // New credits come first: that is what counts, unless an unlucky month would not reach it.
  expect(said({ endsBeforeRenewal: false })).toBe('mayEnd')
  expect(said({ endsBeforeRenewal: false, earliestOn: '2026-12-20' })).toBe('lasts')
  expect(said({ endsBeforeRenewal: false, exhaustedOn: null, earliestOn: null })).toBe('lasts')
})
