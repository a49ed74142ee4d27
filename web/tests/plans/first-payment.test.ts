import { afterEach, expect, test } from 'vitest'
import PlanPending from '@/features/plans/components/PlanPending.vue'
import PlanReturn from '@/features/plans/components/PlanReturn.vue'
import { planFacts, type PlanFacts } from '@/features/plans/plan-facts.ts'
import { startGraphql } from '../support/graphql-client.ts'
import { mountInApp } from '../support/mount.ts'
import { planCatalogue } from '../support/plan-catalogue.ts'
import { until } from '../support/wait.ts'

const [free, pro] = planFacts(planCatalogue()) as [PlanFacts, PlanFacts]
const organization_id = '019aa000-0000-7000-8000-00000000000a'
const unbilled = {
  organization_id,
  plan_id: 'free',
  status: 'active',
  is_billed: false,
  monthly_ai_credits: 10,
  period_start: '2026-11-01T00:00:00Z',
  period_end: '2026-12-01T00:00:00Z',
}
const billed = { ...unbilled, plan_id: 'pro', is_billed: true }
const invoice = {
  organization_id,
  id: 'in_1',
  status: 'open',
  payment_problem: null as string | null,
  hosted_invoice_url: 'https://pay.example/in_1',
  created_at: new Date().toISOString(),
}

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(props: object, invoices: (typeof invoice)[] = []) {
  const { client, publish, stop } = await startGraphql({ billing_invoices: () => invoices })
  const wrapper = mountInApp(PlanReturn, {
    props: { returnedPlanId: 'pro', currentPlan: free, subscription: unbilled, ...props },
    client,
  })
  closers.push(stop, () => wrapper.unmount())
  const shows = (text: string) => until(() => wrapper.text().includes(text), text)
  return { wrapper, publish, shows }
}

test('after the checkout the plan is there when the server says so, not before', async () => {
  const { wrapper, shows } = await open({})
  await shows('being confirmed')
  await wrapper.setProps({ currentPlan: pro, subscription: billed })
  expect(wrapper.get('[role=status]').text()).toContain('You are on Pro now')
  expect(wrapper.emitted('over')).toHaveLength(1)

  // It ends again while the page is open.
  await wrapper.setProps({ subscription: { ...billed, is_billed: false } })
  expect(wrapper.emitted('dismiss')).toHaveLength(1)
})

test('who subscribes again to the plan that is still there is not told that it is paid', async () => {
  const { wrapper, shows } = await open({
    currentPlan: pro,
    subscription: { ...billed, is_billed: false },
  })
  await shows('being confirmed')
  expect(wrapper.text()).not.toContain('You are on Pro now')
})

test('a payment by bank is waited for, also days later; that it failed is told with its reason and a way out', async () => {
  const invoices = [{ ...invoice, created_at: '2026-11-01T00:00:00Z' }]
  const { wrapper, publish, shows } = await open({ returnedPlanId: null }, invoices)
  await shows('Your payment is on its way')
  expect(wrapper.find('a').exists()).toBe(false)
  invoices[0] = { ...invoices[0]!, payment_problem: 'The account could not be debited.' }
  publish()
  await shows('The payment for your new plan failed')
  expect(wrapper.text()).toContain('The account could not be debited. The new plan has not begun')
  expect(wrapper.get('a').attributes('href')).toBe('https://pay.example/in_1')
})

test('just after a checkout, what failed long before is not taken for it', async () => {
  const { wrapper, publish, shows } = await open({}, [
    { ...invoice, payment_problem: 'Declined.', created_at: '2020-01-01T00:00:00Z' },
  ])
  publish()
  await shows('being confirmed')
  expect(wrapper.text()).not.toContain('Declined.')
})

test('nothing is told to who has paid long ago, or has nothing to pay', async () => {
  const { wrapper } = await open({ returnedPlanId: null, subscription: billed })
  expect(wrapper.text()).toBe('')
})

test('a trial says until when it is free and what it costs then', async () => {
  const trial = { ...billed, status: 'trialing', trial_ends_at: '2026-12-15T00:00:00Z' }
  const { wrapper } = await open({ currentPlan: pro, subscription: trial })
  expect(wrapper.text()).toContain('Your trial of Pro has begun')
  expect(wrapper.text()).toContain('free until Dec 15, 2026. After that, $')
})

test.each([
  [true, 'none', 'Keep Pro', 'undo'],
  [false, 'undo', 'Keep Pro', 'undo'],
  [false, 'upgrade', 'Subscribe to Pro again', 'subscribe'],
])('what ends (billed: %s, %s) offers “%s”', async (isBilled, direction, name, event) => {
  const { client, stop } = await startGraphql({
    preview_plan_change: () => ({
      plan_id: 'pro',
      direction,
      effective_at: '2026-12-01T00:00:00Z',
      amount_due_usd: 9,
      credits_now: 500,
      credits_later: 500,
      message: '',
    }),
  })
  const wrapper = mountInApp(PlanPending, {
    props: {
      plan: pro,
      pendingPlan: null,
      effectiveAt: '2026-12-01T00:00:00Z',
      differences: [],
      canManage: true,
      isBilled,
      isUndoing: false,
      problem: null,
    },
    client,
  })
  closers.push(stop, () => wrapper.unmount())
  await until(() => wrapper.find('button').exists(), 'the button')
  expect(wrapper.get('button').text()).toBe(name)
  await wrapper.get('button').trigger('click')
  expect(wrapper.emitted(event)).toHaveLength(1)
})
