import { afterAll, beforeAll, expect, test } from 'vitest'
import type Stripe from 'stripe'
import { shuffled } from '../../doubles/stripe/webhooks/shuffle.ts'
import { brokenInvariants, createOrganization } from '../support/organizations.ts'
import type { TestOrganization } from '../support/organizations.ts'
import {
  changePlan,
  control,
  payPage,
  standingOf,
  startBilledApi,
  type BilledApi,
} from '../support/subscriptions.ts'

/**
 * Five organizations live the same months: plans up and down, a renewal that fails and is paid, an end
 * that waits. One hears of everything at its moment. The others hear of nothing until the end, and then
 * of a part only, twice, in an order of their own; the rest is found by the comparison with Stripe.
 */
const SEEDS = [1, 7, 42, 1234]
const LOST_SHARE = 0.4
const HOUR_SECONDS = 3600
const DAY_SECONDS = 86_400

let billed: BilledApi
let stripe: Stripe
let told: TestOrganization
let untold: TestOrganization[]

beforeAll(async () => {
  billed = await startBilledApi()
  stripe = billed.api.deps.services.billing!.stripe
  billed.stripe.outbox.configure({ mode: 'off' })
  told = await createOrganization(billed.api.sql, 'free')
  untold = await Promise.all(SEEDS.map(() => createOrganization(billed.api.sql, 'free')))
})
afterAll(() => billed.stop())

const everybody = () => [told, ...untold]

async function customerOf(organization: TestOrganization): Promise<string> {
  return (await standingOf(billed, organization)).customer!
}

async function eventsOf(organization: TestOrganization): Promise<Stripe.Event[]> {
  const customer = await customerOf(organization)
  return billed.stripe.events().filter(({ data: { object } }) => {
    return 'customer' in object && object.customer === customer
  })
}

let heard = 0
/** The one who hears is told of what happened since the last time. */
async function tell(): Promise<void> {
  const events = await eventsOf(told)
  await billed.stripe.outbox.deliver(events.slice(heard))
  heard = events.length
}

async function pass(seconds: number): Promise<void> {
  await billed.travelTo(billed.now() + seconds)
  await tell()
}

/** As Stripe has them: those who hear of nothing do not know. */
async function eachSubscription(work: (subscription: Stripe.Subscription) => Promise<unknown>) {
  for (const organization of everybody()) {
    const { data } = await stripe.subscriptions.list({ customer: await customerOf(organization) })
    await work(data[0]!)
  }
  await tell()
}

async function toPrice(planId: 'pro' | 'team', behavior: 'always_invoice' | 'none') {
  const { data } = await stripe.prices.list({ lookup_keys: [`purser_plan_${planId}_monthly`] })
  await eachSubscription((subscription) =>
    stripe.subscriptions.update(subscription.id, {
      items: [{ id: subscription.items.data[0]!.id, price: data[0]!.id }],
      proration_behavior: behavior,
    }),
  )
}

async function passRenewal(): Promise<void> {
  const { data } = await stripe.subscriptions.list({ customer: await customerOf(told) })
  await billed.travelTo(data[0]!.items.data[0]!.current_period_end + 2 * HOUR_SECONDS)
  await tell()
}

async function live(): Promise<void> {
  for (const organization of everybody()) {
    const { body } = await changePlan(billed, organization, 'pro')
    await payPage(body['checkout_url'] as string)
  }
  const other = await createOrganization(billed.api.sql, 'free')
  // Makes the other price.
  await changePlan(billed, other, 'team')
  await tell()
  await pass(10 * DAY_SECONDS)
  await toPrice('team', 'always_invoice')
  await passRenewal()
  await pass(5 * DAY_SECONDS)
  await toPrice('pro', 'none')
  await passRenewal()
  await pass(3 * DAY_SECONDS)
  await control(billed.stripe, 'fail-next-renewal', { times: 5 })
  await passRenewal()
  expect(await standingOf(billed, told)).toMatchObject({ plan_id: 'pro', status: 'past_due' })
  billed.stripe.account.hidden.failingRenewals = {}
  await pass(2 * DAY_SECONDS)
  await eachSubscription(async ({ latest_invoice: invoice }) => {
    const { status } = await stripe.invoices.retrieve(invoice as string)
    if (status === 'open') await stripe.invoices.pay(invoice as string)
  })
  await pass(DAY_SECONDS)
  await toPrice('team', 'always_invoice')
  await eachSubscription(({ id }) =>
    stripe.subscriptions.update(id, { cancel_at_period_end: true }),
  )
}

/** What must be equal; the organizations subscribed within the same minute. */
async function comparable(organization: TestOrganization) {
  const standing = await standingOf(billed, organization)
  const { plan_id, status, is_billed, pending_plan_id, posted } = standing
  const { period_start, period_end, grace_ends_at, pending_change_at } = standing
  return {
    plan: { plan_id, status, is_billed, pending_plan_id },
    posted: Math.round(posted),
    times: [period_start, period_end, grace_ends_at, pending_change_at].map(
      (date) => date && Math.round(date.getTime() / 60_000),
    ),
  }
}

test('months of any order, duplication and loss end like the order', async () => {
  await live()
  const expected = await comparable(told)
  expect(expected.plan).toEqual({
    plan_id: 'team',
    status: 'active',
    is_billed: true,
    pending_plan_id: null,
  })
  for (const [index, organization] of untold.entries()) {
    expect(await standingOf(billed, organization)).toMatchObject({ plan_id: 'free' })
    const order = shuffled(await eventsOf(organization), SEEDS[index]!)
    const arriving = order.slice(Math.floor(order.length * LOST_SHARE))
    const twice = arriving.filter((_event, place) => place % 2 === 0)
    await billed.stripe.outbox.deliver(shuffled([...arriving, ...twice], SEEDS[index]! + 1))
  }
  const { reconcileSubscriptions } = billed.api.deps.services.billing!
  const context = { stripe, log: billed.api.deps.log }
  expect(await reconcileSubscriptions(context)).toMatchObject({ open: 0 })
  for (const organization of untold) expect(await comparable(organization)).toEqual(expected)
  expect(await brokenInvariants(billed.api.sql)).toEqual([])
}, 60_000)
