import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shuffled } from '../../doubles/stripe/webhooks/shuffle.ts'
import { asOwner, callAction, codeOf } from '../support/actions.ts'
import {
  brokenInvariants,
  createOrganization,
  leaveAvailable,
  type TestOrganization,
} from '../support/organizations.ts'
import { purchasesOf, refund, reserveCredits, runJob } from '../support/purchases.ts'
import {
  changePlan,
  control,
  standingOf,
  startBilledApi,
  subscribe,
  type BilledApi,
} from '../support/subscriptions.ts'

let billed: BilledApi

beforeAll(async () => {
  billed = await startBilledApi()
})
afterAll(() => billed.stop())

const setPayAsYouGo = (organization: TestOrganization, limit = 300) =>
  callAction(
    billed.api,
    'set_pay_as_you_go',
    { input: { enabled: true, limit_credits: limit } },
    asOwner(organization),
  )

describe('credits on account', () => {
  test('make a hold fit, go onto the next invoice, and are paid with it', async () => {
    const organization = await subscribe(billed, 'pro')
    expect(await setPayAsYouGo(organization)).toMatchObject({
      status: 200,
      body: { pay_as_you_go_enabled: true, pay_as_you_go_limit_credits: 300 },
    })
    await leaveAvailable(billed.api, organization, 10)
    const key = randomUUID()
    expect(await reserveCredits(billed, organization, 60, key)).toMatchObject({
      status: 200,
      body: { replayed: false, available_credits: 50 },
    })
    expect((await reserveCredits(billed, organization, 60, key)).body).toMatchObject({
      replayed: true,
    })
    await expect
      .poll(async () => (await purchasesOf(billed.api, organization))[0]?.stripe_invoice_item_id)
      .toMatch(/^ii_/)
    expect(await purchasesOf(billed.api, organization)).toMatchObject([
      { kind: 'pay_as_you_go', status: 'processing', price_usd: '0.60' },
    ])
    const [plan] = await billed.api.sql<{ period_end: Date }[]>`
      select period_end from public.org_plans where organization_id = ${organization.id}`
    await billed.travelTo(plan!.period_end.getTime() / 1000 + 7200)
    expect(await purchasesOf(billed.api, organization)).toMatchObject([{ status: 'paid' }])
    expect(await brokenInvariants(billed.api.sql)).toEqual([])
  })

  test.each(['at the end of the period', 'at once'])(
    'are paid though the subscription ends %s',
    async (when) => {
      const organization = await subscribe(billed, 'pro')
      await setPayAsYouGo(organization)
      await leaveAvailable(billed.api, organization, 0)
      expect(await reserveCredits(billed, organization, 60)).toMatchObject({ status: 200 })
      await expect
        .poll(async () => (await purchasesOf(billed.api, organization))[0]?.stripe_invoice_item_id)
        .toMatch(/^ii_/)
      const { subscription, period_end } = await standingOf(billed, organization)
      if (when === 'at once') {
        await billed.api.deps.services.billing!.stripe.subscriptions.cancel(subscription!)
      } else {
        await changePlan(billed, organization, 'free')
      }
      const end = period_end.getTime() / 1000
      await billed.travelTo(end + 60)
      await Promise.all([runJob(billed.api, 'auto_topup'), runJob(billed.api, 'auto_topup')])
      await runJob(billed.api, 'auto_topup')
      await billed.travelTo(end + 2 * 3600)
      expect(await purchasesOf(billed.api, organization)).toMatchObject([{ status: 'paid' }])
      const { customer } = await standingOf(billed, organization)
      const sums = billed.stripe.account
        .list('invoice')
        .filter((invoice) => invoice.customer === customer)
        .map((invoice) => invoice.amount_paid)
      expect(sums).toEqual([60, 29_00])
    },
  )

  /** 100 credits on account that the invoice of the next period has collected, with its 29.60 dollars. */
  async function collected() {
    const organization = await subscribe(billed, 'pro')
    await setPayAsYouGo(organization)
    await leaveAvailable(billed.api, organization, 0)
    expect(await reserveCredits(billed, organization, 60)).toMatchObject({ status: 200 })
    await expect
      .poll(async () => (await purchasesOf(billed.api, organization))[0]?.stripe_invoice_item_id)
      .toMatch(/^ii_/)
    const { period_end, customer } = await standingOf(billed, organization)
    return { organization, customer, renewedAt: period_end.getTime() / 1000 + 7200 }
  }

  /** A quarter is refunded, the rest disputed; `between` is called after each step. */
  async function goBack(customer: string | null, between: () => Promise<void>): Promise<void> {
    const charge = billed.stripe.account
      .list('charge')
      .find((each) => each.customer === customer && each.amount === 29_60)!
    await refund(billed, charge.payment_intent as string, 7_40)
    await between()
    const disputed = { charge: charge.id, amount: 22_20 }
    const { id } = (await control(billed.stripe, 'disputes', disputed)) as { id: string }
    await billed.stripe.outbox.idle()
    await between()
    await control(billed.stripe, `disputes/${id}/close`, { outcome: 'won' })
    await billed.stripe.outbox.idle()
    await between()
  }

  test('go with the invoice that collected them when it is refunded or disputed', async () => {
    const { organization, customer, renewedAt } = await collected()
    await billed.travelTo(renewedAt)
    await runJob(billed.api, 'expire_reservations')
    expect(await standingOf(billed, organization)).toMatchObject({ posted: 600 })
    const stood: unknown[] = []
    await goBack(customer, async () => {
      const { posted } = await standingOf(billed, organization)
      const [bought] = await purchasesOf(billed.api, organization)
      stood.push([posted, bought!.status, bought!.refunded_usd, bought!.withdrawn_credits])
    })
    expect(stood).toEqual([
      [450, 'partially_refunded', '0.15', '25.00'],
      [0, 'disputed', '0.15', '100.00'],
      [450, 'partially_refunded', '0.15', '25.00'],
    ])
    expect(await brokenInvariants(billed.api.sql)).toEqual([])
  })

  test.each([3, 7, 11])('go the same in any order, twice or unheard (seed %i)', async (seed) => {
    const { organization, customer, renewedAt } = await collected()
    billed.stripe.outbox.configure({ mode: 'off' })
    const before = billed.stripe.events().length
    await billed.travelTo(renewedAt)
    await goBack(customer, async () => undefined)
    billed.stripe.outbox.configure({ mode: 'ordered' })
    const order = shuffled(billed.stripe.events().slice(before), seed)
    // A third is lost.
    const arriving = order.slice(Math.floor(order.length / 3))
    await billed.stripe.outbox.deliver(shuffled([...arriving, ...arriving], seed + 1))
    await runJob(billed.api, 'reconcile_stripe')
    await runJob(billed.api, 'expire_reservations')
    expect(await standingOf(billed, organization)).toMatchObject({ posted: 450 })
    expect(await purchasesOf(billed.api, organization)).toMatchObject([
      { status: 'partially_refunded', refunded_usd: '0.15', withdrawn_credits: '25.00' },
    ])
    expect(await brokenInvariants(billed.api.sql)).toEqual([])
  })

  test('end at the limit of the period (insufficient_credits)', async () => {
    const organization = await subscribe(billed, 'pro')
    await setPayAsYouGo(organization, 120)
    await leaveAvailable(billed.api, organization, 0)
    expect(await reserveCredits(billed, organization, 90)).toMatchObject({ status: 200 })
    expect(codeOf(await reserveCredits(billed, organization, 31))).toBe('insufficient_credits')
    expect(await reserveCredits(billed, organization, 30)).toMatchObject({ status: 200 })
  })

  test('count in the check and its explanation, as far as they go', async () => {
    const organization = await subscribe(billed, 'pro')
    await leaveAvailable(billed.api, organization, 10)
    const ask = (action: 'check_ai_access' | 'explain_ai_access', amount: number) =>
      callAction(
        billed.api,
        action,
        { capability: 'question_generation', amount_credits: amount },
        asOwner(organization),
      )
    const denied = { allowed: false, reason: 'insufficient_credits', available_credits: 10 }
    expect((await ask('check_ai_access', 11)).body).toMatchObject(denied)
    await setPayAsYouGo(organization, 120)
    for (const action of ['check_ai_access', 'explain_ai_access'] as const) {
      expect((await ask(action, 130)).body).toMatchObject({ allowed: true, reason: null })
      expect((await ask(action, 130.01)).body).toMatchObject(denied)
    }
    expect(await reserveCredits(billed, organization, 130)).toMatchObject({ status: 200 })
    expect((await ask('check_ai_access', 0.5)).body).toMatchObject({
      allowed: false,
      reason: 'insufficient_credits',
    })
  })

  test('need a subscription whose invoice they could be on (no_subscription)', async () => {
    const organization = await createOrganization(billed.api.sql, 'pro')
    expect(codeOf(await setPayAsYouGo(organization))).toBe('no_subscription')
    const free = await createOrganization(billed.api.sql, 'free')
    expect(codeOf(await setPayAsYouGo(free))).toBe('topup_not_allowed')
  })
})
