import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../support/api.ts'
import { bearer, post, signUp, type Person } from '../support/people.ts'

let api: TestApi
let owner: Person

beforeAll(async () => {
  api = await startTestApi()
  owner = await signUp(api)
})

afterAll(() => api.stop())

const REFUSAL = { extensions: { code: 'invalid_input', field: 'request' } }

describe('a value that the database cannot read is the caller’s mistake (invalid_input)', () => {
  test.each([
    ['set-active', { organizationId: 'x' }],
    ['accept-invitation', { invitationId: 'x' }],
    ['update-member-role', { memberId: 'x', role: 'owner' }],
    ['remove-member', { memberIdOrEmail: 'x', organizationId: 'x' }],
    ['create', { name: 'with \u0000', slug: 'with-nul' }],
  ])('organization/%s %j', async (route, body) => {
    const response = await post(api, `/auth/organization/${route}`, body, bearer(owner))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject(REFUSAL)
  })

  test('in a query', async () => {
    const response = await fetch(
      `${api.url}/auth/organization/get-full-organization?organizationId=x`,
      { headers: bearer(owner) },
    )
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject(REFUSAL)
  })

  test('and the next request is served', async () => {
    const response = await fetch(`${api.url}/auth/token`, { headers: bearer(owner) })
    expect(response.status).toBe(200)
  })
})
