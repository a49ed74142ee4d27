import { afterEach, expect, test } from 'vitest'
import PlanOverview from '@/features/plans/components/PlanOverview.vue'
import PlanPending from '@/features/plans/components/PlanPending.vue'
import { planFacts, type PlanFacts } from '@/features/plans/plan-facts.ts'
import { refusal, startGraphql } from '../support/graphql-client.ts'
import { mountInApp } from '../support/mount.ts'
import { planCatalogue } from '../support/plan-catalogue.ts'
import { until } from '../support/wait.ts'

const catalogue = planCatalogue()
const [, pro] = planFacts(catalogue) as [PlanFacts, PlanFacts]
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

type Invoice = typeof invoice
type Subscription = typeof unbilled & { trial_ends_at?: string }

/** The plan page of an owner, by default just after the checkout of Pro. */
async function open({
  subscription = unbilled as Subscription,
  invoices = [] as Invoice[] | Error,
  ...props
}: { subscription?: Subscription; invoices?: Invoice[] | Error } & Record<string, unknown> = {}) {
  const rows = { subscription, invoices }
  let invoiceQuestions = 0
  const { client, publish, stop } = await startGraphql({
    ...Object.fromEntries(Object.entries(catalogue).map(([field, all]) => [field, () => all])),
    org_plans: () => [rows.subscription],
    billing_invoices: () => {
      invoiceQuestions++
      if (rows.invoices instanceof Error) throw rows.invoices
      return rows.invoices
    },
  })
  const wrapper = mountInApp(PlanOverview, {
    props: {
      scope: 'olga:org',
      canManage: true,
      highlightedPlanId: null,
      returnedPlanId: 'pro',
      ...props,
    },
    client,
  })
  closers.push(stop, () => wrapper.unmount())
  const shows = (text: string) => until(() => wrapper.text().includes(text), text)
  await shows('Compare plans')
  return {
    wrapper,
    shows,
    choices: () => wrapper.findAll('li button').map((button) => button.text()),
    invoiceQuestions: () => invoiceQuestions,
    hear: (next: Partial<typeof rows>) => {
      Object.assign(rows, next)
      publish()
    },
  }
}

const NOTICE = '[aria-label="Your new plan"]'
const CHOICES = ['Change to Pro', 'Change to Team']

test('after the checkout the plan is there when the server says so, not before', async () => {
  const { wrapper, shows, hear } = await open()
  await shows('being confirmed')
  hear({ subscription: billed })
  await shows('You are on Pro now')
  expect(wrapper.get(`${NOTICE} [role=status]`).text()).toContain('You are on Pro now')
  expect(wrapper.emitted('returnIsOver')).toHaveLength(1)

  // It ends again while the page is open.
  hear({ subscription: { ...billed, is_billed: false } })
  await until(() => wrapper.emitted('dismissReturn') !== undefined, 'the end of the notice')
})

test('who subscribes again to the plan that is still there is not told that it is paid', async () => {
  const { wrapper, shows } = await open({ subscription: { ...billed, is_billed: false } })
  await shows('being confirmed')
  expect(wrapper.text()).not.toContain('You are on Pro now')
})

test('a payment by bank is waited for, also days later; that it failed is told with its reason and a way out', async () => {
  const old = { ...invoice, created_at: '2026-11-01T00:00:00Z' }
  const { wrapper, shows, hear } = await open({ returnedPlanId: null, invoices: [old] })
  await shows('Your payment is on its way')
  expect(wrapper.find(`${NOTICE} a`).exists()).toBe(false)
  hear({ invoices: [{ ...old, payment_problem: 'The account could not be debited.' }] })
  await shows('The payment for your new plan failed')
  expect(wrapper.text()).toContain('The account could not be debited. The new plan has not begun')
  expect(wrapper.get(`${NOTICE} a`).attributes('href')).toBe('https://pay.example/in_1')
})

test('while a payment is on its way no plan can be chosen, which is said; when it failed, each can again', async () => {
  const { wrapper, shows, choices, hear } = await open({
    returnedPlanId: null,
    invoices: [invoice],
  })
  await shows('You can choose another plan once your payment has arrived.')
  expect(choices()).toEqual([])
  hear({ invoices: [{ ...invoice, payment_problem: 'Declined.' }] })
  await until(() => choices().length > 0, 'the buttons')
  expect(choices()).toEqual(CHOICES)
  expect(wrapper.text()).not.toContain('once your payment has arrived')
})

test('plans can be chosen when nothing is on its way, or when that cannot be told', async () => {
  const without = await open({ returnedPlanId: null })
  await until(() => without.choices().length > 0, 'the buttons')
  expect(without.choices()).toEqual(CHOICES)
  const refused = await open({ returnedPlanId: null, invoices: refusal('permission-error') })
  await until(() => refused.choices().length > 0, 'the buttons')
})

test('of members, who see no invoices, nothing is asked', async () => {
  const { shows, choices, hear, invoiceQuestions } = await open({
    canManage: false,
    returnedPlanId: null,
  })
  hear({ subscription: { ...unbilled, plan_id: 'pro' } })
  await shows('Pro plan')
  expect(invoiceQuestions()).toBe(0)
  expect(choices()).toEqual([])
})

test('just after a checkout, what failed long before is not taken for it', async () => {
  const { wrapper, shows, choices } = await open({
    invoices: [{ ...invoice, payment_problem: 'Declined.', created_at: '2020-01-01T00:00:00Z' }],
  })
  // The buttons come with the answer about invoices.
  await until(() => choices().length > 0, 'the buttons')
  await shows('being confirmed')
  expect(wrapper.text()).not.toContain('Declined.')
})

test('nothing is told to who has paid long ago, or has nothing to pay', async () => {
  const { wrapper, choices } = await open({ returnedPlanId: null, subscription: billed })
  expect(wrapper.find(NOTICE).exists()).toBe(false)
  expect(choices()).toEqual(['Cancel plan', 'Change to Team'])
})

test('a trial says until when it is free and what it costs then', async () => {
  const trial = { ...billed, status: 'trialing', trial_ends_at: '2026-12-15T00:00:00Z' }
  const { wrapper, shows } = await open({ subscription: trial })
  await shows('Your trial of Pro has begun')
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
