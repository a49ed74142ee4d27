import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { asOwner, asService, callAction, codeOf } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import {
  balanceOf,
  brokenInvariants,
  createOrganization,
  footprint,
  leaveAvailable,
  type TestOrganization,
} from '../support/organizations.ts'
import { allEvents, openStream } from '../support/streams.ts'

const ANONYMOUS = { 'x-hasura-role': 'anonymous' }

let api: TestApi
let organization: TestOrganization
let token: string

beforeAll(async () => {
  api = await startTestApi()
  await api.sql`
    update public.ai_capabilities set is_public = true
    where id in ('question_generation', 'testimonial_assembly')`
})
beforeEach(async () => {
  organization = await createOrganization(api.sql)
  token = await openForm()
})
afterEach(() => api.double.reset())
afterAll(async () => {
  expect(await brokenInvariants(api.sql)).toEqual([])
  await api.stop()
})

async function openForm(input: object = {}, formId = 'spring'): Promise<string> {
  const { status, body } = await callAction(
    api,
    'create_form_token',
    { input: { form_id: formId, ...input } },
    asOwner(organization),
  )
  expect(status).toBe(200)
  return body['token'] as string
}

interface Visit {
  customer?: string
  token?: string
  key?: string
  input?: object
}

const inputOf = ({ customer = 'ada@example.test', key, input, ...visit }: Visit) => ({
  product_name: 'Looma',
  product_description: 'A loom',
  count: 2,
  idempotency_key: key ?? randomUUID(),
  form: { token: visit.token ?? token, customer },
  ...input,
})

const generate = (visit: Visit = {}) =>
  callAction(api, 'suggest_questions', { input: inputOf(visit) }, ANONYMOUS)

describe('a customer of a form', () => {
  test('generates at the cost of the organization, and sees nothing of it', async () => {
    const { status, body } = await generate()
    expect(status).toBe(200)
    expect(body['questions']).toHaveLength(2)
    expect(body).toMatchObject({
      charged_credits: 0,
      available_credits: 0,
      transaction_id: null,
      generations_left: 3,
      quality_level: 'fast',
    })
    expect(await balanceOf(api.sql, organization.id)).toMatchObject({ posted: 1999.75 })
    const rows = await api.sql`
      select context ->> 'form_id' as form, user_id from public.credit_transactions
      where organization_id = ${organization.id} and type = 'ai_consumption'`
    expect(rows[0]).toEqual({ form: 'spring', user_id: null })
  })

  test('does so at most four times in 24 hours, also all at once (rate_limited)', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => generate()))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4)
    const refused = answers.filter((answer) => codeOf(answer) === 'rate_limited')
    expect(refused).toHaveLength(6)
    const wait = refused[0]!.body.extensions!['retry_after_seconds'] as number
    expect(wait).toBeGreaterThan(86_000)
    expect(wait).toBeLessThanOrEqual(86_400)
    // Somebody else, another form, and the same customer a day later.
    expect((await generate({ customer: 'bob@example.test' })).status).toBe(200)
    expect((await generate({ token: await openForm({}, 'autumn') })).status).toBe(200)
    await api.sql`update private.form_generations set created_at = created_at - interval '24 hours'`
    expect((await generate()).status).toBe(200)
  })

  test('is the same customer in any letter case', async () => {
    for (const customer of ['Ada@example.test', 'ADA@example.test']) await generate({ customer })
    expect((await generate()).body['generations_left']).toBe(1)
  })

  test('repeats a key for nothing: same answer, not counted, no model call', async () => {
    const first = await generate({ key: 'mine' })
    const second = await generate({ key: 'mine' })
    expect(second.body).toEqual({ ...first.body, replayed: true })
    expect(api.double.requests).toHaveLength(1)
  })

  test('never hears the answer of another customer who uses the same key', async () => {
    await generate({ key: 'same', customer: 'ada' })
    const other = await generate({ key: 'same', customer: 'bob' })
    expect(other.body).toMatchObject({ replayed: false })
    const asMember = await callAction(
      api,
      'suggest_questions',
      { input: { ...inputOf({ key: 'same' }), form: null } },
      asOwner(organization),
    )
    expect(asMember.body).toMatchObject({ replayed: false })
    expect(api.double.requests).toHaveLength(3)
  })

  test('loses nothing by an answer that failed (provider_failed)', async () => {
    api.double.failWith({ kind: 'fail' })
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(codeOf(await generate())).toBe('provider_failed')
    }
    api.double.reset()
    expect((await generate()).body['generations_left']).toBe(3)
  })

  test('streams, and is not told what is held', async () => {
    const events = await allEvents(await openStream(api, 'suggest_questions', inputOf({}), null))
    expect(events[0]!.data).toMatchObject({ amount_credits: 0, available_credits: 0 })
    expect(events.at(-1)).toMatchObject({
      event: 'result',
      data: { charged_credits: 0, generations_left: 3 },
    })
  })

  test('is not told that the organization has no credits (capability_disabled)', async () => {
    const free = await createOrganization(api.sql, 'free')
    organization = free
    token = await openForm()
    await leaveAvailable(api, free, 0)
    const answer = await generate()
    expect(answer.body).toEqual({
      message: 'This capability is switched off at the moment.',
      extensions: { code: 'capability_disabled' },
    })
  })
})

