import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeOf } from '../support/actions.ts'
import { createOrganization } from '../support/organizations.ts'
import { purchase, purchasesOf } from '../support/purchases.ts'
import { control, startBilledApi, type BilledApi } from '../support/subscriptions.ts'

let billed: BilledApi

beforeAll(async () => {
  billed = await startBilledApi()
})
afterAll(() => billed.stop())

test('calls with one key answer one page, or say that nobody was charged', async () => {
  const organization = await createOrganization(billed.api.sql)
  await purchase(billed, organization)
  const input = { idempotency_key: randomUUID() }
  const fault = { kind: 'fail', address: 'POST /v1/checkout/sessions', times: 9 }
  await control(billed.stripe, 'faults', fault)
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => purchase(billed, organization, input)),
  )
  const pages = new Set(answers.flatMap(({ body }) => (body['url'] as string) ?? []))
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    expect(codeOf(answer)).toBe('billing_unavailable')
  }
  for (const url of pages) expect(url).toContain('/c/pay/')
  expect(pages.size).toBeLessThanOrEqual(1)
  const again = await purchase(billed, organization, input)
  expect(again).toMatchObject({ status: 200, body: { status: 'open' } })
  expect(await purchasesOf(billed.api, organization)).toHaveLength(2)
})
