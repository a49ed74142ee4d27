import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, Output, streamText } from 'ai'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { startOpenAiDouble, type OpenAiDouble } from '../../doubles/openai/server.ts'

let double: OpenAiDouble

beforeAll(async () => {
  double = await startOpenAiDouble()
})

beforeEach(() => double.reset())

afterAll(() => double.close())

const model = (headers: Record<string, string> = {}) =>
  createOpenAICompatible({
    name: 'double',
    baseURL: double.baseUrl,
    apiKey: 'any',
    headers,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })('some-model')

const chat = (body: unknown, headers: Record<string, string> = { authorization: 'Bearer any' }) =>
  fetch(`${double.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

const messages = [{ role: 'user', content: 'Hello' }]
const prompt = 'Write exactly 4 questions.\nProduct name: "Loom"'
const schema = z.object({
  questions: z.array(z.object({ text: z.string(), reason: z.string() })),
  mood: z.enum(['glad', 'sad']),
  score: z.number(),
})

describe('an answer', () => {
  test('fits the schema, follows the prompt, counts tokens and is the same every time', async () => {
    const ask = () =>
      generateText({ model: model(), prompt, output: Output.object({ schema }), maxRetries: 0 })
    const [first, second] = [await ask(), await ask()]
    expect(first.output.questions).toHaveLength(4)
    expect(first.output.questions[0]?.text).toContain('Loom')
    expect(new Set(first.output.questions.map(({ text }) => text)).size).toBe(4)
    expect(second.output).toEqual(first.output)
    expect(first.usage.inputTokens).toBeGreaterThan(5)
    expect(first.usage.outputTokens).toBeGreaterThan(50)
    expect(first.usage.totalTokens).toBe(
      (first.usage.inputTokens ?? 0) + (first.usage.outputTokens ?? 0),
    )
  })

  test('streams the same text and the same counts', async () => {
    const options = { model: model(), prompt, output: Output.object({ schema }), maxRetries: 0 }
    const whole = await generateText(options)
    const stream = streamText(options)
    expect(await stream.text).toBe(whole.text)
    expect((await stream.usage).totalTokens).toBe(whole.usage.totalTokens)
  })

  test('is cut at the token limit', async () => {
    const response = await chat({ model: 'm', messages, max_tokens: 3 })
    expect(await response.json()).toMatchObject({
      choices: [{ finish_reason: 'length' }],
      usage: { completion_tokens: 3 },
    })
  })
})

describe('a request is refused', () => {
  const looseSchema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }
  const format = (value: unknown) => ({
    type: 'json_schema',
    json_schema: { name: 'x', schema: value },
  })
  test.each([
    ['without a model', { messages }],
    ['without messages', { model: 'm', messages: [] }],
    ['with an unknown role', { model: 'm', messages: [{ role: 'robot', content: 'x' }] }],
    ['with an unknown parameter', { model: 'm', messages, colour: 'red' }],
    ['with an impossible temperature', { model: 'm', messages, temperature: 3 }],
    ['with an open schema', { model: 'm', messages, response_format: format(looseSchema) }],
    ['with an unknown format', { model: 'm', messages, response_format: { type: 'xml' } }],
  ])('%s', async (_case, body) => {
    const response = await chat(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
    expect(double.requests).toHaveLength(0)
  })

  test('without a key', async () => {
    expect((await chat({ model: 'm', messages }, {})).status).toBe(401)
  })
})

describe('a fault on request', () => {
  test('by header, for this call only', async () => {
    const headers = { authorization: 'Bearer any', 'x-double-fault': 'fail' }
    expect((await chat({ model: 'm', messages }, headers)).status).toBe(500)
    expect((await chat({ model: 'm', messages })).status).toBe(200)
  })

  test('by the control route, for one model and so many times', async () => {
    const control = double.baseUrl.replace('/v1', '/_double')
    await fetch(`${control}/faults`, {
      method: 'POST',
      body: JSON.stringify({ kind: 'fail', model: 'm', times: 1, status: 429 }),
    })
    expect((await chat({ model: 'other', messages })).status).toBe(200)
    expect((await chat({ model: 'm', messages })).status).toBe(429)
    expect((await chat({ model: 'm', messages })).status).toBe(200)
    const seen = await fetch(`${control}/requests`)
    expect(await seen.json()).toHaveLength(3)
    await fetch(`${control}/reset`, { method: 'POST' })
    expect(double.requests).toHaveLength(0)
  })

  test('drops a whole answer and a stream in the middle', async () => {
    double.failWith({ kind: 'drop', times: 2 })
    const whole = await chat({ model: 'm', messages })
    await expect(whole.text()).rejects.toThrow()
    const stream = await chat({ model: 'm', messages, stream: true })
    await expect(stream.text()).rejects.toThrow()
  })

  test('leaves the usage out', async () => {
    double.failWith({ kind: 'omit_usage', times: 1 })
    const body: unknown = await (await chat({ model: 'm', messages })).json()
    expect(body).not.toHaveProperty('usage')
  })
})
