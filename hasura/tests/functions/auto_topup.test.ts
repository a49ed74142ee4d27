import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  brokenRules,
  balanceOf,
  createOrganization,
  grant,
  newKey,
  openDesk,
} from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { clockedAt } from '../support/jobs.ts'
import { hold } from '../support/operations.ts'
import { applyPurchase, purchaseOf, suspend } from '../support/purchases.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
  await desk.admin`
    update public.plans set pay_as_you_go_allowed = true, pay_as_you_go_credit_price_usd = 0.006
    where id = 'lab'`
})
afterAll(() => desk.close())

interface AutoTopup {
  enabled?: boolean
  threshold?: string | null
  packageId?: string | null
  limit?: number | null
}

async function setAutoTopup(
  organization: string,
  { enabled = true, threshold = '100', packageId = 'topup_1000', limit = null }: AutoTopup = {},
) {
  const [row] = await desk.api<
    { outcome: string; field: string | null; unlocked_by_plan: string | null; limit: number }[]
  >`
    select outcome, field, unlocked_by_plan, (setting).auto_topup_monthly_limit as limit
    from private.set_auto_topup(
      ${organization}, ${enabled}, ${threshold}, ${packageId}, ${limit}, null)`
  return row!
}

async function saveCard(organization: string): Promise<void> {
  await desk.api`select private.set_stripe_customer(${organization}, ${`cus_${newKey()}`})`
  await desk.api`select private.save_payment_method(${organization}, 'pm_1', 'Visa •••• 4242')`
}

/** An organization with a card, that buys below 100 credits. */
async function withCard(limit = 3): Promise<string> {
  const organization = await createOrganization(desk)
  await saveCard(organization)
  await setAutoTopup(organization, { limit })
  return organization
}

async function claim(organization: string, sql: Sql = desk.api) {
  const [row] = await sql<{ outcome: string; purchase_id: string | null }[]>`
    select * from private.claim_auto_topup(${organization})`
  return row!
}

describe('set_auto_topup', () => {
  test('keeps what is not given, and 3 a month unless told', async () => {
    const organization = await createOrganization(desk)
    expect(await setAutoTopup(organization)).toMatchObject({ outcome: 'no_payment_method' })
    await saveCard(organization)
    expect(await setAutoTopup(organization)).toMatchObject({ outcome: 'saved', limit: 3 })
    expect(
      await setAutoTopup(organization, { threshold: null, packageId: null, limit: 5 }),
    ).toMatchObject({ outcome: 'saved', limit: 5 })
    expect(await setAutoTopup(organization, { enabled: false })).toMatchObject({ limit: 5 })
  })

  test.each([
    ['no threshold', { threshold: null }, { outcome: 'incomplete', field: 'threshold_credits' }],
    ['no package', { packageId: null }, { outcome: 'incomplete', field: 'package_id' }],
    ['an unknown package', { packageId: 'none' }, { outcome: 'unknown_package' }],
    ['a negative threshold', { threshold: '-1' }, { outcome: 'invalid_amount' }],
    ['three decimals', { threshold: '1.005' }, { outcome: 'invalid_amount' }],
  ])('refuses %s', async (_what, settings, expected) => {
    const organization = await createOrganization(desk)
    expect(await setAutoTopup(organization, settings)).toMatchObject(expected)
    expect(
      await desk.admin`select from public.billing_settings where organization_id = ${organization}`,
    ).toHaveLength(0)
  })

  test('the free plan cannot switch it on, but off (topup_not_allowed)', async () => {
    const organization = await createOrganization(desk, { plan: 'free' })
    expect(await setAutoTopup(organization)).toMatchObject({
      outcome: 'topup_not_allowed',
      unlocked_by_plan: 'pro',
    })
    expect(await setAutoTopup(organization, { enabled: false })).toMatchObject({ outcome: 'saved' })
  })
})

