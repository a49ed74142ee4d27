import Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLogger } from '../src/observability.ts'
import { startTestApi, type TestApi } from './support/api.ts'
import { createOrganization } from './support/organizations.ts'
import { serviceCalls } from './support/service-calls.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

const { reserve } = serviceCalls(() => api)

test('metrics count requests, outcomes and batches', async () => {
  const organization = await createOrganization(api.sql)
  await Promise.all([reserve(organization), reserve(organization, { amount_credits: 9_999 })])
  const text = await (await fetch(`${api.url}/metrics`)).text()
  expect(text).toContain('purser_action_outcomes_total{action="reserve_credits",outcome="ok"} 1')
  expect(text).toContain(
    'purser_action_outcomes_total{action="reserve_credits",outcome="insufficient_credits"} 1',
  )
  expect(text).toMatch(/purser_ledger_batch_items_sum\{function="reserve_credits"\} 2/)
  expect(text).toContain('purser_ledger_queued_items{function="reserve_credits"} 0')
  expect(text).toMatch(/purser_requests_total\{route="actions",status="200"\} 1/)
})

test('a route that does not exist answers not_found and makes no label of its own', async () => {
  const response = await fetch(`${api.url}/wp-admin/setup.php`)
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ extensions: { code: 'not_found' } })
  const text = await (await fetch(`${api.url}/metrics`)).text()
  expect(text).toContain('purser_requests_total{route="other",status="404"} 1')
  expect(text).not.toContain('wp-admin')
})

test('secrets and tokens do not reach the log', async () => {
  const log = JSON.stringify(api.logLines)
  expect(log).not.toContain(api.config.actionSecret)
  expect(log).not.toContain(api.config.authSecret)
})

test('what Stripe answered to a refused payment does not reach the log', () => {
  let written = ''
  const log = createLogger('info', { write: (line: string) => void (written += line) })
  const payment = { id: 'pi_1', client_secret: 'pi_1_secret_x' }
  const refusal = { type: 'card_error', message: 'Declined.', payment_intent: payment } as const
  log.warn({ err: new Stripe.errors.StripeCardError(refusal as never) }, 'declined')
  expect(written).toContain('Declined.')
  expect(written).not.toContain('secret_x')
})
