import { afterEach, expect, test } from 'vitest'
import PaymentProblemBanner from '@/features/billing/components/PaymentProblemBanner.vue'
import { suspensionAt } from '@/features/billing/payment-problem.ts'
import { startGraphql } from '../support/graphql-client.ts'
import { mountInApp } from '../support/mount.ts'
import { until } from '../support/wait.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const invoice = {
  organization_id: '019aa000-0000-7000-8000-00000000000a',
  id: 'in_1',
  hosted_invoice_url: 'https://pay.example/in_1',
  payment_problem: 'The card has expired.',
}

async function open(status: string, canManage: boolean) {
  const state = { plan_id: 'pro', status, grace_ends_at: '2026-12-08T00:00:00Z' }
  const { client, publish, stop } = await startGraphql({
    org_plans: () => [{ organization_id: invoice.organization_id, ...state }],
    billing_invoices: () => [invoice],
  })
  const wrapper = mountInApp(PaymentProblemBanner, {
    props: { canManage, returnPath: '/' },
    client,
  })
  closers.push(stop, () => wrapper.unmount())
  return {
    wrapper,
    become(now: string) {
      state.status = now
      publish()
    },
    shows: (text: string) => until(() => wrapper.text().includes(text), text),
  }
}

test('a suspension is to come only for those who owe something', () => {
  const grace_ends_at = '2026-12-08T00:00:00Z'
  expect(suspensionAt({ status: 'past_due', grace_ends_at })).toBe(grace_ends_at)
  expect(suspensionAt({ status: 'past_due', grace_ends_at: null })).toBeNull()
  expect(suspensionAt({ status: 'active', grace_ends_at })).toBeNull()
  expect(suspensionAt({ status: 'unpaid', grace_ends_at })).toBeNull()
  expect(suspensionAt(null)).toBeNull()
})

test('an owner is told until when it works, why, and can pay or change the card', async () => {
  const { wrapper, shows } = await open('past_due', true)
  await shows('with the credits that are left until Dec 8, 2026')
  await shows('The card has expired.')
  expect(wrapper.get('a').attributes('href')).toBe('https://pay.example/in_1')
  expect(wrapper.get('button').text()).toBe('Change the card')
  expect(wrapper.text()).not.toContain('Ask an owner')
})

test('a member is told plainly, and whom to ask, without anything to press', async () => {
  const { wrapper, shows } = await open('unpaid', false)
  await shows('AI has stopped')
  expect(wrapper.text()).toContain('Ask an owner or admin')
  expect(wrapper.find('button, a').exists()).toBe(false)
})

test('the banner goes by itself when the payment is made', async () => {
  const { wrapper, shows, become } = await open('past_due', false)
  await shows('The last payment failed')
  become('active')
  await until(() => wrapper.text() === '', 'no banner')
})
