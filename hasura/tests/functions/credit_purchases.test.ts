import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  balanceOf,
  brokenRules,
  createOrganization,
  ledgerOf,
  newKey,
  openDesk,
} from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { applyPurchase, buy, openPurchase, purchaseOf, suspend } from '../support/purchases.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

describe('open_credit_purchase', () => {
  test('opens a purchase at the price of the day, and the same one for the same key', async () => {
    const organization = await createOrganization(desk)
    const key = newKey()
    const first = await openPurchase(desk.api, organization, { key })
    expect(first).toMatchObject({ outcome: 'opened', status: 'open', attempts: 1 })
    await desk.api`
      select from private.attach_checkout(${organization}, ${first.id}, 1, ${`cs_${key}`}, 'u', null)`
    expect(await openPurchase(desk.api, organization, { key })).toMatchObject({
      outcome: 'replayed',
      id: first.id,
    })
    expect(
      await openPurchase(desk.api, organization, { key, packageId: 'topup_3000' }),
    ).toMatchObject({ outcome: 'idempotency_conflict' })
    expect(await openPurchase(desk.api, organization, { key, returnPath: '/x' })).toMatchObject({
      outcome: 'idempotency_conflict',
    })
  })

  test('parallel calls with one key make one purchase', async () => {
    const organization = await createOrganization(desk)
    const key = newKey()
    const rows = await Promise.all(
      Array.from({ length: 32 }, () => openPurchase(desk.api, organization, { key })),
    )
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1)
    expect(new Set(rows.map(({ attempts }) => attempts))).toEqual(new Set([1]))
  })

  test('a page that could not be opened fails the purchase, and may be tried anew', async () => {
    const organization = await createOrganization(desk)
    const key = newKey()
    const { id } = await openPurchase(desk.api, organization, { key })
    await desk.api`
      select from private.attach_checkout(${organization}, ${id}, 1, null, null, 'Not charged.')`
    expect(await purchaseOf(desk, id!)).toMatchObject({
      status: 'failed',
      failure_reason: 'Not charged.',
    })
    expect(await openPurchase(desk.api, organization, { key })).toMatchObject({
      outcome: 'opened',
      id,
      status: 'open',
      attempts: 2,
    })
    // The page of the first attempt comes too late.
    const [late] = await desk.api<{ stripe_checkout_session_id: string | null }[]>`
      select * from private.attach_checkout(${organization}, ${id}, 1, 'cs_late', 'u', null)`
    expect(late!.stripe_checkout_session_id).toBeNull()
  })

  test('a purchase left by a crash gets a page that stays open for half an hour at least', async () => {
    const organization = await createOrganization(desk)
    const key = newKey()
    const { id } = await openPurchase(desk.api, organization, { key })
    await desk.admin`
      update public.credit_purchases set expires_at = now() + interval '34 minutes' where id = ${id}`
    expect(await openPurchase(desk.api, organization, { key })).toMatchObject({ attempts: 2 })
  })

  test('refuses, and writes nothing', async () => {
    const free = await createOrganization(desk, { plan: 'free' })
    expect(await openPurchase(desk.api, free)).toMatchObject({
      outcome: 'topup_not_allowed',
      unlocked_by_plan: 'pro',
    })
    const organization = await createOrganization(desk)
    expect(await openPurchase(desk.api, organization, { packageId: 'nothing' })).toMatchObject({
      outcome: 'unknown_package',
    })
    expect(await openPurchase(desk.api, organization, { key: '' })).toMatchObject({
      outcome: 'invalid_key',
    })
    await desk.admin`
      update public.org_plans set status = 'unpaid' where organization_id = ${organization}`
    expect(await openPurchase(desk.api, organization)).toMatchObject({
      outcome: 'subscription_inactive',
    })
    const nobody = '00000000-0000-4000-8000-000000000000'
    expect(await openPurchase(desk.api, nobody)).toMatchObject({ outcome: 'unknown_organization' })
    const [{ count }] = await desk.admin<[{ count: number }]>`
      select count(*)::int from public.credit_purchases
      where organization_id = any (${[free, organization]})`
    expect(count).toBe(0)
  })

  test.each(['unpaid', 'paused', 'canceled', 'past its grace'])(
    'sells nothing that could not be used: the subscription is %s',
    async (standing) => {
      const organization = await createOrganization(desk)
      await suspend(desk, organization, standing)
      expect(await openPurchase(desk.api, organization)).toMatchObject({
        outcome: 'subscription_inactive',
      })
    },
  )

  test('at most 20 purchases wait for their buyer', async () => {
    const organization = await createOrganization(desk)
    for (let opened = 0; opened < 20; opened++) await openPurchase(desk.api, organization)
    expect(await openPurchase(desk.api, organization)).toMatchObject({ outcome: 'rate_limited' })
  })
})

