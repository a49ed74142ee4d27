import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { asOwner, callAction, codeOf } from '../support/actions.ts'
import { WEB_URL } from '../support/api.ts'
import { balanceOf, brokenInvariants, createOrganization } from '../support/organizations.ts'
import {
  BANK_DEBIT,
  buy,
  payPurchase,
  purchase,
  purchaseRow,
  purchasesOf,
  refund,
} from '../support/purchases.ts'
import { control, startBilledApi, type BilledApi } from '../support/subscriptions.ts'

let billed: BilledApi

beforeAll(async () => {
  billed = await startBilledApi()
})
beforeEach(() => {
  billed.stripe.outbox.configure({ mode: 'ordered' })
})
afterAll(() => billed.stop())

const postedOf = async (id: string) => (await balanceOf(billed.api.sql, id)).posted

async function expectSoundBooks(): Promise<void> {
  expect(await brokenInvariants(billed.api.sql)).toEqual([])
}

const createdSessions = () =>
  billed.stripe.requests.filter(
    ({ method, path }) => method === 'POST' && path === '/v1/checkout/sessions',
  ).length

describe('purchase_credits', () => {
  test('opens a page; the credits come when it is paid, once, with a receipt', async () => {
    const organization = await createOrganization(billed.api.sql)
    const answer = await purchase(billed, organization, { return_path: '/credits?tab=buy' })
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'open', credits: 1000, price_usd: 5, replayed: false },
    })
    expect(await postedOf(organization.id)).toBe(2000)
    const paid = await payPurchase(answer)
    await billed.stripe.outbox.idle()
    expect(paid.headers.get('location')).toBe(
      `${WEB_URL}/credits?tab=buy&checkout=success&purchase=${String(answer.body['purchase_id'])}`,
    )
    expect(await postedOf(organization.id)).toBe(3000)
    const row = await purchaseRow(billed.api, answer.body['purchase_id'] as string)
    expect(row).toMatchObject({ status: 'paid', kind: 'checkout' })
    expect(row.receipt_url).toMatch(/^http/)
    const [entry] = await billed.api.sql`
      select type, amount_credits, actor, payment_metadata from public.credit_transactions
      where organization_id = ${organization.id} order by sequence desc limit 1`
    expect(entry).toMatchObject({
      type: 'topup_purchase',
      amount_credits: '1000.00',
      actor: { kind: 'user', role: 'owner', user_id: organization.ownerId, name: 'Owner' },
      payment_metadata: {
        purchase_id: row.id,
        package_id: 'topup_1000',
        checkout_session_id: row.stripe_checkout_session_id,
        payment_intent_id: row.stripe_payment_intent_id,
        amount_usd: 5,
        currency: 'usd',
      },
    })
    await expectSoundBooks()
  })

  test('the same key answers the same purchase, another request under it is refused', async () => {
    const organization = await createOrganization(billed.api.sql)
    const input = { idempotency_key: randomUUID() }
    const first = await purchase(billed, organization, input)
    const sessions = createdSessions()
    const again = await purchase(billed, organization, input)
    expect(again.body).toEqual({ ...first.body, replayed: true })
    expect(createdSessions()).toBe(sessions)
    const other = await purchase(billed, organization, { ...input, package_id: 'topup_3000' })
    expect(codeOf(other)).toBe('idempotency_conflict')
  })

  test('32 calls at once make one customer', async () => {
    const organization = await createOrganization(billed.api.sql)
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, key) =>
        Array.from({ length: 4 }, () =>
          purchase(billed, organization, { idempotency_key: `key-${key}` }),
        ),
      ).flat(),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 32 }, () => 200))
    expect(new Set(answers.map(({ body }) => body['purchase_id'])).size).toBe(8)
    const customers = billed.stripe.account
      .list('customer')
      .filter(({ metadata }) => metadata['purser_organization_id'] === organization.id)
    expect(customers).toHaveLength(1)
    expect(customers[0]).toMatchObject({ email: `${organization.ownerId}@example.test` })
  })

  test('the free plan is told which plan would (topup_not_allowed), and nothing is written', async () => {
    const organization = await createOrganization(billed.api.sql, 'free')
    const answer = await purchase(billed, organization)
    expect(answer.status).toBe(403)
    expect(answer.body.extensions).toMatchObject({
      code: 'topup_not_allowed',
      unlocked_by_plan: 'pro',
    })
    expect(await purchasesOf(billed.api, organization)).toEqual([])
  })

  test.each([
    ['an unknown package', { package_id: 'topup_7' }, 'package_id'],
    ['an address elsewhere', { return_path: 'https://example.test/' }, 'return_path'],
    ['a host in disguise', { return_path: '//example.test/' }, 'return_path'],
    ['a host in a backslash', { return_path: '/\\example.test' }, 'return_path'],
  ])('refuses %s (invalid_input)', async (_what, input, field) => {
    const organization = await createOrganization(billed.api.sql)
    const answer = await purchase(billed, organization, input)
    expect(answer.body.extensions).toMatchObject({ code: 'invalid_input', field })
    expect(await purchasesOf(billed.api, organization)).toEqual([])
  })

  test('is for owners and admins (not_allowed)', async () => {
    const organization = await createOrganization(billed.api.sql)
    const session = { ...asOwner(organization), 'x-hasura-role': 'member' }
    const input = { package_id: 'topup_1000', idempotency_key: 'k' }
    const answer = await callAction(billed.api, 'purchase_credits', { input }, session)
    expect(codeOf(answer)).toBe('not_allowed')
  })

  test('an outage of Stripe charges nobody, says so, and the same key tries anew', async () => {
    const organization = await createOrganization(billed.api.sql)
    const input = { idempotency_key: randomUUID() }
    await control(billed.stripe, 'faults', {
      kind: 'fail',
      address: 'POST /v1/checkout/sessions',
      times: 3,
    })
    const answer = await purchase(billed, organization, input)
    expect(answer.body.extensions).toMatchObject({ code: 'billing_unavailable' })
    expect(answer.body.message).toMatch(/You were not charged/)
    expect(await purchasesOf(billed.api, organization)).toMatchObject([
      { status: 'failed', failure_reason: expect.stringContaining('You were not charged') },
    ])
    const again = await purchase(billed, organization, input)
    expect(again).toMatchObject({ status: 200, body: { status: 'open' } })
    await payPurchase(again)
    await billed.stripe.outbox.idle()
    expect(await postedOf(organization.id)).toBe(3000)
  })
})

