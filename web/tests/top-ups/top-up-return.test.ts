import { afterEach, expect, test } from 'vitest'
import TopUpReturn from '@/features/top-ups/components/TopUpReturn.vue'
import { startGraphql } from '../support/graphql-client.ts'
import { mountInApp } from '../support/mount.ts'
import { until } from '../support/wait.ts'

const PURCHASE = '019aa000-0000-7000-8000-000000000001'
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const purchase = (status: string, columns: object = {}) => ({
  organization_id: '019aa000-0000-7000-8000-00000000000a',
  id: PURCHASE,
  credits: 3000,
  price_usd: 15,
  currency: 'usd',
  status,
  failure_reason: null,
  receipt_url: null,
  ...columns,
})

async function open(rows: object[]) {
  const state = { rows }
  const { client, publish, stop } = await startGraphql({ credit_purchases: () => state.rows })
  const wrapper = mountInApp(TopUpReturn, {
    props: { purchaseId: PURCHASE, available: 3500 },
    client,
  })
  closers.push(stop, () => wrapper.unmount())
  return {
    wrapper,
    become(now: object[]) {
      state.rows = now
      publish()
    },
    says: (text: string) => until(() => wrapper.text().includes(text), text),
  }
}

test('the redirect is not believed: the notice waits until the server has heard of the payment', async () => {
  const { wrapper, become, says } = await open([purchase('open')])
  await says('Your payment is being confirmed')
  expect(wrapper.emitted('over')).toBeUndefined()
  become([purchase('processing')])
  await says('takes a few days')
  become([purchase('paid', { receipt_url: 'https://pay.example/receipt' })])
  await says('3,000 credits have arrived')
  expect(wrapper.text()).toContain('3,500 are available now')
  expect(wrapper.get('a').attributes('href')).toBe('https://pay.example/receipt')
  expect(wrapper.emitted('over')).toHaveLength(1)
})

test('a payment that failed says why, and that nothing was charged', async () => {
  const { says, wrapper } = await open([
    purchase('failed', { failure_reason: 'The bank refused the payment.' }),
  ])
  await says('You were not charged')
  expect(wrapper.text()).toContain('The bank refused the payment.')
})

test('a purchase of somebody else is not known here', async () => {
  const { says } = await open([])
  await says('not known in this organization')
})
