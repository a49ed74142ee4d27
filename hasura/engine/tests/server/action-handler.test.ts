import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { callHandler, type HandlerCall } from '../../src/action/call-handler.ts'
import { WebhookClient } from '../../src/action/webhook-client.ts'
import type { ActionMetadata } from '../../src/metadata/actions.ts'
import type { ActionOutput } from '../../src/plan/types.ts'
import { startWebhook, type WebhookAnswer, type WebhookDouble } from './webhook-double.ts'

const scalar = (typeName: string, nullable = false, enumValues: string[] | null = null) =>
  ({ kind: 'scalar', typeName, nullable, enumValues }) satisfies ActionOutput
const objectOf = (fields: Record<string, ActionOutput>, nullable = false): ActionOutput => ({
  kind: 'object',
  typeName: 'Thing',
  nullable,
  fields: Object.entries(fields).map(([name, output]) => ({
    kind: 'field',
    key: name,
    name,
    output,
  })),
  allFields: Object.entries(fields).map(([name, output]) => ({ name, output })),
})
const thing = objectOf({ id: scalar('Int'), name: scalar('String', true) })

describe('calling the handler of an action', () => {
  let webhook: WebhookDouble
  let answer: WebhookAnswer
  const webhooks = new WebhookClient()
  beforeAll(async () => {
    webhook = await startWebhook(() => answer)
  })
  afterAll(async () => {
    webhooks.close()
    await webhook.stop()
  })
  beforeEach(() => {
    webhook.calls.length = 0
    answer = { json: { id: 1, name: 'one' } }
  })

  const environment = () => ({ BASE: webhook.url, ACTION_SECRET: 'from-environment' })
  const action = (definition: Partial<ActionMetadata['definition']> = {}): ActionMetadata => ({
    name: 'make_thing',
    definition: { handler: '{{BASE}}/things', ...definition },
  })
  const call = (more: Partial<HandlerCall> = {}, configuredHeaderPrecedence = false) =>
    callHandler(
      {
        action: action(),
        input: { name: 'one' },
        output: thing,
        sessionVariables: { 'x-hasura-role': 'member' },
        clientHeaders: {},
        requestQuery: 'mutation { make_thing { id } }',
        ...more,
      },
      { webhooks, environment: environment(), configuredHeaderPrecedence },
    )

  it('posts what Hasura posts, to the templated URL', async () => {
    const { value } = await call()
    expect(value).toEqual({ id: 1, name: 'one' })
    expect(webhook.calls).toMatchObject([
      {
        path: '/things',
        body: {
          action: { name: 'make_thing' },
          input: { name: 'one' },
          session_variables: { 'x-hasura-role': 'member' },
          request_query: 'mutation { make_thing { id } }',
        },
      },
    ])
  })

  it('sends configured headers; the client’s only where they are forwarded', async () => {
    const headers = [{ name: 'x-action-secret', value_from_env: 'ACTION_SECRET' }]
    const clientHeaders = {
      host: 'engine.test',
      'user-agent': 'test',
      'x-request-id': 'r-1',
      'x-hasura-admin-secret': 'never',
      'content-length': '3',
      'x-action-secret': 'from-client',
    }
    await call({ action: action({ headers }), clientHeaders })
    expect(webhook.calls[0]?.headers).not.toHaveProperty('x-request-id')
    const forwarding = action({ headers, forward_client_headers: true })
    await call({ action: forwarding, clientHeaders })
    expect(webhook.calls[1]?.headers).toMatchObject({
      'x-request-id': 'r-1',
      'x-forwarded-host': 'engine.test',
      'x-forwarded-user-agent': 'test',
      'x-action-secret': 'from-client',
    })
    expect(webhook.calls[1]?.headers).not.toHaveProperty('x-hasura-admin-secret')
    await call({ action: forwarding, clientHeaders }, true)
    expect(webhook.calls[2]?.headers['x-action-secret']).toBe('from-environment')
  })

  it('passes Set-Cookie on', async () => {
    answer = { json: { id: 1 }, headers: { 'set-cookie': ['a=1', 'b=2'] } }
    expect((await call()).setCookies).toEqual(['a=1', 'b=2'])
  })

  const refused: [string, ActionOutput, unknown, RegExp][] = [
    ['null for a non-null type', thing, null, /got null for the action webhook response/],
    ['an array for an object', thing, [{ id: 1 }], /got array .* expecting Thing/],
    ['text for an object', thing, 'x', /got scalar String .* expecting Thing/],
    ['a missing non-null field', thing, { name: 'x' }, /field "id" expected in webhook response/],
    ['null in a non-null field', thing, { id: null }, /expecting not null value for field "id"/],
    ['text for an Int', thing, { id: 'seven' }, /got scalar String .* expecting Int/],
    [
      'an object for a list',
      { kind: 'list', nullable: true, of: thing },
      { id: 1 },
      /expecting array for the action webhook response/,
    ],
    ['an unknown enum value', scalar('Color', false, ['RED']), 'BLUE', /enum Color/],
    [
      'null in a nested object',
      objectOf({ inner: objectOf({ id: scalar('Int') }) }),
      { inner: { id: null } },
      /expecting not null value for field "id"/,
    ],
  ]
  it.each(refused)('refuses %s (unexpected)', async (_name, output, json, message) => {
    answer = { json }
    await expect(call({ output })).rejects.toMatchObject({
      code: 'unexpected',
      message: expect.stringMatching(message) as string,
      internal: { error: 'unexpected response', response: { status: 200, body: json } },
    })
  })

  it('takes any JSON for scalars that are not built in, and ignores unknown fields', async () => {
    answer = { json: { at: { any: ['json'] }, extra: 1 } }
    const { value } = await call({ output: objectOf({ at: scalar('jsonb') }) })
    expect(value).toMatchObject({ at: { any: ['json'] } })
  })

  it('tells a 4xx answer as the handler’s own error', async () => {
    answer = { status: 402, json: { message: 'too few credits', code: 'insufficient' } }
    await expect(call()).rejects.toMatchObject({
      message: 'too few credits',
      extensions: { path: '$', code: 'insufficient' },
    })
    const extensions = { code: 'insufficient_credits', available_credits: 3 }
    answer = { status: 402, json: { message: 'too few', code: 'ignored', extensions } }
    await expect(call()).rejects.toMatchObject({ extensions })
  })

  it.each([
    [{ status: 400, json: { code: 'x' } }, 'parse-failed', /'message' was not present/],
    [{ status: 400, json: { message: 'm', code: 7 } }, 'parse-failed', /code/],
    [{ status: 500, json: { message: 'secret' } }, 'unexpected', /^internal error$/],
    [{ status: 200, text: '<html>' }, 'unexpected', /not a valid json response/],
  ] as [WebhookAnswer, string, RegExp][])('answer %j is an error', async (given, code, message) => {
    answer = given
    await expect(call()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    })
  })

  it('ends after the timeout, and says when nobody is there (ResponseTimeout)', async () => {
    answer = { json: {}, delayMilliseconds: 2000 }
    await expect(call({ action: action({ timeout: 0.1 }) })).rejects.toMatchObject({
      message: 'http exception when calling webhook',
      internal: { error: { type: 'http_exception', message: 'ResponseTimeout' } },
    })
    await expect(
      call({ action: action({ handler: 'http://127.0.0.1:1/' }) }),
    ).rejects.toMatchObject({ message: 'http exception when calling webhook' })
  })

  it('an unset variable of the handler or a header is named', async () => {
    await expect(call({ action: action({ handler: '{{NOT_SET}}/x' }) })).rejects.toMatchObject({
      message: expect.stringContaining('NOT_SET') as string,
    })
    const headers = [{ name: 'x-a', value_from_env: 'NOT_SET_EITHER' }]
    await expect(call({ action: action({ headers }) })).rejects.toMatchObject({
      message: expect.stringContaining('NOT_SET_EITHER') as string,
    })
  })
})
