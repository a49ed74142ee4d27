import { afterAll, beforeAll, expect, test } from 'vitest'
import { asOwner, asService, callAction, codeOf } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import { createOrganization, footprint, type TestOrganization } from '../support/organizations.ts'

let api: TestApi
let free: TestOrganization

beforeAll(async () => {
  api = await startTestApi()
  free = await createOrganization(api.sql, 'free')
})
afterAll(() => api.stop())

interface Model {
  model: string
  price_id: number
  input_usd_per_million_tokens: number | null
}

const explain = (input: Record<string, unknown>, session = asOwner(free)) =>
  callAction(api, 'explain_ai_access', { capability: 'question_generation', ...input }, session)
const operator = { 'x-hasura-role': 'platform_admin', 'x-hasura-user-id': crypto.randomUUID() }

test('says which rule bound, with the sentence for people, and changes nothing', async () => {
  const before = await footprint(api.sql, free.id)
  const { status, body } = await explain({ quality_level: 'premium' })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    allowed: false,
    reason: 'quality_level_not_allowed',
    message: 'The plan does not include this level.',
    plan: 'free',
    unlocked_by_plan: 'team',
    rules: expect.arrayContaining([{ rule: 'quality_level_not_allowed', passed: false }]),
  })
  expect(await footprint(api.sql, free.id)).toEqual(before)
})

test('names the price row to everybody, what the provider charges only to a platform admin', async () => {
  const modelsFor = async (answer: ReturnType<typeof explain>) =>
    (await answer).body['models'] as Model[]
  for (const session of [asOwner(free), asService(free)]) {
    const [model] = await modelsFor(explain({}, session))
    expect(model).toMatchObject({
      price_id: expect.any(Number),
      input_usd_per_million_tokens: null,
    })
  }
  const [model] = await modelsFor(explain({ organization_id: free.id }, operator))
  expect(model).toMatchObject({ input_usd_per_million_tokens: 0.1 })
})

test('of another organization is for platform admins: for others the argument has no effect', async () => {
  const team = await createOrganization(api.sql, 'team')
  const own = await explain({ organization_id: team.id })
  expect(own.body['plan']).toBe('free')
  const asked = await explain({ organization_id: team.id }, operator)
  expect(asked.body['plan']).toBe('team')
  expect(codeOf(await explain({}, operator))).toBe('not_allowed')
})

test.each([
  [{ capability: 'nothing' }, 'capability'],
  [{ quality_level: 'ultra' }, 'quality_level'],
  [{ amount_credits: 0 }, 'amount_credits'],
])('refuses %o (invalid_input)', async (input, field) => {
  expect((await explain(input)).body.extensions).toMatchObject({ code: 'invalid_input', field })
})
