import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { callAction } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import {
  startProviderServers,
  USED,
  type ProviderServers,
  type RecordedCall,
} from '../support/provider-servers.ts'
import { allEvents, openStream, ownerOn, sessionOf, type Member } from '../support/streams.ts'

/** Each provider's own SDK over HTTP: the right path, the right key, and usage that is priced right. */
const TEXT = 'It saves me hours.'

let servers: ProviderServers
let api: TestApi
let owner: Member

beforeAll(async () => {
  servers = await startProviderServers(JSON.stringify({ text: TEXT }))
  api = await startTestApi({
    environment: {
      OPENAI_API_KEY: 'key-of-openai',
      OPENAI_BASE_URL: `${servers.url}/openai/v1`,
      ANTHROPIC_API_KEY: 'key-of-anthropic',
      ANTHROPIC_BASE_URL: `${servers.url}/anthropic/v1`,
      GOOGLE_GENERATIVE_AI_API_KEY: 'key-of-google',
      GOOGLE_GENERATIVE_AI_BASE_URL: `${servers.url}/google/v1beta`,
    },
  })
  owner = await ownerOn(api, 'team')
})
afterEach(() => servers.reset())
afterAll(async () => {
  await api.stop()
  await servers.close()
})

const input = () => ({
  testimonial: 'it saves me hours',
  quality_level: 'fast',
  idempotency_key: randomUUID(),
})

const providers = [
  {
    provider: 'openai',
    model: 'gpt-5-nano',
    path: '/openai/v1/responses',
    streamPath: '/openai/v1/responses',
    isAuthorized: ({ headers }: RecordedCall) =>
      headers['authorization'] === 'Bearer key-of-openai',
    modelOf: ({ body }: RecordedCall) => body['model'],
    reasoning: USED.reasoning,
  },
  {
    provider: 'anthropic',
    model: 'claude-haiku-4-5',
    path: '/anthropic/v1/messages',
    streamPath: '/anthropic/v1/messages',
    isAuthorized: ({ headers }: RecordedCall) => headers['x-api-key'] === 'key-of-anthropic',
    modelOf: ({ body }: RecordedCall) => body['model'],
    // It does not say how much of the output was reasoning.
    reasoning: null,
  },
  {
    provider: 'google',
    model: 'gemini-2.5-flash-lite',
    path: '/google/v1beta/models/gemini-2.5-flash-lite:generateContent',
    streamPath: '/google/v1beta/models/gemini-2.5-flash-lite:streamGenerateContent?alt=sse',
    isAuthorized: ({ headers }: RecordedCall) => headers['x-goog-api-key'] === 'key-of-google',
    modelOf: ({ path }: RecordedCall) => /models\/([^:]+):/.exec(path)?.[1],
    reasoning: USED.reasoning,
  },
]

async function expectCharged(transactionId: unknown, reasoning: number | null): Promise<void> {
  const [row] = await api.sql`
    select public.credit_transactions_provider_metadata(written) as metadata
    from public.credit_transactions as written
    where id = ${transactionId as string}`
  expect(row!['metadata']).toMatchObject({
    input_tokens: USED.input,
    cached_input_tokens: USED.cached,
    output_tokens: USED.output,
    reasoning_tokens: reasoning,
    usage_source: 'reported',
    request_id: expect.any(String),
  })
}

describe.each(providers)('$provider', (expected) => {
  const { provider, model, path, streamPath, isAuthorized, modelOf, reasoning } = expected

  test('is asked at its own path, with its key, and its usage is charged', async () => {
    await serveInOrder(`${provider}/${model}`, fallbackOf(provider))
    const { status, body } = await callAction(
      api,
      'polish_testimonial',
      { input: input() },
      sessionOf(owner),
    )
    expect(servers.calls.map((call) => call.path)).toEqual([path])
    expect(isAuthorized(servers.calls[0]!)).toBe(true)
    expect(modelOf(servers.calls[0]!)).toBe(model)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      text: TEXT,
      provider,
      offline: false,
      model: `${provider}/${model}`,
    })
    await expectCharged(body['transaction_id'], reasoning)
  })

  test('streams, and its usage is charged', async () => {
    await serveInOrder(`${provider}/${model}`, fallbackOf(provider))
    const events = await allEvents(
      await openStream(api, 'polish_testimonial', input(), owner.token),
    )
    expect(servers.calls.map((call) => call.path)).toEqual([streamPath])
    expect(isAuthorized(servers.calls[0]!)).toBe(true)
    expect(events.filter(({ event }) => event === 'delta').length).toBeGreaterThan(0)
    expect(events.at(-1)).toMatchObject({ event: 'result', data: { text: TEXT, provider } })
    await expectCharged(events.at(-1)!.data['transaction_id'], reasoning)
  })

  test.each([429, 500, 401])('that answers %i gives way to another provider', async (status) => {
    await serveInOrder(`${provider}/${model}`, fallbackOf(provider))
    servers.refuse(`/${provider}/`, status)
    const { body } = await callAction(
      api,
      'polish_testimonial',
      { input: input() },
      sessionOf(owner),
    )
    expect(servers.calls).toHaveLength(2)
    expect(servers.calls[0]!.path).toBe(path)
    expect(body['provider']).not.toBe(provider)
    expect(body['text']).toBe(TEXT)
  })
})

const fallbackOf = (provider: string) =>
  provider === 'openai' ? 'anthropic/claude-haiku-4-5' : 'openai/gpt-5-nano'

/** Makes these the first and the second model for the level of these tests, from now on. */
async function serveInOrder(first: string, second: string): Promise<void> {
  await api.sql`
    insert into public.plan_quality_level_models
      (plan_id, capability_id, quality_level_id, preference, model_id, effective_from)
    values
      ('team', 'testimonial_polish', 'fast', 1, ${first}, clock_timestamp()),
      ('team', 'testimonial_polish', 'fast', 2, ${second}, clock_timestamp())`
}

test('any OpenAI-compatible URL serves every model, with its key, and is no offline sample', async () => {
  const other = await startTestApi()
  const compatible = await startTestApi({
    environment: {
      OPENAI_COMPATIBLE_BASE_URL: other.double.baseUrl,
      OPENAI_COMPATIBLE_API_KEY: 'key-of-compatible',
    },
  })
  try {
    const member = await ownerOn(compatible, 'team')
    const { body } = await callAction(
      compatible,
      'polish_testimonial',
      { input: input() },
      sessionOf(member),
    )
    expect(body).toMatchObject({ provider: 'openai_compatible', offline: false, text: TEXT })
    expect(other.double.requests).toHaveLength(1)
    expect(compatible.double.requests).toHaveLength(0)
  } finally {
    await compatible.stop()
    await other.stop()
  }
})
