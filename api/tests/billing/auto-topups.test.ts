import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { asOwner, asService, callAction, codeOf } from '../support/actions.ts'
import {
  balanceOf,
  brokenInvariants,
  createOrganization,
  leaveAvailable,
  type TestOrganization,
} from '../support/organizations.ts'
import { buy, purchasesOf, reserveCredits, runJob } from '../support/purchases.ts'
import { control, startBilledApi, type BilledApi } from '../support/subscriptions.ts'

let billed: BilledApi

beforeAll(async () => {
  billed = await startBilledApi()
})
beforeEach(() => {
  billed.stripe.outbox.configure({ mode: 'ordered' })
})
afterAll(() => billed.stop())

const setAutoTopup = (organization: TestOrganization, input: Record<string, unknown> = {}) =>
  callAction(
    billed.api,
    'set_auto_topup',
    { input: { enabled: true, threshold_credits: 100, package_id: 'topup_1000', ...input } },
    asOwner(organization),
  )

/** An organization with a saved card that buys below 100 credits, and has 50 left. */
async function almostOut(): Promise<TestOrganization> {
  const organization = await createOrganization(billed.api.sql)
  await buy(billed, organization)
  const saved = await setAutoTopup(organization)
  if (saved.status !== 200) throw new Error(JSON.stringify(saved.body))
  await leaveAvailable(billed.api, organization, 50)
  return organization
}

const automatic = async (organization: TestOrganization) =>
  (await purchasesOf(billed.api, organization)).filter(({ kind }) => kind === 'auto_topup')

/** The card of later purchases, as the customer would choose it in the portal. */
async function useCard(organization: TestOrganization, named: string): Promise<void> {
  const { stripe } = billed.api.deps.services.billing!
  const [row] = await billed.api.sql<{ stripe_customer_id: string }[]>`
    select stripe_customer_id from public.org_plans where organization_id = ${organization.id}`
  const customer = row!.stripe_customer_id
  const method = await stripe.paymentMethods.attach(named, { customer })
  await stripe.customers.update(customer, {
    invoice_settings: { default_payment_method: method.id },
  })
}

async function settingsOf(organization: TestOrganization) {
  const [row] = await billed.api.sql`
    select * from public.billing_settings where organization_id = ${organization.id}`
  return row
}

describe('set_auto_topup', () => {
  test('needs a card, which the first purchase saves (no_payment_method)', async () => {
    const organization = await createOrganization(billed.api.sql)
    expect(codeOf(await setAutoTopup(organization))).toBe('no_payment_method')
    await buy(billed, organization)
    expect(await setAutoTopup(organization)).toMatchObject({
      status: 200,
      body: {
        organization_id: organization.id,
        auto_topup_enabled: true,
        auto_topup_threshold_credits: 100,
        auto_topup_package_id: 'topup_1000',
        auto_topup_monthly_limit: 3,
        payment_method_label: 'Visa •••• 4242',
      },
    })
  })

  test('takes a card that was saved in the portal', async () => {
    const organization = await createOrganization(billed.api.sql)
    await callAction(billed.api, 'open_billing_portal', {}, asOwner(organization))
    await useCard(organization, 'pm_card_mastercard')
    await billed.stripe.outbox.idle()
    expect(await settingsOf(organization)).toMatchObject({
      payment_method_label: 'Mastercard •••• 4444',
    })
    expect((await setAutoTopup(organization)).body).toMatchObject({
      payment_method_label: 'Mastercard •••• 4444',
    })
  })

  test.each([
    ['a threshold below zero', { threshold_credits: -1 }, 'threshold_credits'],
    ['a package that is not offered', { package_id: 'topup_7' }, 'package_id'],
    ['0 a month', { monthly_limit: 0 }, 'monthly_limit'],
    ['101 a month', { monthly_limit: 101 }, 'monthly_limit'],
  ])('refuses %s (invalid_input)', async (_what, input, field) => {
    const organization = await createOrganization(billed.api.sql)
    const answer = await setAutoTopup(organization, input)
    expect(answer.body.extensions).toMatchObject({ code: 'invalid_input', field })
  })

  test('is not for the free plan (topup_not_allowed)', async () => {
    const organization = await createOrganization(billed.api.sql, 'free')
    expect((await setAutoTopup(organization)).body.extensions).toMatchObject({
      code: 'topup_not_allowed',
      unlocked_by_plan: 'pro',
    })
  })
})

