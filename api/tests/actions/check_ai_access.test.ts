import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asOwner, callAction } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import { createOrganization, footprint, type TestOrganization } from '../support/organizations.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

describe('check_ai_access', () => {
  const check = (organization: TestOrganization, input: Record<string, unknown>) =>
    callAction(api, 'check_ai_access', input, asOwner(organization))

  test('says what would serve at what cost, and changes nothing', async () => {
    const organization = await createOrganization(api.sql)
    const before = await footprint(api.sql, organization.id)
    const answer = await check(organization, {
      capability: 'testimonial_assembly',
      quality_level: 'premium',
    })
    expect(answer).toEqual({
      status: 200,
      body: {
        allowed: true,
        reason: null,
        message: 'Allowed.',
        capability: 'testimonial_assembly',
        quality_level: 'premium',
        model: expect.any(String),
        estimated_credits: 10,
        required_credits: 10,
        available_credits: 2000,
        allowed_quality_levels: ['fast', 'enhanced', 'premium'],
        unlocked_by_plan: null,
        retry_after_seconds: null,
        rate_limits: [],
      },
    })
    expect(await footprint(api.sql, organization.id)).toEqual(before)
  })

  test.each([
    ['capability_not_in_plan', { capability: 'testimonial_polish' }, 'pro'],
    [
      'quality_level_not_allowed',
      { capability: 'question_generation', quality_level: 'premium' },
      'team',
    ],
    ['insufficient_credits', { capability: 'question_generation', amount_credits: 100 }, null],
  ])('explains a denial (%s)', async (reason, input, unlocked) => {
    const organization = await createOrganization(api.sql, 'free')
    const answer = await check(organization, input)
    expect(answer).toMatchObject({
      status: 200,
      body: {
        allowed: false,
        reason,
        unlocked_by_plan: unlocked,
        quality_level: expect.any(String),
      },
    })
    expect(answer.body.message).not.toBe(reason)
  })

  test.each([
    ['an unknown capability', { capability: 'telepathy' }, 'capability'],
    [
      'an unknown level',
      { capability: 'question_generation', quality_level: 'ultra' },
      'quality_level',
    ],
    [
      'a negative amount',
      { capability: 'question_generation', amount_credits: -1 },
      'amount_credits',
    ],
    ['no capability', {}, 'capability'],
  ])('refuses %s (invalid_input)', async (_case, input, field) => {
    const answer = await check(await createOrganization(api.sql), input)
    expect(answer.status).toBe(400)
    expect(answer.body.extensions).toMatchObject({ code: 'invalid_input', field })
  })
})
