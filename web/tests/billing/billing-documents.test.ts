import { afterEach, expect, test } from 'vitest'
import BillingInvoices from '@/features/billing/components/BillingInvoices.vue'
import BillingPurchases from '@/features/billing/components/BillingPurchases.vue'
import { refusal, startGraphql } from '../support/graphql-client.ts'
import { mountInApp } from '../support/mount.ts'
import { until } from '../support/wait.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const purchase = (id: number, kind: string, status: string, columns: object = {}) => ({
  organization_id: '019aa000-0000-7000-8000-00000000000a',
  id: `019aa000-0000-7000-8000-00000000000${id}`,
  kind,
  credits: 1000,
  price_usd: 5,
  currency: 'usd',
  status,
  failure_reason: null,
  refunded_usd: 0,
  receipt_url: null,
  created_at: '2026-11-22T12:00:00Z',
  ...columns,
})
const invoice = (columns: object = {}) => ({
  organization_id: '019aa000-0000-7000-8000-00000000000a',
  id: 'in_1',
  number: 'PUR-0001',
  status: 'open',
  billing_reason: 'subscription_cycle',
  amount_due_usd: 29,
  currency: 'usd',
  period_start: '2026-11-22T00:00:00Z',
  period_end: '2026-12-22T00:00:00Z',
  hosted_invoice_url: 'https://pay.example/in_1',
  invoice_pdf_url: 'https://pay.example/in_1.pdf',
  payment_problem: 'The card has expired.',
  next_payment_attempt_at: null,
  created_at: '2026-11-22T12:00:00Z',
  ...columns,
})

async function open(component: object, rows: object[] | Error) {
  const answer = () => {
    if (rows instanceof Error) throw rows
    return rows
  }
  const { client, stop } = await startGraphql({
    credit_purchases: answer,
    billing_invoices: answer,
  })
  const wrapper = mountInApp(component as never, { client })
  closers.push(stop, () => wrapper.unmount())
  return { wrapper, shows: (text: string) => until(() => wrapper.text().includes(text), text) }
}

test('each purchase says what became of it: paid with its receipt, failed and why, on account, refunded', async () => {
  const { wrapper, shows } = await open(BillingPurchases, [
    purchase(1, 'checkout', 'paid', { receipt_url: 'https://pay.example/receipt' }),
    purchase(2, 'auto_topup', 'failed', { failure_reason: 'The card was declined.' }),
    purchase(3, 'pay_as_you_go', 'processing'),
    purchase(4, 'checkout', 'partially_refunded', { refunded_usd: 2.5 }),
  ])
  await shows('On the next invoice')
  const rows = wrapper.findAll('tbody tr').map((row) => row.text())
  expect(rows[0]).toContain('$5.00')
  expect(wrapper.get('a').attributes('aria-label')).toBe('Receipt: 1,000 credits')
  expect(rows[1]).toContain('Automatic top-up · You were not charged. The card was declined.')
  expect(rows[2]).toContain('Pay-as-you-go')
  expect(rows[3]).toContain('$2.50 refunded')
})

test('an open invoice says why it is not paid and leads to where it can be', async () => {
  const { wrapper, shows } = await open(BillingInvoices, [invoice()])
  await shows('To be paid')
  expect(wrapper.text()).toContain('PUR-0001 · Nov 22, 2026 – Dec 22, 2026 · The card has expired.')
  expect(wrapper.findAll('a').map((link) => link.attributes('aria-label'))).toEqual([
    'Pay now: New period of the plan',
    'Download PDF: New period of the plan',
  ])
})

test('without invoices the list says when there will be some; a failure can be tried again', async () => {
  const empty = await open(BillingInvoices, [])
  await empty.shows('No invoices yet')
  const failed = await open(BillingInvoices, refusal('permission-error'))
  await failed.shows('Your role does not allow this.')
  expect(failed.wrapper.get('button').text()).toBe('Try again')
})
