import { describe, expect, test } from 'vitest'
import { createModelFactory } from '../../src/ai/models.ts'
import { addUsage, countUsage, readUsage } from '../../src/ai/usage.ts'
import type { ProviderSettings } from '../../src/config.ts'

const none: ProviderSettings = {
  openaiApiKey: undefined,
  anthropicApiKey: undefined,
  googleApiKey: undefined,
  openaiBaseUrl: undefined,
  anthropicBaseUrl: undefined,
  googleBaseUrl: undefined,
  compatibleBaseUrl: undefined,
  compatibleApiKey: undefined,
  doubleUrl: undefined,
}

const choice = (provider: string) => ({
  model_id: `${provider}/some-model`,
  provider,
  provider_model_id: 'some-model',
})

const served = (settings: Partial<ProviderSettings>, provider: string) => {
  const model = createModelFactory({ ...none, ...settings })(choice(provider))
  return model && [model.provider, model.offline, model.modelId]
}

describe('who serves a model', () => {
  const doubleUrl = 'http://127.0.0.1:1/v1'
  test.each([
    ['openai', { openaiApiKey: 'k' }],
    ['anthropic', { anthropicApiKey: 'k' }],
    ['google', { googleApiKey: 'k' }],
  ])('%s itself, when its key is set', (provider, keys) => {
    expect(served({ ...keys, doubleUrl }, provider)).toEqual([
      provider,
      false,
      `${provider}/some-model`,
    ])
  })

  test('the compatible URL, before the double', () => {
    const settings = { compatibleBaseUrl: 'http://127.0.0.1:2/v1', doubleUrl }
    expect(served(settings, 'openai')?.slice(0, 2)).toEqual(['openai_compatible', false])
  })

  test('the offline double, and it says so', () => {
    expect(served({ openaiApiKey: 'k', doubleUrl }, 'google')?.slice(0, 2)).toEqual([
      'offline_sample',
      true,
    ])
  })

  test('nobody, in production without keys', () => {
    expect(served({}, 'openai')).toBeNull()
  })
})

describe('token usage', () => {
  const usage = (inputTokens: number | undefined, outputTokens: number | undefined) => ({
    inputTokens,
    outputTokens,
    totalTokens: undefined,
    inputTokenDetails: { noCacheTokens: 6, cacheReadTokens: 4, cacheWriteTokens: undefined },
    outputTokenDetails: { textTokens: 5, reasoningTokens: 2 },
  })

  test('keeps cached and reasoning tokens apart', () => {
    expect(readUsage(usage(10, 7), 'm', 'r1')).toEqual({
      model: 'm',
      input_tokens: 10,
      output_tokens: 7,
      cached_input_tokens: 4,
      reasoning_tokens: 2,
      request_id: 'r1',
    })
  })

  test.each([
    ['req_\u0000_1\n', 'req__1'],
    ['r'.repeat(300), 'r'.repeat(200)],
    [`${'r'.repeat(199)}\u{1f600}`, 'r'.repeat(199)],
    ['\u0007', null],
    [undefined, null],
  ])('keeps of the id %j what can be stored', (given, kept) => {
    expect(readUsage(usage(10, 7), 'm', given)?.request_id).toBe(kept)
    expect(countUsage('m', 'one', 'two', given).request_id).toBe(kept)
  })

  test.each([
    ['is missing', undefined],
    ['lacks the input', usage(undefined, 7)],
    ['lacks the output', usage(10, undefined)],
    ['is zero for an answer that exists', usage(0, 0)],
  ])('that %s is unknown, not zero', (_case, given) => {
    expect(readUsage(given, 'm', 'r1')).toBeNull()
  })

  test('of a repaired answer is the sum, and counted when one part is', () => {
    const counted = countUsage('m', 'one two', 'three')
    const reported = readUsage(usage(10, 7), 'm', 'r1') ?? counted
    expect(addUsage(reported, reported)).toMatchObject({ input_tokens: 20, output_tokens: 14 })
    expect(addUsage(reported, reported)).not.toHaveProperty('source')
    expect(addUsage(reported, counted)).toMatchObject({
      input_tokens: 12,
      output_tokens: 8,
      request_id: 'r1',
      source: 'counted',
    })
  })
})
