import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { asOwner, asService, callAction } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import {
  brokenInvariants,
  createOrganization,
  type TestOrganization,
} from '../support/organizations.ts'

/** What a charge is made of can be read from the ledger, and the charge computed from it again. */
let api: TestApi
let team: TestOrganization

beforeAll(async () => {
  api = await startTestApi({ operations: { modelTimeoutMilliseconds: 300 } })
  team = await createOrganization(api.sql)
})
afterEach(() => api.double.reset())
afterAll(async () => {
  expect(await brokenInvariants(api.sql)).toEqual([])
  await api.stop()
})

interface Charge {
  amount: string
  model_id: string
  metadata: {
    model: string
    price_id: number
    input_tokens: number
    cached_input_tokens: number
    output_tokens: number
    cost_usd: number
    usage_source: string
    actual_credits: number
    estimated_credits: number
  }
}

async function chargeOf(transactionId: unknown): Promise<Charge> {
  // A charge that draws on several grants has a row for each; the first one tells its cost.
  const rows = await api.sql<Charge[]>`
    select first.model_id, 
      public.credit_transactions_provider_metadata(first) as metadata, (
      select sum(part.amount_credits) from public.credit_transactions as part
      where part.organization_id = first.organization_id
        and part.reservation_id = first.reservation_id
    ) as amount
    from public.credit_transactions as first where first.id = ${transactionId as string}`
  return rows[0]!
}

/** Requirement 4.6 in integer arithmetic: micro-dollars per million tokens, credits in hundredths. */
async function recompute({ metadata }: Charge): Promise<bigint> {
  const rows = await api.sql<{ input: string; cached: string; output: string; model: string }[]>`
    select model_id as model, (input_usd_per_million_tokens * 1000000)::bigint::text as input,
      (cached_input_usd_per_million_tokens * 1000000)::bigint::text as cached,
      (output_usd_per_million_tokens * 1000000)::bigint::text as output
    from public.llm_model_prices where id = ${metadata.price_id}`
  const price = rows[0]!
  expect(price.model).toBe(metadata.model)
  const plain = BigInt(metadata.input_tokens - metadata.cached_input_tokens)
  // In 10^-12 dollars; a quarter of a credit is 0.00025 dollars.
  const cost =
    plain * BigInt(price.input) +
    BigInt(metadata.cached_input_tokens) * BigInt(price.cached) +
    BigInt(metadata.output_tokens) * BigInt(price.output)
  const quarter = 250_000_000n
  const quarters = (cost + quarter - 1n) / quarter
  return (quarters > 1n ? quarters : 1n) * 25n
}

const hundredths = (amount: string) => BigInt(Math.round(Number(amount) * -100))

function suggest(input: object = {}) {
  return callAction(
    api,
    'suggest_questions',
    {
      input: {
        product_name: 'Looma',
        product_description: 'A loom for people who weave at home',
        quality_level: 'premium',
        idempotency_key: randomUUID(),
        ...input,
      },
    },
    asOwner(team),
  )
}

describe('a charge can be computed again from the price row that it names', () => {
  test.each(['fast', 'enhanced', 'premium'])('of an operation at level %s', async (level) => {
    const { body } = await suggest({ quality_level: level, count: 10 })
    const charge = await chargeOf(body['transaction_id'])
    expect(charge.metadata.usage_source).toBe('reported')
    expect(hundredths(charge.amount)).toBe(await recompute(charge))
  })

  test.each([
    [100_000, 0, 20_000],
    [100_000, 99_999, 1],
    [1, 0, 1],
    [0, 0, 0],
  ])('of a report of %i tokens in, %i of them cached, %i out', async (input, cached, output) => {
    const reserved = await callAction(
      api,
      'reserve_credits',
      {
        input: {
          capability: 'question_generation',
          quality_level: 'premium',
          amount_credits: 400,
          idempotency_key: randomUUID(),
        },
      },
      asService(team),
    )
    const settled = await callAction(
      api,
      'settle_credits',
      {
        input: {
          reservation_id: reserved.body['reservation_id'],
          usage: {
            model: 'openai/gpt-5',
            input_tokens: input,
            cached_input_tokens: cached,
            output_tokens: output,
          },
        },
      },
      asService(team),
    )
    const charge = await chargeOf((settled.body['transaction_ids'] as string[])[0])
    expect(hundredths(charge.amount)).toBe(await recompute(charge))
  })

  test('also after the price has changed: it names the row that was in force', async () => {
    const before = await chargeOf((await suggest()).body['transaction_id'])
    const cost = await recompute(before)
    await api.sql`
      insert into public.llm_model_prices
        (model_id, input_usd_per_million_tokens, cached_input_usd_per_million_tokens,
         output_usd_per_million_tokens, effective_from)
      select model_id, 900, 900, 900, now() from public.llm_model_prices
      where id = ${before.metadata.price_id}`
    expect(await recompute(before)).toBe(cost)
    const after = await chargeOf((await suggest()).body['transaction_id'])
    expect(after.metadata.price_id).not.toBe(before.metadata.price_id)
    expect(hundredths(after.amount)).toBe(await recompute(after))
    await api.sql`delete from public.llm_model_prices where id = ${after.metadata.price_id}`
  })
})

describe('the model that served is in the ledger, priced by its own row, when the first one', () => {
  test.each([
    ['answers an error', { kind: 'fail', status: 500 }],
    ['refuses the rate', { kind: 'fail', status: 429 }],
    ['does not take our key', { kind: 'fail', status: 401 }],
    ['breaks off in the middle', { kind: 'drop' }],
    ['stays silent beyond the time limit', { kind: 'stall' }],
  ] as const)('%s', async (_case, fault) => {
    api.double.failWith({ ...fault, model: 'gpt-5' })
    const { status, body } = await suggest()
    expect(status).toBe(200)
    expect(body['model']).toBe('anthropic/claude-sonnet-4-5')
    const charge = await chargeOf(body['transaction_id'])
    expect(charge).toMatchObject({
      model_id: 'anthropic/claude-sonnet-4-5',
      metadata: { model: 'anthropic/claude-sonnet-4-5' },
    })
    expect(hundredths(charge.amount)).toBe(await recompute(charge))
    const rows = await api.sql`
      select count(*)::int as reservations from public.credit_reservations
      where id = ${body['reservation_id'] as string}`
    expect(rows[0]).toEqual({ reservations: 1 })
  })

  test('and the second fail: the third serves', async () => {
    api.double.failWith({ kind: 'fail', model: 'gpt-5' })
    api.double.failWith({ kind: 'fail', model: 'claude-sonnet-4-5' })
    const { body } = await suggest()
    expect(body['model']).toBe('google/gemini-2.5-pro')
  })

  test('is switched off in the catalogue', async () => {
    await api.sql`update public.llm_models set is_active = false where id = 'openai/gpt-5'`
    const { body } = await suggest()
    expect(body['model']).toBe('anthropic/claude-sonnet-4-5')
    expect(api.double.requests).toHaveLength(1)
    await api.sql`update public.llm_models set is_active = true where id = 'openai/gpt-5'`
  })
})
