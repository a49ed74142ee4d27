import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brokenRules, createOrganization, grant, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { hold, reserve, settle } from '../support/operations.ts'
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

/** The ledger rows of a settlement, as operators read them. */
async function documentsOf(reservation: string) {
  const rows = await desk.admin<{ model_id: string; document: Record<string, unknown> | null }[]>`
    select model_id, public.credit_transactions_provider_metadata(written) as document
    from public.credit_transactions as written
    where reservation_id = ${reservation}
    order by sequence`
  return rows.map((row) => row.document)
}

describe.each([
  ['within its hold', '20'],
  ['above its hold', '1'],
])('the ledger keeps what a charge %s rests on', (_case, amount) => {
  const keeps = async (usage: Usage) => {
    const organization = await createOrganization(desk, { credits: '1000' })
    const reservation = await hold(desk.api, organization, amount)
    const [row] = await settle(desk.api, { organization, reservation, usage })
    expect(row).toMatchObject({ outcome: 'settled', charged_credits: '10.25' })
    const [price] = await desk.admin`
      select id::int from public.llm_model_prices where model_id = 'openai/gpt-5'`
    const rest = {
      cost_usd: 0.01025,
      price_id: price!.id as number,
      estimated_credits: Number(amount),
      actual_credits: 10.25,
    }
    return { documents: await documentsOf(reservation), rest, reservation }
  }

  test('tokens, cost, price row, request, estimate and actual', async () => {
    const { documents, rest } = await keeps({
      model: 'gpt-5',
      input_tokens: 1080,
      cached_input_tokens: 80,
      output_tokens: 899,
      reasoning_tokens: 100,
      request_id: 'req_1',
      source: 'counted',
    })
    expect(documents).toEqual([
      {
        model: 'openai/gpt-5',
        input_tokens: 1080,
        cached_input_tokens: 80,
        output_tokens: 899,
        reasoning_tokens: 100,
        request_id: 'req_1',
        usage_source: 'counted',
        ...rest,
        cost_usd: 0.01025,
      },
    ])
  })

  test('of a report that tells no more than it must', async () => {
    const { documents, rest, reservation } = await keeps({
      model: 'openai/gpt-5',
      input_tokens: 1000,
      output_tokens: 900,
    })
    expect(documents).toEqual([
      {
        model: 'openai/gpt-5',
        input_tokens: 1000,
        cached_input_tokens: 0,
        output_tokens: 900,
        reasoning_tokens: null,
        request_id: null,
        usage_source: 'reported',
        ...rest,
      },
    ])
    const [entry] = await desk.admin`
      select reported_model, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
        request_id, usage_source
      from public.credit_transactions where reservation_id = ${reservation}`
    expect(entry).toEqual({
      reported_model: 'openai/gpt-5',
      input_tokens: '1000',
      cached_input_tokens: null,
      output_tokens: '900',
      reasoning_tokens: null,
      request_id: null,
      usage_source: null,
    })
  })
})

test('a charge on two grants keeps its report once, on its first row', async () => {
  const organization = await createOrganization(desk, { credits: '4' })
  await grant(desk, organization, { amount: '9' })
  const reservation = await hold(desk.api, organization, '12')
  const usage = { model: 'openai/gpt-5', input_tokens: 1000, output_tokens: 900, request_id: 'r' }
  await settle(desk.api, { organization, reservation, usage })
  expect(await documentsOf(reservation)).toMatchObject([{ request_id: 'r' }, null])
  const rows = await desk.admin`
    select from public.credit_transactions
    where reservation_id = ${reservation}
      and num_nonnulls(reported_model, input_tokens, output_tokens, request_id) > 0`
  expect(rows).toHaveLength(1)
})

