import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asOwner, callAction, codeOf, type ActionAnswer, type Session } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import { balanceOf, brokenInvariants, createOrganization } from '../support/organizations.ts'
import { reservationOf, serviceCalls } from '../support/service-calls.ts'

let api: TestApi
let admin: Session

beforeAll(async () => {
  api = await startTestApi()
  const { ownerId } = await createOrganization(api.sql)
  admin = { 'x-hasura-role': 'platform_admin', 'x-hasura-user-id': ownerId }
})

afterAll(() => api.stop())

const { reserve, call } = serviceCalls(() => api)

const asAdmin = (name: string, input: Record<string, unknown>): Promise<ActionAnswer> =>
  callAction(api, name, { input }, admin)

async function chargedOrganization() {
  const organization = await createOrganization(api.sql)
  const reservation = reservationOf(await reserve(organization))
  const settled = await call(organization, 'settle_credits', {
    reservation_id: reservation,
    amount_credits: 2.5,
  })
  const [transactionId] = settled.body['transaction_ids'] as string[]
  return { organization, transactionId }
}

describe('grant_credits', () => {
  const request = (organizationId: string, overrides: Record<string, unknown> = {}) => ({
    organization_id: organizationId,
    amount_credits: 12.5,
    source: 'promo',
    reason: 'For your patience',
    idempotency_key: randomUUID(),
    ...overrides,
  })

  test('grants once and keeps who granted it', async () => {
    const organization = await createOrganization(api.sql)
    const input = request(organization.id)
    const first = await asAdmin('grant_credits', input)
    expect(first.status).toBe(200)
    expect(first.body).toMatchObject({
      granted_credits: 12.5,
      available_credits: 2012.5,
      replayed: false,
    })
    const again = await asAdmin('grant_credits', input)
    expect(again.body).toMatchObject({ ...first.body, replayed: true })
    const [entry] = await api.sql`
      select type, description, actor from public.credit_transactions
      where id = ${String(first.body['transaction_id'])}`
    expect(entry).toMatchObject({
      type: 'promo_bonus',
      description: 'For your patience',
      actor: { role: 'platform_admin', name: 'Owner', user_id: admin['x-hasura-user-id'] },
    })
    const conflict = await asAdmin('grant_credits', { ...input, amount_credits: 13 })
    expect(codeOf(conflict)).toBe('idempotency_conflict')
    expect(await brokenInvariants(api.sql)).toEqual([])
  })

  test.each([
    ['three decimals', { amount_credits: 1.005 }, 'amount_credits'],
    ['a negative amount', { amount_credits: -1 }, 'amount_credits'],
    ['zero', { amount_credits: 0 }, 'amount_credits'],
    ['a huge amount', { amount_credits: 1e30 }, 'amount_credits'],
    ['NaN as text', { amount_credits: 'NaN' }, 'amount_credits'],
    ['an unknown source', { source: 'topup' }, 'source'],
    ['an expiry that has passed', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['a long key', { idempotency_key: 'x'.repeat(201) }, 'idempotency_key'],
    ['an unknown organization', { organization_id: randomUUID() }, 'organization_id'],
  ])('refuses %s and writes nothing (invalid_input)', async (_what, overrides, field) => {
    const organization = await createOrganization(api.sql)
    const answer = await asAdmin('grant_credits', request(organization.id, overrides))
    expect(answer.body.extensions).toMatchObject({ code: 'invalid_input', field })
    expect(await balanceOf(api.sql, organization.id)).toMatchObject({ posted: 2000 })
  })

  test('is for platform admins only (not_allowed)', async () => {
    const organization = await createOrganization(api.sql)
    const answer = await callAction(
      api,
      'grant_credits',
      { input: request(organization.id) },
      asOwner(organization),
    )
    expect(codeOf(answer)).toBe('not_allowed')
  })
})

describe('refund_transaction', () => {
  test('gives back in parts, never more than was charged', async () => {
    const { transactionId } = await chargedOrganization()
    const input = { transaction_id: transactionId, reason: 'Bad answer', idempotency_key: 'one' }
    const part = await asAdmin('refund_transaction', { ...input, amount_credits: 1 })
    expect(part.body).toMatchObject({
      refunded_credits: 1,
      refundable_credits: 1.5,
      available_credits: 1998.5,
      replayed: false,
    })
    const again = await asAdmin('refund_transaction', { ...input, amount_credits: 1 })
    expect(again.body).toMatchObject({ ...part.body, replayed: true })
    const tooMuch = await asAdmin('refund_transaction', {
      ...input,
      amount_credits: 2,
      idempotency_key: 'two',
    })
    expect(tooMuch.body.extensions).toMatchObject({
      code: 'invalid_input',
      field: 'amount_credits',
      refundable_credits: 1.5,
    })
    const rest = await asAdmin('refund_transaction', { ...input, idempotency_key: 'three' })
    expect(rest.body).toMatchObject({
      refunded_credits: 1.5,
      refundable_credits: 0,
      available_credits: 2000,
    })
    expect(await brokenInvariants(api.sql)).toEqual([])
  })

  test('refuses what is not a charge and what is not there', async () => {
    const { organization } = await chargedOrganization()
    const [allocation] = await api.sql<{ id: string }[]>`
      select id from public.credit_transactions
      where organization_id = ${organization.id} and type = 'plan_allocation' limit 1`
    const input = { reason: 'Why not', idempotency_key: 'x' }
    const wrong = await asAdmin('refund_transaction', { ...input, transaction_id: allocation?.id })
    expect(wrong.body.extensions).toMatchObject({ code: 'invalid_input', field: 'transaction_id' })
    const missing = await asAdmin('refund_transaction', { ...input, transaction_id: randomUUID() })
    expect(codeOf(missing)).toBe('not_found')
  })
})