describe('a form', () => {
  test('has a limit for all its customers together (rate_limited)', async () => {
    token = await openForm({ generations_per_day: 3 })
    for (const customer of ['a', 'b', 'c']) {
      expect((await generate({ customer })).status).toBe(200)
    }
    expect((await generate({ customer: 'd' })).body.extensions).toMatchObject({
      code: 'rate_limited',
      rule: 'form',
    })
  })

  test('that may generate nothing says no time to wait', async () => {
    token = await openForm({ generations_per_day: 0 })
    expect((await generate()).body.extensions).toMatchObject({ retry_after_seconds: null })
  })

  test('is closed by a new token, by revoking, by its end (unauthenticated)', async () => {
    const replaced = token
    const current = await openForm()
    expect(codeOf(await generate({ token: replaced }))).toBe('unauthenticated')
    expect((await generate({ token: current })).status).toBe(200)

    await api.sql`
      update public.form_tokens set created_at = now() - interval '2 days', expires_at = now()
      where organization_id = ${organization.id}`
    expect(codeOf(await generate({ token: current }))).toBe('unauthenticated')

    const again = await openForm()
    const input = { input: { form_id: 'spring' } }
    const revoked = await callAction(api, 'revoke_form_token', input, asOwner(organization))
    expect(revoked.body).toEqual({ form_id: 'spring', revoked_at: expect.any(String) })
    expect((await callAction(api, 'revoke_form_token', input, asOwner(organization))).body).toEqual(
      revoked.body,
    )
    expect(codeOf(await generate({ token: again }))).toBe('unauthenticated')
  })

  test('of another organization cannot be revoked (not_found)', async () => {
    const stranger = await createOrganization(api.sql)
    const input = { input: { form_id: 'spring' } }
    expect(codeOf(await callAction(api, 'revoke_form_token', input, asOwner(stranger)))).toBe(
      'not_found',
    )
    expect((await generate()).status).toBe(200)
  })

  test('a forged token is not believed (unauthenticated)', async () => {
    const stranger = await createOrganization(api.sql)
    const [payload = '', signature] = token.split('.')
    const parts = JSON.parse(Buffer.from(payload, 'base64url').toString()) as string[]
    const other = Buffer.from(JSON.stringify([stranger.id, ...parts.slice(1)])).toString(
      'base64url',
    )
    for (const forged of [`${other}.${signature}`, payload, `${payload}.`, 'x.y.z', `${token}.x`]) {
      const before = await footprint(api.sql, stranger.id)
      expect(codeOf(await generate({ token: forged }))).toBe('unauthenticated')
      expect(await footprint(api.sql, stranger.id)).toEqual(before)
    }
  })
})

describe('who may do what', () => {
  test('which operations are public is data (not_allowed)', async () => {
    const { body } = await callAction(
      api,
      'polish_testimonial',
      { input: { testimonial: 'x', idempotency_key: 'k', form: { token, customer: 'ada' } } },
      ANONYMOUS,
    )
    expect(body.extensions).toMatchObject({ code: 'not_allowed', rule: 'not_public' })
  })

  test('nobody generates without a form (unauthenticated)', async () => {
    const answer = await generate({ input: { form: null } })
    expect(codeOf(answer)).toBe('unauthenticated')
  })

  test('a customer does not choose the level (invalid_input)', async () => {
    const answer = await generate({ input: { quality_level: 'premium' } })
    expect(answer.body.extensions).toMatchObject({ code: 'invalid_input', field: 'quality_level' })
  })

  test('members do not come through a form (invalid_input)', async () => {
    const answer = await callAction(
      api,
      'suggest_questions',
      { input: inputOf({}) },
      asOwner(organization),
    )
    expect(answer.body.extensions).toMatchObject({ code: 'invalid_input', field: 'form' })
  })

  test('forms are opened by owners and admins only (not_allowed)', async () => {
    const input = { input: { form_id: 'spring' } }
    const member = { ...asOwner(organization), 'x-hasura-role': 'member' }
    for (const session of [member, asService(organization), ANONYMOUS]) {
      expect(codeOf(await callAction(api, 'create_form_token', input, session))).toBe('not_allowed')
    }
  })
})
