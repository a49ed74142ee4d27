import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenRules, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { hold, settle } from '../support/operations.ts'
import type { Usage } from '../support/operations.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(async () => {
  expect(await brokenRules(desk)).toEqual([])
  await desk.close()
})

async function settled(usage: Usage) {
  const organization = await createOrganization(desk, { credits: '1000' })
  const reservation = await hold(desk.api, organization, '1')
  const [row] = await settle(desk.api, { organization, reservation, usage })
  return { row: row!, organization, reservation }
}

// gpt-5: 1.25 dollars a million input tokens, 0.125 cached, 10 output; a credit is 0.001 dollars.
test.each([
  [{ input_tokens: 0, output_tokens: 0 }, '0.25', 'never less than 0.25'],
  [{ input_tokens: 200, output_tokens: 0 }, '0.25', 'exactly 0.25'],
  [{ input_tokens: 201, output_tokens: 0 }, '0.50', 'a little above is rounded up to 0.25'],
  [{ input_tokens: 1000, output_tokens: 900 }, '10.25', 'input and output'],
  [
    { input_tokens: 1000, cached_input_tokens: 1000, output_tokens: 0 },
    '0.25',
    'cached input is cheaper',
  ],
  [
    { input_tokens: 0, output_tokens: 100, reasoning_tokens: 90 },
    '1.00',
    'output includes reasoning',
  ],
  [{ input_tokens: 1, output_tokens: 1, cached_input_tokens: null }, '0.25', 'null is absent'],
])('%o costs %s: %s', async (tokens, charged, _rule) => {
  const { row } = await settled({ model: 'openai/gpt-5', ...tokens })
  expect(row).toMatchObject({ outcome: 'settled', charged_credits: charged })
})

test('the ledger keeps tokens, cost, price row, request, estimate and actual', async () => {
  const { reservation } = await settled({
    model: 'gpt-5',
    input_tokens: 1000,
    output_tokens: 900,
    reasoning_tokens: 100,
    request_id: 'req_1',
  })
  const [entry] = await desk.admin`
    select model_id, public.credit_transactions_provider_metadata(written) as provider_metadata
    from public.credit_transactions as written
    where reservation_id = ${reservation}`
  const [price] = await desk.admin`
    select id::int from public.llm_model_prices where model_id = 'openai/gpt-5'`
  expect(entry).toEqual({
    model_id: 'openai/gpt-5',
    provider_metadata: {
      model: 'openai/gpt-5',
      input_tokens: 1000,
      cached_input_tokens: 0,
      output_tokens: 900,
      reasoning_tokens: 100,
      request_id: 'req_1',
      usage_source: 'reported',
      cost_usd: 0.01025,
      price_id: price!.id,
      estimated_credits: 1,
      actual_credits: 10.25,
    },
  })
})

test('the price in force at the reservation counts, not the one at the settlement', async () => {
  const organization = await createOrganization(desk, { credits: '1000' })
  const reservation = await hold(desk.api, organization, '1')
  await desk.admin`
    insert into public.llm_model_prices
      (model_id, input_usd_per_million_tokens, cached_input_usd_per_million_tokens, output_usd_per_million_tokens)
    values ('openai/gpt-5', 1000, 1000, 1000)`
  const usage = { model: 'openai/gpt-5', input_tokens: 1000, output_tokens: 900 }
  const [before] = await settle(desk.api, { organization, reservation, usage })
  const { row: after } = await settled(usage)
  await desk.admin`delete from public.llm_model_prices where input_usd_per_million_tokens = 1000`
  expect([before!.charged_credits, after.charged_credits]).toEqual(['10.25', '1000.00'])
  expect(after.shortfall_credits).toBe('900.00')
})

test.each([
  { model: 'openai/gpt-9', input_tokens: 1, output_tokens: 1 },
  { model: '', input_tokens: 1, output_tokens: 1 },
])('%o (unknown_model)', async (usage) => {
  const { row } = await settled(usage)
  expect(row).toMatchObject({ outcome: 'unknown_model', status: 'reserved' })
})

test.each([
  { input_tokens: -1, output_tokens: 1 },
  { input_tokens: 1.5, output_tokens: 1 },
  { input_tokens: '1', output_tokens: 1 },
  { input_tokens: 1, output_tokens: null },
  { input_tokens: 1, output_tokens: 1e13 },
  { input_tokens: 1e12, output_tokens: 1e12 },
  { input_tokens: 1, cached_input_tokens: 2, output_tokens: 1 },
  { input_tokens: 1, output_tokens: 1, reasoning_tokens: -1 },
])('%o is no usage report (invalid_amount)', async (tokens) => {
  const { row } = await settled({ model: 'openai/gpt-5', ...tokens })
  expect(row).toMatchObject({ outcome: 'invalid_amount', status: 'reserved' })
})