describe('automatic top-up', () => {
  test('the job buys once for an organization below its threshold', async () => {
    const organization = await almostOut()
    expect(await runJob(billed.api, 'auto_topup')).toMatchObject({ bought: 1, failed: 0 })
    expect((await balanceOf(billed.api.sql, organization.id)).available).toBe(1050)
    expect(await automatic(organization)).toMatchObject([{ status: 'paid' }])
    await billed.stripe.outbox.idle()
    expect(await runJob(billed.api, 'auto_topup')).toMatchObject({ bought: 0 })
    expect((await balanceOf(billed.api.sql, organization.id)).available).toBe(1050)
    expect(await brokenInvariants(billed.api.sql)).toEqual([])
  })

  test('a call that finds too little asks for it beside, and later calls find the credits', async () => {
    const organization = await almostOut()
    const refused = await reserveCredits(billed, organization, 60)
    expect(codeOf(refused)).toBe('insufficient_credits')
    await expect
      .poll(async () => (await balanceOf(billed.api.sql, organization.id)).available)
      .toBe(1050)
    expect(await reserveCredits(billed, organization, 60)).toMatchObject({ status: 200 })
  })

  test('a settlement that leaves less than the threshold asks for it', async () => {
    const organization = await createOrganization(billed.api.sql)
    await buy(billed, organization)
    await setAutoTopup(organization)
    // The settings are read with the first call that needs them.
    const other = await createOrganization(billed.api.sql)
    expect(codeOf(await reserveCredits(billed, other, 100_000))).toBe('insufficient_credits')
    await leaveAvailable(billed.api, organization, 120)
    const held = await reserveCredits(billed, organization, 30)
    await callAction(
      billed.api,
      'settle_credits',
      { input: { reservation_id: held.body['reservation_id'], amount_credits: 30 } },
      asService(organization),
    )
    await expect.poll(() => automatic(organization)).toMatchObject([{ status: 'paid' }])
  })

  test('a decline stops it with a plain reason until it is switched on again', async () => {
    const organization = await almostOut()
    await useCard(organization, 'pm_card_chargeCustomerFail')
    await runJob(billed.api, 'auto_topup')
    await billed.stripe.outbox.idle()
    expect(await automatic(organization)).toMatchObject([
      { status: 'failed', failure_reason: 'Your card was declined.' },
    ])
    expect(await settingsOf(organization)).toMatchObject({
      auto_topup_enabled: true,
      auto_topup_stopped_reason: 'Your card was declined.',
    })
    expect(await runJob(billed.api, 'auto_topup')).toMatchObject({ bought: 0 })
    expect((await balanceOf(billed.api.sql, organization.id)).available).toBe(50)
    await useCard(organization, 'pm_card_visa')
    expect((await setAutoTopup(organization)).body).toMatchObject({
      auto_topup_stopped_reason: null,
    })
  })

  test('a card that asks for its owner cannot be charged without him', async () => {
    const organization = await almostOut()
    await useCard(organization, 'pm_card_authenticationRequired')
    await runJob(billed.api, 'auto_topup')
    await billed.stripe.outbox.idle()
    expect(await automatic(organization)).toMatchObject([
      { status: 'failed', failure_reason: expect.stringContaining('authentication') },
    ])
  })

  const aMinuteLater = (organization: TestOrganization) => billed.api.sql`
    update public.credit_purchases set created_at = created_at - interval '2 minutes'
    where organization_id = ${organization.id} and kind = 'auto_topup'`

  const paymentsOf = (organization: TestOrganization) =>
    billed.stripe.account
      .list('payment_intent')
      .filter(({ metadata }) => metadata['purser_organization_id'] === organization.id)

  test('an outage leaves it under way; the job goes on with the same key', async () => {
    const organization = await almostOut()
    const fault = { kind: 'fail', address: 'POST /v1/payment_intents', times: 3 }
    await control(billed.stripe, 'faults', fault)
    expect(await runJob(billed.api, 'auto_topup')).toMatchObject({ failed: 1 })
    expect(await automatic(organization)).toMatchObject([{ status: 'processing' }])
    await aMinuteLater(organization)
    expect(await runJob(billed.api, 'auto_topup')).toMatchObject({ failed: 0, resumed: 1 })
    expect(await automatic(organization)).toMatchObject([{ status: 'paid' }])
    expect(paymentsOf(organization)).toHaveLength(2)
  })

  test('an outage that lasts ends it with a plain reason; nobody was charged', async () => {
    const organization = await almostOut()
    const fault = { kind: 'fail', address: 'POST /v1/payment_intents', times: 6 }
    await control(billed.stripe, 'faults', fault)
    await runJob(billed.api, 'auto_topup')
    await billed.api.sql`
      update public.credit_purchases set created_at = created_at - interval '31 minutes'
      where organization_id = ${organization.id} and kind = 'auto_topup'`
    await runJob(billed.api, 'auto_topup')
    expect(await automatic(organization)).toMatchObject([
      { status: 'failed', failure_reason: expect.stringContaining('You were not charged') },
    ])
    expect(paymentsOf(organization)).toHaveLength(1)
  })

  test('a process that died after it was charged charges no second time', async () => {
    const organization = await almostOut()
    billed.stripe.outbox.configure({ mode: 'off' })
    const [claimed] = await billed.api.sql<{ purchase_id: string }[]>`
      select purchase_id from private.claim_auto_topup(${organization.id})`
    const { autoTopups } = billed.api.deps.services.billing!
    const name = { organizationId: organization.id, purchaseId: claimed!.purchase_id }
    // Two processes charge it at the same moment.
    await Promise.all([autoTopups.charge(name), autoTopups.charge(name)])
    expect(paymentsOf(organization)).toHaveLength(2)
    expect((await balanceOf(billed.api.sql, organization.id)).available).toBe(1050)
    await billed.stripe.outbox.deliver(billed.stripe.events())
    expect((await balanceOf(billed.api.sql, organization.id)).available).toBe(1050)
    expect(await brokenInvariants(billed.api.sql)).toEqual([])
  })

  test('a payment that was begun days ago is found, not made again', async () => {
    const organization = await almostOut()
    billed.stripe.outbox.configure({ mode: 'off' })
    await runJob(billed.api, 'auto_topup')
    billed.stripe.outbox.configure({ mode: 'ordered' })
    const [made] = await automatic(organization)
    // As if the process had died before it heard the answer, and nobody had come by since.
    await billed.api.sql`
      update public.credit_purchases
      set stripe_payment_intent_id = null, created_at = created_at - interval '1 day'
      where id = ${made!.id}`
    await billed.api.sql`
      update public.credit_purchases set status = 'processing' where id = ${made!.id}`
    await runJob(billed.api, 'auto_topup')
    expect(await automatic(organization)).toMatchObject([
      { status: 'paid', stripe_payment_intent_id: made!.stripe_payment_intent_id },
    ])
    expect((await balanceOf(billed.api.sql, organization.id)).available).toBe(1050)
    expect(await brokenInvariants(billed.api.sql)).toEqual([])
  })
})
