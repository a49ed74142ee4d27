import { afterEach, expect, test } from 'vitest'
import PlanChangeDialog from '@/features/plans/components/PlanChangeDialog.vue'
import { planFacts, type PlanFacts } from '@/features/plans/plan-facts.ts'
import { refusal, startGraphql } from '../support/graphql-client.ts'
import { mountInApp } from '../support/mount.ts'
import { planCatalogue } from '../support/plan-catalogue.ts'
import { until } from '../support/wait.ts'

const plans = planFacts(planCatalogue())
const [free, pro, team] = plans as [PlanFacts, PlanFacts, PlanFacts]
const subscription = {
  organization_id: '019aa000-0000-7000-8000-00000000000a',
  plan_id: 'pro',
  status: 'active',
  is_billed: true,
  monthly_ai_credits: 500,
  period_start: '2026-11-01T00:00:00Z',
  period_end: '2026-12-01T00:00:00Z',
}

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(
  props: object,
  answers: { amount_due_usd?: number; problem?: Error; previewProblem?: Error } = {},
) {
  const { client, stop } = await startGraphql({
    preview_plan_change: ({ plan_id }: { plan_id: string }) => {
      if (answers.previewProblem) throw answers.previewProblem
      return {
        plan_id,
        direction: 'upgrade',
        effective_at: '2026-12-01T00:00:00Z',
        amount_due_usd: answers.amount_due_usd ?? 35.5,
        credits_now: 750,
        credits_later: 2000,
        message: '',
      }
    },
    change_plan: () => {
      if (answers.problem) throw answers.problem
      return {
        status: 'changed',
        plan_id: 'team',
        adjusted_credits: 750,
        available_credits: 1250,
        message: '',
      }
    },
  })
  const wrapper = mountInApp(PlanChangeDialog, {
    props: { scope: 'olga:org', plan: team, currentPlan: pro, subscription, ...props },
    client,
  })
  closers.push(stop, () => wrapper.unmount())
  const text = () => document.body.textContent ?? ''
  const shows = (part: string) => until(() => text().includes(part), part)
  const press = (name: string) =>
    [...document.querySelectorAll('button')]
      .find((button) => button.textContent?.trim() === name)!
      .click()
  return { wrapper, text, shows, press }
}

test('an upgrade says what is charged and granted now, and is done when it was answered', async () => {
  const { wrapper, shows, press } = await open({})
  await shows('$35.50')
  await shows('750')
  press('Change to Team now')
  await until(() => wrapper.emitted('close') !== undefined, 'the end')
  expect(wrapper.emitted('changed')?.[0]).toMatchObject([{ status: 'changed' }])
})

test('a decline stays in the dialog: why, that nothing has changed, and where the card is', async () => {
  const { wrapper, shows, press } = await open(
    {},
    { problem: refusal('payment_failed', { reason: 'The card was declined.' }) },
  )
  await shows('$35.50')
  press('Change to Team now')
  await shows('The card was declined.')
  await shows('Your plan has not changed.')
  expect(document.querySelector('[role=alert] a')?.getAttribute('href')).toBe('/settings/billing')
  expect(wrapper.emitted('close')).toBeUndefined()
})

test.each(['before the dialog was opened', 'while it was open'])(
  'a first payment that is on its way leaves nothing to confirm or to try again: %s',
  async (when) => {
    const message = 'The payment for Pro is on its way from the bank.'
    const problem = refusal('payment_processing', { plan_id: 'pro' }, message)
    const isEarlier = when === 'before the dialog was opened'
    const { wrapper, text, shows, press } = await open(
      { currentPlan: free, subscription: { ...subscription, plan_id: 'free', is_billed: false } },
      isEarlier ? { previewProblem: problem } : { problem },
    )
    if (!isEarlier) {
      await shows('$35.50')
      press('Continue to payment')
    }
    await shows(message)
    expect(text()).toContain('Your payment is on its way')
    for (const other of ['Change to Team?', 'Try again', 'Continue to payment', 'Keep Free']) {
      expect(text()).not.toContain(other)
    }
    press('Close')
    await until(() => wrapper.emitted('close') !== undefined, 'the end')
    expect(wrapper.emitted('changed')).toBeUndefined()
  },
)

test('a cancellation says until when the plan stays and what is lost, and can be left', async () => {
  const { wrapper, text, shows, press } = await open({ plan: free })
  await shows('Pro stays until Dec 1, 2026')
  expect(text()).toContain('No longer included: Polish testimonial')
  expect(text()).not.toContain('Charged now')
  press('Keep Pro')
  await until(() => wrapper.emitted('close') !== undefined, 'the end')
  expect(wrapper.emitted('changed')).toBeUndefined()
})

test('a trial of a first plan says how long it is free', async () => {
  const { shows } = await open(
    {
      plan: { ...team, trialDays: 14 },
      currentPlan: free,
      subscription: { ...subscription, is_billed: false },
    },
    { amount_due_usd: 0 },
  )
  await shows('The first 14 days of Team are free')
  await shows('Continue to payment')
})