describe('payments', () => {
  test('a decline leaves the page open and gives nothing; another card does', async () => {
    const organization = await createOrganization(billed.api.sql)
    const answer = await purchase(billed, organization)
    await payPurchase(answer, '4000000000000002')
    await billed.stripe.outbox.idle()
    const id = answer.body['purchase_id'] as string
    expect(await purchaseRow(billed.api, id)).toMatchObject({ status: 'open' })
    expect(await postedOf(organization.id)).toBe(2000)
    await payPurchase(answer)
    await billed.stripe.outbox.idle()
    expect(await purchaseRow(billed.api, id)).toMatchObject({ status: 'paid' })
    expect(await postedOf(organization.id)).toBe(3000)
  })

  test.each([
    [true, 'paid', 3000],
    [false, 'failed', 2000],
  ])('a delayed payment counts when it has come (%s)', async (succeeds, status, posted) => {
    const organization = await createOrganization(billed.api.sql)
    const waiting = await buy(billed, organization, BANK_DEBIT)
    expect(waiting).toMatchObject({ status: 'processing' })
    expect(await postedOf(organization.id)).toBe(2000)
    await control(billed.stripe, `payments/${waiting.stripe_payment_intent_id}/settle`, {
      succeeds,
    })
    await billed.stripe.outbox.idle()
    expect(await purchaseRow(billed.api, waiting.id)).toMatchObject({ status })
    expect(await postedOf(organization.id)).toBe(posted)
    await expectSoundBooks()
  })

  test('a page that nobody used expires', async () => {
    const organization = await createOrganization(billed.api.sql)
    const { body } = await purchase(billed, organization)
    await billed.api.deps.services.billing?.stripe.checkout.sessions.expire(
      body['checkout_session_id'] as string,
    )
    await billed.stripe.outbox.idle()
    expect(await purchaseRow(billed.api, body['purchase_id'] as string)).toMatchObject({
      status: 'expired',
      checkout_url: null,
    })
  })
})

describe('refunds and disputes', () => {
  test('partial refunds withdraw their share, and one that fails gives it again', async () => {
    const organization = await createOrganization(billed.api.sql)
    const bought = await buy(billed, organization)
    const first = await refund(billed, bought.stripe_payment_intent_id, 200)
    expect(await postedOf(organization.id)).toBe(2600)
    expect(await purchaseRow(billed.api, bought.id)).toMatchObject({
      status: 'partially_refunded',
      refunded_usd: '2.00',
    })
    await refund(billed, bought.stripe_payment_intent_id)
    expect(await postedOf(organization.id)).toBe(2000)
    await control(billed.stripe, `refunds/${first.id}/fail`, {})
    await billed.stripe.outbox.idle()
    expect(await postedOf(organization.id)).toBe(2400)
    expect(await purchaseRow(billed.api, bought.id)).toMatchObject({ refunded_usd: '3.00' })
    await expectSoundBooks()
  })

  test.each([
    ['won', 3000, 'paid'],
    ['lost', 2000, 'disputed'],
  ])('a dispute that is %s', async (outcome, posted, status) => {
    const organization = await createOrganization(billed.api.sql)
    const bought = await buy(billed, organization)
    const dispute = (await control(billed.stripe, 'disputes', {
      charge: bought.stripe_charge_id,
    })) as { id: string }
    await billed.stripe.outbox.idle()
    expect(await postedOf(organization.id)).toBe(2000)
    expect(await purchaseRow(billed.api, bought.id)).toMatchObject({ status: 'disputed' })
    await control(billed.stripe, `disputes/${dispute.id}/close`, { outcome })
    await billed.stripe.outbox.idle()
    expect(await postedOf(organization.id)).toBe(posted)
    expect(await purchaseRow(billed.api, bought.id)).toMatchObject({ status })
    await expectSoundBooks()
  })
})

test('open_billing_portal answers a page of the organization’s customer', async () => {
  const organization = await createOrganization(billed.api.sql, 'free')
  const answer = await callAction(
    billed.api,
    'open_billing_portal',
    { return_path: '/billing' },
    asOwner(organization),
  )
  expect(answer).toMatchObject({ status: 200, body: { url: expect.stringMatching(/^http/) } })
})

test('no secret of Stripe is in the log', () => {
  const log = JSON.stringify(billed.api.logLines)
  expect(log).not.toContain('sk_test_double')
  expect(log).not.toContain('whsec_')
  expect(log).not.toMatch(/_secret_/)
})
