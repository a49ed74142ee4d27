import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { shuffled } from '../../doubles/stripe/webhooks/shuffle.ts'
import { brokenInvariants } from '../support/organizations.ts'
import type { TestOrganization } from '../support/organizations.ts'
import {
  changePlan,
  control,
  spend,
  standingOf,
  startBilledApi,
  subscribe,
  type BilledApi,
} from '../support/subscriptions.ts'

const HOUR_SECONDS = 3600
const DAY_SECONDS = 86_400
let billed: BilledApi

beforeAll(async () => {
  billed = await startBilledApi()
})
afterEach(async () => {
  await billed.stripe.outbox.idle()
  billed.stripe.outbox.configure({ mode: 'ordered' })
  expect(await brokenInvariants(billed.api.sql)).toEqual([])
})
afterAll(() => billed.stop())

const secondsOf = (date: Date) => date.getTime() / 1000

/** To the end of the period that is paid, and this much further. */
async function travelPast(organization: TestOrganization, seconds: number): Promise<void> {
  const { period_end } = await standingOf(billed, organization)
  await billed.travelTo(secondsOf(period_end) + seconds)
}

async function ledgerOf({ id }: TestOrganization): Promise<string[]> {
  const rows = await billed.api.sql<{ entry: string }[]>`
    select type || ' ' || amount_credits as entry from public.credit_transactions
    where organization_id = ${id} order by sequence`
  return rows.map(({ entry }) => entry)
}

describe('a renewal', () => {
  test('that is paid begins the period of its line: expiry, rollover, allocation', async () => {
    const organization = await subscribe(billed, 'team')
    const { period_end } = await standingOf(billed, organization)
    // The invoice is drafted, and paid an hour later: until then the period stays open.
    await travelPast(organization, 60)
    expect(await spend(billed, organization, 5)).toBeNull()
    expect(await standingOf(billed, organization)).toMatchObject({ posted: 1995 })
    await billed.travelTo(secondsOf(period_end) + 2 * HOUR_SECONDS)
    expect(await standingOf(billed, organization)).toMatchObject({
      period_start: period_end,
      posted: 2010,
    })
    expect((await ledgerOf(organization)).slice(-3)).toEqual([
      'expiry -1995.00',
      'rollover 10.00',
      'plan_allocation 2000.00',
    ])
  })

  test('that fails: grace without new credits, then suspended, then recovered', async () => {
    const organization = await subscribe(billed, 'pro')
    const { customer, subscription, period_end, grace_ends_at } = await standingOf(
      billed,
      organization,
    )
    expect(secondsOf(grace_ends_at!) - secondsOf(period_end)).toBe(7 * DAY_SECONDS)
    await spend(billed, organization, 400)
    await control(billed.stripe, 'fail-next-renewal', { customer, times: 9 })
    await travelPast(organization, 2 * HOUR_SECONDS)
    expect(await standingOf(billed, organization)).toMatchObject({
      status: 'past_due',
      period_end,
      posted: 100,
    })
    const [invoice] = await billed.api.sql`
      select status, payment_problem, hosted_invoice_url is not null as can_be_paid,
        next_payment_attempt_at is not null as is_retried
      from public.billing_invoices where organization_id = ${organization.id} and status <> 'paid'`
    expect(invoice).toMatchObject({ status: 'open', can_be_paid: true, is_retried: true })
    expect(invoice!['payment_problem']).toContain('declined')
    expect(await spend(billed, organization, 10)).toBeNull()

    await billed.travelTo(secondsOf(grace_ends_at!) + 1)
    expect(await spend(billed, organization, 1)).toBe('subscription_inactive')
    expect(await standingOf(billed, organization)).toMatchObject({ posted: 0 })

    const { stripe } = billed.api.deps.services.billing!
    const { latest_invoice } = await stripe.subscriptions.retrieve(subscription!)
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer! })
    // The bank is well again.
    billed.stripe.account.hidden.failingRenewals = {}
    await stripe.invoices.pay(latest_invoice as string, { payment_method: method.id })
    await billed.stripe.outbox.idle()
    expect(await standingOf(billed, organization)).toMatchObject({
      status: 'active',
      period_start: period_end,
      posted: 500,
    })
    expect(await spend(billed, organization, 1)).toBeNull()
  })

  test.each([
    ['unpaid', { plan_id: 'pro', status: 'unpaid', is_billed: true }],
    ['canceled', { plan_id: 'free', status: 'active', is_billed: false, posted: 10 }],
  ])('that fails for good, with the setting %s', async (then, standing) => {
    await control(billed.stripe, 'settings', { dunning: { retry_days: [1, 2], then } })
    const organization = await subscribe(billed, 'pro')
    const { customer } = await standingOf(billed, organization)
    await control(billed.stripe, 'fail-next-renewal', { customer, times: 9 })
    await travelPast(organization, 5 * DAY_SECONDS)
    expect(await standingOf(billed, organization)).toMatchObject(standing)
    expect(await spend(billed, organization, 1)).toBe(
      then === 'unpaid' ? 'subscription_inactive' : null,
    )
  })

  test('of a paused subscription waits; resumed, a period begins', async () => {
    const organization = await subscribe(billed, 'pro')
    const { subscription } = await standingOf(billed, organization)
    const { stripe } = billed.api.deps.services.billing!
    await spend(billed, organization, 100)
    await stripe.subscriptions.pause(subscription!, {
      bill_for: { unused_time_from: { type: 'none' } },
    })
    await billed.stripe.outbox.idle()
    expect(await standingOf(billed, organization)).toMatchObject({ status: 'paused' })
    expect(await spend(billed, organization, 1)).toBe('subscription_inactive')
    await billed.travelTo(billed.now() + DAY_SECONDS)
    await stripe.subscriptions.resume(subscription!, { billing_cycle_anchor: { type: 'now' } })
    await billed.stripe.outbox.idle()
    // It is a new period, paid in full.
    expect(await standingOf(billed, organization)).toMatchObject({ status: 'active', posted: 500 })
    expect(await spend(billed, organization, 1)).toBeNull()
  })
})