describe('claim_auto_topup', () => {
  test('of parallel callers one buys', async () => {
    const organization = await withCard()
    const rows = await Promise.all(Array.from({ length: 16 }, () => claim(organization)))
    expect(rows.map(({ outcome }) => outcome).toSorted()).toEqual([
      'claimed',
      ...Array.from({ length: 15 }, () => 'in_flight'),
    ])
  })

  test.each([
    ['at the threshold', '100', 'enough'],
    ['one hundredth below', '99.99', 'claimed'],
  ])('%s', async (_what, amount, outcome) => {
    const organization = await withCard()
    await grant(desk, organization, { amount })
    expect(await claim(organization)).toMatchObject({ outcome })
  })

  test('counts what is held as gone', async () => {
    const organization = await withCard()
    await grant(desk, organization, { amount: '150' })
    await hold(desk.api, organization, '60')
    expect(await claim(organization)).toMatchObject({ outcome: 'claimed' })
  })

  test('waits two minutes, and buys at most so often in a month of the time zone', async () => {
    const organization = await withCard(2)
    await desk.admin`
      update public.org_plans set time_zone = 'Pacific/Auckland'
      where organization_id = ${organization}`
    async function buyAt(at: string): Promise<string> {
      const sql = await clockedAt(desk, at)
      const { outcome, purchase_id: id } = await claim(organization, sql)
      if (id) await applyPurchase(desk, organization, id, { payment: 'paid' })
      await desk.admin`
        update public.billing_settings set auto_topup_threshold_credits = 100000
        where organization_id = ${organization}`
      await sql.end()
      return outcome
    }
    // It is the first of April in Auckland since 11:00 of 31 March (UTC+13).
    expect(await buyAt('2027-03-31T10:50:00Z')).toBe('claimed')
    expect(await buyAt('2027-03-31T10:51:00Z')).toBe('cooldown')
    expect(await buyAt('2027-03-31T10:52:00Z')).toBe('claimed')
    expect(await buyAt('2027-03-31T10:59:00Z')).toBe('monthly_limit')
    expect(await buyAt('2027-03-31T11:00:00Z')).toBe('claimed')
  })

  test('stops with a plain reason when the card is declined, until it is switched on again', async () => {
    const organization = await withCard()
    const { purchase_id: id } = await claim(organization)
    await applyPurchase(desk, organization, id!, {
      payment: 'failed',
      reason: 'Your card has insufficient funds.',
    })
    const [setting] = await desk.admin`
      select auto_topup_stopped_reason as reason, auto_topup_enabled as enabled
      from public.billing_settings where organization_id = ${organization}`
    expect(setting).toEqual({ reason: 'Your card has insufficient funds.', enabled: true })
    expect(await claim(organization)).toMatchObject({ outcome: 'off' })
    await setAutoTopup(organization)
    expect(await claim(organization)).toMatchObject({ outcome: 'cooldown' })
    expect(await purchaseOf(desk, id!)).toMatchObject({ status: 'failed' })
  })

  test.each(['unpaid', 'paused', 'canceled', 'past its grace'])(
    'buys nothing that could not be used: the subscription is %s',
    async (standing) => {
      const organization = await withCard()
      await suspend(desk, organization, standing)
      expect(await claim(organization)).toMatchObject({ outcome: 'topup_not_allowed' })
    },
  )

  test('needs a card, and a plan with top-ups', async () => {
    const organization = await createOrganization(desk)
    expect(await claim(organization)).toMatchObject({ outcome: 'off' })
    await saveCard(organization)
    await setAutoTopup(organization)
    await desk.api`select private.save_payment_method(${organization}, null, null)`
    expect(await claim(organization)).toMatchObject({ outcome: 'no_payment_method' })
    await desk.api`select from private.set_organization_plan(${organization}, 'free', null)`
    expect(await claim(organization)).toMatchObject({ outcome: 'topup_not_allowed' })
  })
})

