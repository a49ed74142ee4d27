import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import UsageChart from '@/features/usage/components/UsageChart.vue'
import UsageExport from '@/features/usage/components/UsageExport.vue'
import UsageForecast from '@/features/usage/components/UsageForecast.vue'
import UsagePeriods from '@/features/usage/components/UsagePeriods.vue'
import UsageQuotaCard from '@/features/usage/components/UsageQuotaCard.vue'
import type { QuotaUsage } from '@/features/usage/quota-usage.ts'
import { chartFrom } from '@/features/usage/usage-series.ts'
import { usageExportKey, type FetchUsageExport } from '@/features/usage/use-usage-export.ts'
import { failure } from '@/shared/failure.ts'
import { mountInApp } from '../support/mount.ts'

const chart = chartFrom(
  [
    { day: '2026-11-01', key: 'questions', amount: 3 },
    { day: '2026-11-02', key: 'questions', amount: 1.5 },
    { day: '2026-11-02', key: 'polish', amount: 0.5 },
  ],
  ['2026-11-01', '2026-11-02', '2026-11-03'],
)

function mountChart() {
  return mountInApp(UsageChart, {
    props: {
      chart,
      unit: 'credits',
      title: 'Credits by day',
      isLevel: false,
      nameOf: (key: string) => key,
    },
  })
}

test('a chart says in a sentence what it shows, and each day in words', async () => {
  const wrapper = mountChart()
  expect(wrapper.get('figure').attributes('aria-label')).toBe(
    'Credits by day: 5 credits from Nov 1, 2026 to Nov 3, 2026. ' +
      'The most was on Nov 1, 2026, with 3 credits. questions took 90% of it.',
  )
  const slider = wrapper.get<HTMLInputElement>('input[type=range]')
  slider.element.value = '1'
  await slider.trigger('input')
  expect(slider.attributes('aria-valuetext')).toBe(
    'Nov 2, 2026: 2 credits, questions 1.5, polish 0.5',
  )
  expect(wrapper.text()).toContain('Nov 2, 2026: 2 credits')
  await slider.trigger('blur')
  expect(wrapper.text()).toContain('Whole range: 5 credits')
  wrapper.unmount()
})

test('behind a chart is a table with the same figures, the newest day first', async () => {
  const wrapper = mountChart()
  const toggle = wrapper.get('button')
  expect(toggle.text()).toBe('Show as table')
  await toggle.trigger('click')
  const rows = wrapper.findAll('tbody tr').map((row) => row.text().replaceAll(/\s+/g, ' '))
  expect(rows).toEqual([
    'Nov 3, 20260.000.000.00',
    'Nov 2, 20261.500.502.00',
    'Nov 1, 20263.000.003.00',
  ])
  expect(wrapper.get('tfoot').text()).toBe('Total4.500.505.00')
  await toggle.trigger('click')
  expect(wrapper.find('table').exists()).toBe(false)
  wrapper.unmount()
})

const quota: QuotaUsage = {
  meterId: 'letters',
  name: 'Letters',
  unit: 'letters',
  kind: 'flow',
  period: 'month',
  own: null,
  used: 80,
  held: 5,
  limit: 100,
  isHard: true,
  resetsAt: '2026-12-01T00:00:00Z',
}

function cardOf(change: Partial<QuotaUsage>) {
  const wrapper = mountInApp(UsageQuotaCard, { props: { quota: { ...quota, ...change } } })
  const text = wrapper.text()
  const hasBar = wrapper.find('[role=meter]').exists()
  wrapper.unmount()
  return { text, hasBar }
}

test('a quota shows used, held and left apart, says how full it is and whether it stops', () => {
  const { text, hasBar } = cardOf({})
  expect(hasBar).toBe(true)
  for (const part of [
    '80 of 100 letters used',
    '15 letters left',
    '5 letters held',
    '75 % or more',
  ])
    expect(text).toContain(part)
  expect(text).toContain('Use stops at the limit.')
  expect(cardOf({ isHard: false }).text).toContain('only a warning')
  expect(cardOf({ used: 100, held: 0 }).text).toContain('Used up')
})

test('an unlimited quota has no bar, and one outside the plan says so', () => {
  const unlimited = cardOf({ limit: null, used: 7e9, held: 0, unit: 'bytes', kind: 'level' })
  expect(unlimited).toMatchObject({ hasBar: false })
  expect(unlimited.text).toContain('6.52 GiB')
  expect(unlimited.text).toContain('Unlimited')
  const outside = cardOf({ limit: 0, used: 0, held: 0 })
  expect(outside.hasBar).toBe(false)
  expect(outside.text).toContain('Not in your plan')
})

const forecast = {
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

test('the forecast names day and interval at this rate, and what the period will come to', () => {
  const wrapper = mountInApp(UsageForecast, { props: { forecast } })
  const text = wrapper.text()
  expect(text).toContain('At this rate, the credits run out on Dec 10, 2026')
  expect(text).toContain('between Dec 5, 2026 and Dec 18, 2026')
  expect(text).toContain('100 credits more than there are')
  expect(text).toContain('about $34.00; the plan alone is $29.00')
  wrapper.unmount()
})

test('before three days of use there is no forecast', () => {
  const early = { ...forecast, daysOfHistory: 2 }
  const wrapper = mountInApp(UsageForecast, { props: { forecast: early } })
  expect(wrapper.text()).not.toContain('At this rate')
  expect(wrapper.text()).toContain('needs three days')
  expect(wrapper.text()).toContain('used until now.')
  wrapper.unmount()
})

test('an export that is refused says why, and nothing is downloaded', async () => {
  const wanted = { kind: 'credits', from: '2026-11-01', to: '2026-11-30' }
  const asked: unknown[] = []
  const fetchExport: FetchUsageExport = (wish) => {
    asked.push(wish)
    return Promise.resolve({ problem: failure('overloaded') })
  }
  const wrapper = mountInApp(UsageExport, {
    props: { wanted, isOwnOnly: false },
    provide: { [usageExportKey as symbol]: fetchExport },
  })
  await wrapper.get('button').trigger('click')
  await flushPromises()
  expect(asked).toEqual([wanted])
  expect(wrapper.get('[role=alert]').text()).toContain('busy')
  wrapper.unmount()
})

test('periods before the first use are left out, the running one never', () => {
  const period = (start: string, end: string, used: number, isCurrent = false) => ({
    start: `${start}T00:00:00Z`,
    end: `${end}T00:00:00Z`,
    used,
    isCurrent,
  })
  const periods = [
    period('2026-11-01', '2026-12-01', 0, true),
    period('2026-10-01', '2026-11-01', 12),
    period('2026-09-01', '2026-10-01', 0),
  ]
  const rows = (listed: typeof periods) =>
    mountInApp(UsagePeriods, { props: { periods: listed, unit: 'credits' } })
      .findAll('tbody th')
      .map((row) => row.text())
  expect(rows(periods)).toHaveLength(2)
  expect(rows(periods)[1]).toBe('Oct 1, 2026 to Oct 31, 2026')
  expect(rows([periods[0]!, periods[2]!])).toHaveLength(1)
})