test('each of a batch keeps its own report, also item by item while an expired grant is kept', async () => {
  const organization = await createOrganization(desk)
  await grant(desk, organization, { amount: '9', expiresAt: new Date(Date.now() + 500) })
  const holds = await reserve(
    desk.api,
    ...['1', '2', '3'].map((amount) => ({ organization, amount })),
  )
  const reservations = holds.map((held) => held.reservation_id)
  await desk.admin`select pg_sleep(0.55)`
  const rows = await settle(
    desk.api,
    ...reservations.map((reservation, index) => ({
      organization,
      reservation,
      usage: {
        model: 'gpt-5',
        input_tokens: 0,
        output_tokens: 100 * index,
        request_id: `req_${index}`,
      },
    })),
  )
  expect(rows.map((row) => row.charged_credits)).toEqual(['0.25', '1.00', '2.00'])
  for (const [index, reservation] of reservations.entries()) {
    expect(await documentsOf(reservation)).toMatchObject([
      { output_tokens: 100 * index, request_id: `req_${index}` },
    ])
  }
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

const LARGEST = '9223372036854775807'
const SMALLEST = '-9223372036854775808'

test.each([
  { model: null },
  { input_tokens: null },
  { output_tokens: null },
  { model: null, input_tokens: null },
  { model: null, input_tokens: null, output_tokens: null, request_id: 'req_1' },
  { input_tokens: -1 },
  { output_tokens: -1 },
  { cached_input_tokens: -1 },
  { reasoning_tokens: -1 },
  { cached_input_tokens: 2 },
  { input_tokens: 1e12 + 1 },
  { output_tokens: 1e12 + 1 },
  { reasoning_tokens: 1e12 + 1 },
  { input_tokens: 1e12, output_tokens: 1e12 },
  { input_tokens: LARGEST, cached_input_tokens: SMALLEST, output_tokens: LARGEST },
  { input_tokens: SMALLEST, cached_input_tokens: LARGEST, output_tokens: SMALLEST },
])('%o is no usage report (invalid_amount), and hurts no neighbour', async (told) => {
  const organization = await createOrganization(desk, { credits: '5' })
  const reservation = await hold(desk.api, organization, '1')
  const neighbour = await hold(desk.api, organization, '1')
  const usage = { model: 'openai/gpt-5', input_tokens: 1, output_tokens: 1 }
  const rows = await settle(
    desk.api,
    { organization, reservation, usage: { ...usage, ...told } },
    { organization, reservation: neighbour, usage },
  )
  expect(rows).toMatchObject([
    { outcome: 'invalid_amount', status: 'reserved' },
    { outcome: 'settled', charged_credits: '0.25' },
  ])
})

test.each([
  { input_tokens: 1 },
  { output_tokens: 0 },
  { model: 'openai/gpt-5' },
  { cached_input_tokens: 0 },
  { reasoning_tokens: 1 },
  { request_id: 'req_1' },
  { source: 'counted' },
])('an amount and %o of a report are both (invalid_amount)', async (told) => {
  const organization = await createOrganization(desk, { credits: '5' })
  const reservation = await hold(desk.api, organization, '1')
  const usage = { model: null, input_tokens: null, output_tokens: null, ...told }
  const [row] = await settle(desk.api, { organization, reservation, amount: '1', usage })
  expect(row).toMatchObject({ outcome: 'invalid_amount', status: 'reserved' })
})

describe('the same report again is a replay, one that differs is a conflict', () => {
  const full = {
    model: 'openai/gpt-5',
    input_tokens: 1000,
    cached_input_tokens: 0,
    output_tokens: 900,
    reasoning_tokens: 0,
    request_id: 'req_1',
    source: 'counted',
  }
  const least = { model: 'openai/gpt-5', input_tokens: 1000, output_tokens: 900 }
  const changes: [Usage, Partial<Usage>][] = [
    [full, { model: 'gpt-5' }],
    [full, { model: null }],
    [full, { input_tokens: 1001 }],
    // Alike in their 32 bits where both halves of a number are folded together.
    [full, { input_tokens: 2 ** 32 + 1001 }],
    [full, { input_tokens: null }],
    [full, { cached_input_tokens: 1 }],
    [full, { cached_input_tokens: null }],
    [full, { output_tokens: 899 }],
    [full, { output_tokens: null }],
    [full, { reasoning_tokens: 1 }],
    [full, { reasoning_tokens: null }],
    [full, { request_id: 'req_2' }],
    [full, { request_id: null }],
    [full, { source: 'reported' }],
    [full, { source: null }],
    [full, { input_tokens: 900, output_tokens: 1000 }],
    [least, { cached_input_tokens: 0 }],
    [least, { cached_input_tokens: -1 }],
    [least, { reasoning_tokens: 0 }],
    [least, { reasoning_tokens: -1 }],
    [least, { request_id: '' }],
    [least, { source: '' }],
  ]
  test.each(changes)('%o, then %o', async (usage, change) => {
    const { row, organization, reservation } = await settled(usage)
    const request = { organization, reservation }
    const rows = await settle(
      desk.api,
      { ...request, usage },
      { ...request, usage: { ...usage, ...change } },
      { ...request, usage, amount: '1' },
      { ...request, amount: row.charged_credits },
    )
    expect(rows.map(({ outcome }) => outcome)).toEqual([
      'replayed',
      'idempotency_conflict',
      'idempotency_conflict',
      'idempotency_conflict',
    ])
    expect(rows[0]!.transaction_ids).toEqual(row.transaction_ids)
  })
})