describe('webhooks in disorder', () => {
  test.each([
    ['once, shuffled', 3, 1],
    ['each three times, shuffled', 5, 3],
    ['each twice, shuffled otherwise', 11, 2],
  ])('%s: plan, periods and credits are those of the order', async (_name, seed, times) => {
    billed.stripe.outbox.configure({ mode: 'off' })
    const since = billed.stripe.events().length
    const organization = await subscribe(billed, 'pro')
    // Nobody has told us anything yet, so the page of Stripe is opened for the first plan only.
    await deliver(since, seed, times)
    await changePlan(billed, organization, 'team')
    const { period_end } = await standingOf(billed, organization)
    await billed.travelTo(secondsOf(period_end) + 2 * HOUR_SECONDS)
    await changePlan(billed, organization, 'pro')
    await deliver(since, seed, times)
    expect(await standingOf(billed, organization)).toMatchObject({
      plan_id: 'team',
      pending_plan_id: 'pro',
      status: 'active',
      period_start: period_end,
      posted: 2010,
    })
  })

  async function deliver(since: number, seed: number, times: number): Promise<void> {
    const events = billed.stripe.events().slice(since)
    const repeated = events.flatMap((event) => Array.from({ length: times }, () => event))
    await billed.stripe.outbox.deliver(shuffled(repeated, seed))
  }
})

describe('webhooks that never came', () => {
  test('are made good by comparing with Stripe, once', async () => {
    billed.stripe.outbox.configure({ mode: 'off' })
    const { reconcileSubscriptions, stripe } = billed.api.deps.services.billing!
    const compare = () => reconcileSubscriptions({ stripe, log: billed.api.deps.log })
    const organization = await subscribe(billed, 'pro')
    expect(await standingOf(billed, organization)).toMatchObject({ plan_id: 'free' })
    expect(await compare()).toMatchObject({ open: 0 })
    const standing = await standingOf(billed, organization)
    expect(standing).toMatchObject({ plan_id: 'pro', posted: 500 })
    await stripe.subscriptions.update(standing.subscription!, { cancel_at_period_end: true })
    expect(await compare()).toMatchObject({ repaired: 1, open: 0 })
    expect(await standingOf(billed, organization)).toMatchObject({
      pending_change_at: standing.period_end,
    })
    expect(await compare()).toMatchObject({ repaired: 0, open: 0 })
  })
})
