import type { Client } from '@urql/core'
import { afterEach, expect, test } from 'vitest'
import PlanCards from '@/features/plans/components/PlanCards.vue'
import PlanComparison from '@/features/plans/components/PlanComparison.vue'
import PlanDifferences from '@/features/plans/components/PlanDifferences.vue'
import PlanPending from '@/features/plans/components/PlanPending.vue'
import { planDifferences } from '@/features/plans/plan-differences.ts'
import { planFacts, type PlanFacts } from '@/features/plans/plan-facts.ts'
import { startGraphql } from '../support/graphql-client.ts'
import { mountInApp } from '../support/mount.ts'
import { planCatalogue } from '../support/plan-catalogue.ts'
import { until } from '../support/wait.ts'

const plans = planFacts(planCatalogue())
const [free, pro, team] = plans as [PlanFacts, PlanFacts, PlanFacts]
const mounted: ReturnType<typeof mountInApp>[] = []
afterEach(() => {
  for (const wrapper of mounted.splice(0)) wrapper.unmount()
})
function mount(...args: Parameters<typeof mountInApp>) {
  const wrapper = mountInApp(...args)
  mounted.push(wrapper)
  return wrapper
}

function cards(props: object = {}) {
  return mount(PlanCards, {
    props: {
      plans,
      currentPlan: pro,
      pendingPlanId: null,
      highlightedPlanId: null,
      canChoose: true,
      canTry: false,
      ...props,
    },
  })
}

test('each plan offers what it would be: an upgrade, a cancellation; the own one nothing', async () => {
  const wrapper = cards()
  const [first, own, last] = wrapper.findAll('li')
  expect(first!.get('button').text()).toBe('Cancel plan')
  expect(own!.text()).toContain('Your plan')
  expect(own!.find('button').exists()).toBe(false)
  await last!.get('button').trigger('click')
  expect(wrapper.emitted('choose')).toEqual([[team]])
})

test('a trial is offered to those who have not had theirs', () => {
  const trial = {
    plans: plans.map((plan) => ({ ...plan, trialDays: plan.id === 'team' ? 14 : 0 })),
  }
  expect(cards({ ...trial, canTry: true }).text()).toContain('The first 14 days are free')
  expect(cards(trial).text()).not.toContain('days are free')
})

test('a scheduled plan is marked and cannot be chosen again; without the right to, nothing can', () => {
  const [first] = cards({ pendingPlanId: 'free' }).findAll('li')
  expect(first!.text()).toContain('Scheduled')
  expect(first!.find('button').exists()).toBe(false)
  expect(cards({ canChoose: false }).find('button').exists()).toBe(false)
})

test('the comparison is a table: a row for each capability, limit and meter, one cell a plan', () => {
  const wrapper = mount(PlanComparison, { props: { plans, currentPlanId: 'pro' } })
  const rows = wrapper
    .findAll('tbody tr')
    .map((row) => row.findAll('th, td').map((cell) => cell.text()))
  expect(rows).toContainEqual(['Monthly credits', '10', '500', '2,000'])
  expect(rows).toContainEqual(['Suggest questions', 'Fast', 'Fast', 'Fast, Premium'])
  expect(rows).toContainEqual([
    'Suggest questions',
    '5 a minute, 10 an hour, 50 a day',
    '30 a minute, 100 an hour, 500 a day',
    'no limit',
  ])
  const minutes = rows.find(([name]) => name === 'Session minutes')
  expect(minutes?.slice(1)).toEqual([
    expect.stringContaining('Not included'),
    '100 minutes a month, each person',
    'no limit',
  ])
})

test('what is lost is named, also for those who do not see the sign before it', () => {
  const wrapper = mount(PlanDifferences, { props: { differences: planDifferences(pro, free) } })
  const items = wrapper.findAll('li').map((item) => item.text())
  expect(items).toContain('Less: 10 credits a month instead of 500')
  expect(items).toContain('Less: No longer included: Polish testimonial')
  expect(items).toContain('Less: Session minutes: no longer included')
  expect(items).toContain('Less: Credits can no longer be bought; bought ones stay')
})

function pending(props: object = {}, client?: Client) {
  return mount(PlanPending, {
    ...(client && { client }),
    props: {
      plan: team,
      pendingPlan: pro,
      effectiveAt: '2026-12-22T00:00:00Z',
      differences: planDifferences(team, pro),
      canManage: true,
      isBilled: true,
      payment: null,
      isUndoing: false,
      problem: null,
      ...props,
    },
  })
}

test('a scheduled change says when and what', () => {
  const wrapper = pending({ canManage: false })
  expect(wrapper.text()).toContain('Your plan changes to Pro on Dec 22, 2026')
  expect(wrapper.text()).toContain('500 credits a month instead of 2,000')
})

test('what is the same for several capabilities is said once', () => {
  const wrapper = mount(PlanDifferences, { props: { differences: planDifferences(pro, team) } })
  const items = wrapper.findAll('li').map((item) => item.text())
  expect(items).toContain(
    'More: Quality level Premium opens (Suggest questions, Polish testimonial)',
  )
  expect(items).toContain('More: Session minutes: 100 minutes a month, each person → no limit')
})

test('the end of a plan is called that; a member sees it and cannot take it back', () => {
  const wrapper = pending({ pendingPlan: null, canManage: false })
  expect(wrapper.text()).toContain('The Team plan ends on Dec 22, 2026')
  expect(wrapper.find('button').exists()).toBe(false)
})

test('a plan that is over can be bought again once the payment of the next one has failed', async () => {
  let direction = 'undo'
  const { client, stop } = await startGraphql({
    preview_plan_change: ({ plan_id }: { plan_id: string }) => ({
      plan_id,
      direction,
      effective_at: '2026-12-22T00:00:00Z',
      amount_due_usd: 99,
      credits_now: 2000,
      credits_later: 2000,
      message: '',
    }),
  })
  try {
    const wrapper = pending({ isBilled: false, payment: 'onItsWay' }, client)
    const offers = (text: string) => wrapper.findAll('button').some((one) => one.text() === text)
    await until(() => offers('Keep Team'), 'the first answer')
    direction = 'upgrade'
    await wrapper.setProps({ payment: 'failed' })
    await until(() => offers('Subscribe to Team again'), 'the offer')
  } finally {
    await stop()
  }
})
