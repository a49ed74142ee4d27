import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asOwner, asService, callAction, postAction, codeOf } from '../support/actions.ts'
import { ACTION_SECRET, startTestApi, type TestApi } from '../support/api.ts'
import { createOrganization, type TestOrganization } from '../support/organizations.ts'

let api: TestApi
let organization: TestOrganization

beforeAll(async () => {
  api = await startTestApi()
  organization = await createOrganization(api.sql)
})

afterAll(() => api.stop())

const input = { capability: 'question_generation' }

describe('the dispatcher refuses', () => {
  test.each([
    ['a missing secret', {}],
    ['a wrong secret', { 'x-action-secret': 'wrong' }],
    ['a secret with another ending', { 'x-action-secret': `${ACTION_SECRET}x` }],
  ])('%s (unauthenticated)', async (_case, headers) => {
    const answer = await postAction(api, 'check_ai_access', '{}', headers)
    expect([answer.status, codeOf(answer)]).toEqual([401, 'unauthenticated'])
  })

  test('broken JSON (invalid_input)', async () => {
    const answer = await postAction(api, 'check_ai_access', '{"action":')
    expect(answer).toMatchObject({
      status: 400,
      body: { extensions: { code: 'invalid_input', field: 'body', rule: 'json' } },
    })
  })

  test('a body that is not what Hasura posts (invalid_input)', async () => {
    const answer = await postAction(api, 'check_ai_access', '{"input":{}}')
    expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_input'])
  })

  test('a body beyond the limit (invalid_input)', async () => {
    const answer = await postAction(api, 'check_ai_access', `"${'x'.repeat(300_000)}"`)
    expect(answer).toMatchObject({
      status: 400,
      body: { extensions: { code: 'invalid_input', rule: 'too_large' } },
    })
  })

  test('an unknown action (not_found)', async () => {
    const answer = await callAction(api, 'print_credits', {}, asService(organization))
    expect([answer.status, codeOf(answer)]).toEqual([404, 'not_found'])
  })

  test('an action that the envelope does not name (invalid_input)', async () => {
    const envelope = {
      action: { name: 'release_credits' },
      input,
      session_variables: asService(organization),
    }
    const answer = await postAction(api, 'check_ai_access', JSON.stringify(envelope))
    expect(answer.body.extensions).toMatchObject({ code: 'invalid_input', field: 'action.name' })
  })

  test('a role that the action is not for (not_allowed)', async () => {
    const answer = await callAction(api, 'reserve_credits', { input }, asOwner(organization))
    expect([answer.status, codeOf(answer)]).toEqual([403, 'not_allowed'])
  })

  test('a session without an organization (not_allowed)', async () => {
    const answer = await callAction(api, 'check_ai_access', input, { 'x-hasura-role': 'service' })
    expect(answer.body.extensions).toEqual({ code: 'not_allowed', rule: 'organization_required' })
  })

  test('an organization that is not a uuid (not_allowed)', async () => {
    const session = { 'x-hasura-role': 'service', 'x-hasura-org-id': "1' or '1" }
    const answer = await callAction(api, 'check_ai_access', input, session)
    expect(codeOf(answer)).toBe('not_allowed')
  })

  test('an argument that the action does not have (invalid_input)', async () => {
    const answer = await callAction(
      api,
      'check_ai_access',
      { ...input, organization_id: organization.id },
      asService(organization),
    )
    expect(answer.body.extensions).toMatchObject({
      code: 'invalid_input',
      field: 'organization_id',
    })
  })
})

test('an unexpected failure answers internal_error with a request id, and no detail of it', async () => {
  await api.sql`alter function private.check_ai_access_batch rename to check_ai_access_gone`
  const answer = await callAction(api, 'check_ai_access', input, asService(organization))
  await api.sql`alter function private.check_ai_access_gone rename to check_ai_access_batch`

  expect(answer).toEqual({
    status: 400,
    body: {
      message: 'Something went wrong on our side.',
      extensions: { code: 'internal_error', request_id: expect.any(String) },
    },
  })
  const requestId = answer.body.extensions?.['request_id']
  const logged = api.logLines.find(
    (line) => line['request_id'] === requestId && line.msg === 'unexpected failure',
  )
  expect(JSON.stringify(logged)).toContain('check_ai_access')
})

test('a request keeps the ids of its caller in the log', async () => {
  await fetch(`${api.url}/actions/check_ai_access`, {
    method: 'POST',
    headers: {
      'x-action-secret': ACTION_SECRET,
      'x-request-id': 'call-17',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    },
    body: '{}',
  })
  expect(api.logLines).toContainEqual(
    expect.objectContaining({
      request_id: 'call-17',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      msg: 'request',
    }),
  )
})
