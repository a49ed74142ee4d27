import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asService, callAction, codeOf } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import { createOrganization, footprint, leaveAvailable } from '../support/organizations.ts'
import { suggestCalls } from '../support/suggest-questions.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

const suggest = suggestCalls(() => api)

describe('a request that may not run never reaches the model', () => {
  test.each([
    ['a level outside the plan', 'pro', { quality_level: 'premium' }, 'quality_level_not_allowed'],
    ['an unknown level', 'team', { quality_level: 'ultra' }, 'invalid_input'],
    ['no questions', 'team', { count: 0 }, 'invalid_input'],
    ['eleven questions', 'team', { count: 11 }, 'invalid_input'],
    ['an empty name', 'team', { product_name: '  ' }, 'invalid_input'],
    ['a long description', 'team', { product_description: 'x'.repeat(4_001) }, 'invalid_input'],
    ['a control character', 'team', { product_name: 'a\u0007b' }, 'invalid_input'],
    ['no key', 'team', { idempotency_key: null }, 'invalid_input'],
  ] as const)('%s', async (_case, plan, overrides, code) => {
    const organization = await createOrganization(api.sql, plan)
    const before = await footprint(api.sql, organization.id)
    expect(codeOf(await suggest(organization, overrides))).toBe(code)
    expect(await footprint(api.sql, organization.id)).toEqual(before)
    expect(api.double.requests).toHaveLength(0)
  })

  test('without enough credits (insufficient_credits)', async () => {
    const organization = await createOrganization(api.sql, 'team')
    await leaveAvailable(api, organization, 0.25)
    const answer = await suggest(organization)
    expect(answer.body.extensions).toEqual({
      code: 'insufficient_credits',
      required_credits: 0.5,
      available_credits: 0.25,
    })
  })

  test('for a user who is no member (invalid_input), or no user at all (not_allowed)', async () => {
    const organization = await createOrganization(api.sql)
    const stranger = { ...organization, ownerId: randomUUID() }
    expect((await suggest(stranger)).body.extensions).toMatchObject({ field: 'user_id' })
    const session = { 'x-hasura-role': 'owner', 'x-hasura-org-id': organization.id }
    const input = { product_name: 'a', product_description: 'b', idempotency_key: 'c' }
    expect(codeOf(await callAction(api, 'suggest_questions', { input }, session))).toBe(
      'not_allowed',
    )
    expect(
      codeOf(await callAction(api, 'suggest_questions', { input }, asService(organization))),
    ).toBe('not_allowed')
  })
})