describe('apply_stripe_purchase', () => {
  test('grants what was paid, once, with the payment in the ledger', async () => {
    const organization = await createOrganization(desk)
    const purchase = await buy(desk, organization)
    expect((await applyPurchase(desk, organization, purchase)).granted_credits).toBe('0')
    expect((await ledgerOf(desk, organization)).slice(2)).toMatchObject([
      { type: 'topup_purchase', amount: '1000.00', after: '1000.00' },
    ])
    const [entry] = await desk.admin`
      select payment_metadata, actor from public.credit_transactions
      where organization_id = ${organization} and type = 'topup_purchase'`
    expect(entry).toMatchObject({
      actor: { by: 'test' },
      payment_metadata: {
        purchase_id: purchase,
        package_id: 'topup_1000',
        amount_usd: 5,
        currency: 'usd',
        payment_intent_id: `pi_${purchase}`,
      },
    })
    expect(await purchaseOf(desk, purchase)).toMatchObject({ status: 'paid' })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('of parallel callers with the same news one applies it, the others ask again (stale)', async () => {
    const organization = await createOrganization(desk)
    const { id } = await openPurchase(desk.api, organization)
    const rows = await Promise.all(
      Array.from({ length: 16 }, () => applyPurchase(desk, organization, id!, {}, 0)),
    )
    expect(rows.map(({ outcome }) => outcome).toSorted()).toEqual([
      'applied',
      ...Array.from({ length: 15 }, () => 'stale'),
    ])
    expect((await balanceOf(desk, organization)).posted).toBe('1000.00')
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test.each([
    ['processing', 'processing'],
    ['failed', 'failed'],
    ['expired', 'expired'],
    ['open', 'open'],
  ])('a payment that is %s gives nothing, and may still be paid', async (payment, status) => {
    const organization = await createOrganization(desk)
    const { id } = await openPurchase(desk.api, organization)
    expect(await applyPurchase(desk, organization, id!, { payment })).toMatchObject({ status })
    expect((await balanceOf(desk, organization)).posted).toBe('0.00')
    expect(await applyPurchase(desk, organization, id!)).toMatchObject({
      status: 'paid',
      granted_credits: '1000.00',
    })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test.each([
    ['less', { usd: '4.99' }],
    ['more', { usd: '5.01' }],
    ['another currency', { currency: 'eur' }],
  ])(
    'a payment of %s gives nothing: somebody must look (amount_mismatch)',
    async (_what, state) => {
      const organization = await createOrganization(desk)
      const { id } = await openPurchase(desk.api, organization)
      expect(await applyPurchase(desk, organization, id!, state)).toMatchObject({
        outcome: 'amount_mismatch',
      })
      expect(await purchaseOf(desk, id!)).toMatchObject({ status: 'open', version: 0 })
    },
  )

  test('a purchase that is not there, or another organization’s, is unknown', async () => {
    const organization = await createOrganization(desk)
    const other = await createOrganization(desk)
    const { id } = await openPurchase(desk.api, organization)
    expect(await applyPurchase(desk, other, id!)).toMatchObject({ outcome: 'unknown_purchase' })
  })

  test('repays a debt first', async () => {
    const organization = await createOrganization(desk)
    await desk.admin`
      insert into public.credit_transactions
        (organization_id, type, amount_credits, balance_after_credits, event_at)
      values (${organization}, 'admin_adjustment', -30, -30, now())`
    await desk.admin`
      update public.organization_credit_balances set debt_credits = 30
      where organization_id = ${organization}`
    await buy(desk, organization)
    expect(await balanceOf(desk, organization)).toMatchObject({ debt: '0.00', posted: '970.00' })
    expect(await brokenRules(desk, organization)).toEqual([])
  })
})