describe('grant_on_account', () => {
  async function onAccount(limit = '300'): Promise<string> {
    const organization = await createOrganization(desk)
    await desk.admin`
      update public.org_plans set stripe_subscription_id = ${`sub_${newKey()}`}
      where organization_id = ${organization}`
    const [row] = await desk.api<{ outcome: string }[]>`
      select outcome from private.set_pay_as_you_go(${organization}, true, ${limit}, null)`
    expect(row!.outcome).toBe('saved')
    return organization
  }

  async function give(organization: string, required: string) {
    const [row] = await desk.api<{ outcome: string; granted: string; id: string | null }[]>`
      select outcome, granted_credits as granted, purchase_id as id
      from private.grant_on_account(${organization}, ${required})`
    return row!
  }

  test('gives a block of 100 or what is missing, up to the limit of the period', async () => {
    const organization = await onAccount('300')
    expect(await give(organization, '1.50')).toMatchObject({
      outcome: 'granted',
      granted: '100',
    })
    expect(await give(organization, '50')).toMatchObject({ outcome: 'enough', granted: '0' })
    expect(await give(organization, '250')).toMatchObject({ outcome: 'granted', granted: '150.00' })
    expect(await give(organization, '300.01')).toMatchObject({ outcome: 'limit_reached' })
    expect(await give(organization, '300')).toMatchObject({ outcome: 'granted', granted: '50.00' })
    expect((await balanceOf(desk, organization)).posted).toBe('300.00')
    const rows = await desk.admin`
      select kind, status, price_usd from public.credit_purchases
      where organization_id = ${organization} order by id`
    expect(rows.map(({ price_usd }) => price_usd as string)).toEqual(['0.60', '0.90', '0.30'])
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test('of parallel callers who missed the same, one gets a block', async () => {
    const organization = await onAccount()
    const rows = await Promise.all(Array.from({ length: 12 }, () => give(organization, '80')))
    expect(rows.filter(({ outcome }) => outcome === 'granted')).toHaveLength(1)
    expect(rows.filter(({ outcome }) => outcome === 'enough')).toHaveLength(11)
  })

  test('is paid with the invoice, without a second grant; unpaid ends it', async () => {
    const organization = await onAccount()
    const { id } = await give(organization, '10')
    expect(await applyPurchase(desk, organization, id!, { usd: '0.60' })).toMatchObject({
      status: 'paid',
      granted_credits: '0',
    })
    const second = await give(organization, '150')
    await applyPurchase(desk, organization, second.id!, { payment: 'failed' })
    expect(await purchaseOf(desk, second.id!)).toMatchObject({ status: 'failed' })
    expect(await give(organization, '250')).toMatchObject({ outcome: 'not_allowed' })
    expect(await brokenRules(desk, organization)).toEqual([])
  })

  test.each(['past_due', 'unpaid', 'canceled', 'trialing'])('not while %s', async (status) => {
    const organization = await onAccount()
    await desk.admin`
      update public.org_plans set status = ${status} where organization_id = ${organization}`
    expect(await give(organization, '10')).toMatchObject({ outcome: 'not_allowed' })
  })

  test('not when no invoice will come: the subscription ends', async () => {
    const organization = await onAccount()
    await desk.admin`
      update public.org_plans set pending_change_at = period_end
      where organization_id = ${organization}`
    expect(await give(organization, '10')).toMatchObject({ outcome: 'not_allowed' })
    await desk.admin`
      update public.org_plans set pending_plan_id = 'free' where organization_id = ${organization}`
    expect(await give(organization, '10')).toMatchObject({ outcome: 'granted' })
  })

  test('not while credits of a period before wait for their invoice', async () => {
    const organization = await onAccount()
    const { id } = await give(organization, '10')
    const madeBefore = (days: number) => desk.admin`
      update public.credit_purchases as purchase
      set created_at = subscription.period_start - make_interval(days => ${days})
      from public.org_plans as subscription
      where purchase.id = ${id} and subscription.organization_id = ${organization}`
    await madeBefore(4)
    expect(await give(organization, '250')).toMatchObject({ outcome: 'not_allowed' })
    // The invoice of the period that has just ended may be under way.
    await madeBefore(1)
    expect(await give(organization, '250')).toMatchObject({ outcome: 'granted' })
  })

  test('is off unless switched on, and needs a subscription and a limit', async () => {
    const organization = await createOrganization(desk)
    expect(await give(organization, '10')).toMatchObject({ outcome: 'off' })
    const set = async (limit: string | null) => {
      const [row] = await desk.api<{ outcome: string }[]>`
        select outcome from private.set_pay_as_you_go(${organization}, true, ${limit}, null)`
      return row!.outcome
    }
    expect(await set('100')).toBe('no_subscription')
    await desk.admin`
      update public.org_plans set stripe_subscription_id = ${newKey()}
      where organization_id = ${organization}`
    expect(await set(null)).toBe('incomplete')
    expect(await set('0')).toBe('invalid_amount')
  })
})
