import { afterEach, expect, test } from 'vitest'
import { BillingInvoicesDocument } from '@/gql/admin/graphql.ts'
import { useGrowingList } from '@/features/billing/use-growing-list.ts'
import { refusal, startGraphql } from '../support/graphql-client.ts'
import { runInApp } from '../support/mount.ts'
import { until } from '../support/wait.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const invoice = (number: number, status = 'paid') => ({
  organization_id: '019aa000-0000-7000-8000-00000000000a',
  id: `in_${number}`,
  number: `A-${number}`,
  status,
  billing_reason: 'subscription_cycle',
  amount_due_usd: 29,
  currency: 'usd',
  created_at: '2026-11-22T12:00:00Z',
})

async function open(rows: object[] | Error) {
  const state = { rows }
  const { client, publish, stop } = await startGraphql({
    billing_invoices: ({ limit }: { limit: number }) => {
      if (state.rows instanceof Error) throw state.rows
      return state.rows.slice(0, limit)
    },
  })
  const { result: list, unmount } = runInApp(
    () => useGrowingList(BillingInvoicesDocument, (data) => data.billing_invoices, { pageRows: 2 }),
    client,
  )
  closers.push(stop, unmount)
  return {
    list,
    ids: () => list.rows.value.map(({ id }) => id),
    become(now: object[]) {
      state.rows = now
      publish()
    },
  }
}

test('the list grows page by page and knows its end', async () => {
  const { list, ids } = await open([invoice(3), invoice(2), invoice(1)])
  expect(list.isLoading.value).toBe(true)
  await until(() => ids().length === 2, 'first page')
  expect(list.hasMore.value).toBe(true)
  list.loadMore()
  await until(() => ids().length === 3, 'second page')
  expect(list.hasMore.value).toBe(false)
})

test('an invoice that is paid meanwhile changes in the list, and a new one comes on top', async () => {
  const { list, ids, become } = await open([invoice(1, 'open')])
  await until(() => ids().length === 1, 'first page')
  become([invoice(2), invoice(1, 'paid')])
  await until(() => ids().join() === 'in_2,in_1', 'the new one')
  expect(list.rows.value.map(({ status }) => status)).toEqual(['paid', 'paid'])
})

test('a list that cannot be had says so', async () => {
  const { list } = await open(refusal('validation-failed'))
  await until(() => list.failure.value !== null, 'the failure')
  expect(list.failure.value?.code).toBe('validation-failed')
})
