import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { asOwner, callAction, codeOf } from '../support/actions.ts'
import { brokenInvariants, createOrganization } from '../support/organizations.ts'
import {
  changePlan,
  control,
  payPage,
  previewPlan,
  spend,
  standingOf,
  startBilledApi,
  subscribe,
  undoPlanChange,
  type BilledApi,
} from '../support/subscriptions.ts'

const DAY_SECONDS = 86_400
let billed: BilledApi

beforeAll(async () => {
  billed = await startBilledApi()
})
afterEach(async () => {
  await billed.stripe.outbox.idle()
  expect(await brokenInvariants(billed.api.sql)).toEqual([])
})
afterAll(() => billed.stop())

const subscriptionOf = (id: string | null) => billed.stripe.account.get('subscription', id ?? '')

/** The saved card of a customer from now on. */
async function useCard(customer: string | null, card: string): Promise<void> {
  const { stripe } = billed.api.deps.services.billing!
  const method = await stripe.paymentMethods.attach(card, { customer: customer ?? '' })
  await stripe.customers.update(customer ?? '', {
    invoice_settings: { default_payment_method: method.id },
  })
  for (const subscription of (await stripe.subscriptions.list({ customer: customer ?? '' })).data) {
    await stripe.subscriptions.update(subscription.id, { default_payment_method: method.id })
  }
}

describe('subscribing', () => {
  test('opens a page; paying it begins plan, period and credits', async () => {
    const organization = await createOrganization(billed.api.sql, 'free')
    const { body } = await changePlan(billed, organization, 'pro')
    expect(body).toMatchObject({
      status: 'checkout_required',
      plan_id: 'free',
      adjusted_credits: 0,
      available_credits: 10,
    })
    await payPage(body['checkout_url'] as string)
    await billed.stripe.outbox.idle()
    const standing = await standingOf(billed, organization)
    expect(standing).toMatchObject({
      plan_id: 'pro',
      status: 'active',
      is_billed: true,
      posted: 500,
    })
    const [item] = subscriptionOf(standing.subscription).items.data
    expect(standing.period_end.getTime() / 1000).toBe(item!.current_period_end)
    const [invoice] = await billed.api.sql`
      select status, amount_paid_usd, number, hosted_invoice_url is not null as has_page
      from public.billing_invoices where organization_id = ${organization.id}`
    expect(invoice).toMatchObject({ status: 'paid', amount_paid_usd: '29.00', has_page: true })
  })

  test('a declined card changes nothing', async () => {
    const organization = await subscribe(billed, 'pro', '4000000000000002')
    expect(await standingOf(billed, organization)).toMatchObject({ plan_id: 'free', posted: 10 })
  })

  test('asks for prices once, however many ask, and for one page at a time', async () => {
    const organizations = await Promise.all(
      Array.from({ length: 5 }, () => createOrganization(billed.api.sql, 'free')),
    )
    await billed.api.sql`
      insert into public.plans
        (id, name, description, rank, price_usd_monthly, monthly_ai_credits)
      values ('studio', 'Studio', 'For tests.', 4, 199, 5000)`
    await Promise.all(organizations.map((each) => changePlan(billed, each, 'studio')))
    const prices = billed.stripe.account
      .list('price')
      .filter((price) => price.lookup_key === 'purser_plan_studio_monthly')
    expect(prices).toHaveLength(1)
    const [first] = organizations
    await changePlan(billed, first!, 'pro')
    const { customer } = await standingOf(billed, first!)
    const open = billed.stripe.account
      .list('checkout.session')
      .filter((session) => session.customer === customer && session.status === 'open')
    expect(open).toHaveLength(1)
  })

  test('a changed list price is a new price; who pays the old one keeps it', async () => {
    const old = await subscribe(billed, 'studio')
    await billed.api.sql`update public.plans set price_usd_monthly = 249 where id = 'studio'`
    const late = await subscribe(billed, 'studio')
    const amount = async (each: typeof old) =>
      subscriptionOf((await standingOf(billed, each)).subscription).items.data[0]?.price.unit_amount
    expect([await amount(old), await amount(late)]).toEqual([199_00, 249_00])
  })

  test('the second of two paid pages is ended and given back', async () => {
    const organization = await createOrganization(billed.api.sql, 'free')
    const first = await changePlan(billed, organization, 'pro')
    const { customer } = await standingOf(billed, organization)
    const { stripe } = billed.api.deps.services.billing!
    // As if the first page had not been closed in time.
    const { line_items: items } = await stripe.checkout.sessions.retrieve(
      billed.stripe.account.list('checkout.session')[0]!.id,
      { expand: ['line_items'] },
    )
    const second = await stripe.checkout.sessions.create({
      mode: 'subscription',
      customer: customer!,
      line_items: [{ price: items!.data[0]!.price!.id, quantity: 1 }],
      success_url: 'http://127.0.0.1/paid',
    })
    await payPage(first.body['checkout_url'] as string)
    await billed.stripe.outbox.idle()
    await payPage(second.url!)
    await billed.stripe.outbox.idle()
    const standing = await standingOf(billed, organization)
    expect(standing).toMatchObject({ plan_id: 'pro', posted: 500 })
    const all = billed.stripe.account
      .list('subscription')
      .filter((subscription) => subscription.customer === customer)
    expect(all.map(({ id, status }) => [id === standing.subscription, status])).toEqual([
      [false, 'canceled'],
      [true, 'active'],
    ])
    expect(billed.stripe.account.list('refund')[0]).toMatchObject({ amount: 29_00 })
  })

  test('with a trial: its credits once, then the first payment', async () => {
    await billed.api
      .sql`update public.plans set trial_days = 14, trial_credits = 50 where id = 'pro'`
    const organization = await subscribe(billed, 'pro')
    await billed.api.sql`update public.plans set trial_days = 0 where id = 'pro'`
    const standing = await standingOf(billed, organization)
    expect(standing).toMatchObject({ plan_id: 'pro', status: 'trialing', posted: 50 })
    expect(standing.trial_ends_at).toEqual(standing.period_end)
    const up = await changePlan(billed, organization, 'team')
    expect(up.body).toMatchObject({ status: 'scheduled', plan_id: 'pro', pending_plan_id: 'team' })
    await undoPlanChange(billed, organization)
    await billed.travelTo(billed.now() + 14 * DAY_SECONDS + 7200)
    expect(await standingOf(billed, organization)).toMatchObject({
      plan_id: 'pro',
      status: 'active',
      trial_ends_at: null,
      posted: 500,
    })
  })
})

describe('an upgrade', () => {
  test('is previewed, paid and begun at once; what was used stays used', async () => {
    const organization = await subscribe(billed, 'pro')
    expect(await spend(billed, organization, 100)).toBeNull()
    const preview = await previewPlan(billed, organization, 'team')
    expect(preview).toMatchObject({ direction: 'upgrade', credits_later: 2000 })
    expect(preview['amount_due_usd']).toBeCloseTo(70, 0)
    const { body } = await changePlan(billed, organization, 'team')
    expect(body).toMatchObject({ status: 'changed', plan_id: 'team', pending_plan_id: null })
    expect(body['adjusted_credits']).toBeCloseTo(1500, 0)
    expect(body['available_credits']).toBeCloseTo(1900, 0)
    await billed.stripe.outbox.idle()
    const standing = await standingOf(billed, organization)
    expect(standing.posted).toBeCloseTo(1900, 0)
  })

  test('that is declined changes nothing, and says why', async () => {
    const organization = await subscribe(billed, 'pro')
    const { customer } = await standingOf(billed, organization)
    await useCard(customer, 'pm_card_chargeCustomerFail')
    const answer = await changePlan(billed, organization, 'team')
    expect(codeOf(answer)).toBe('payment_failed')
    expect(answer.body.extensions).toMatchObject({ decline_code: 'generic_decline' })
    expect(answer.body.message).toContain('declined')
    await billed.stripe.outbox.idle()
    expect(await standingOf(billed, organization)).toMatchObject({
      plan_id: 'pro',
      status: 'active',
      pending_plan_id: null,
      posted: 500,
    })
  })

  test('is refused while the last invoice is not paid (payment_failed)', async () => {
    const organization = await subscribe(billed, 'pro')
    const { customer, period_end } = await standingOf(billed, organization)
    await control(billed.stripe, 'fail-next-renewal', { customer, times: 2 })
    await billed.travelTo(period_end.getTime() / 1000 + 7200)
    const answer = await changePlan(billed, organization, 'team')
    expect(codeOf(answer)).toBe('payment_failed')
    expect(answer.body.message).toContain('Pay it first')
    expect(await standingOf(billed, organization)).toMatchObject({
      plan_id: 'pro',
      status: 'past_due',
    })
  })

  test('asked for by many at once is paid once', async () => {
    const organization = await subscribe(billed, 'pro')
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => changePlan(billed, organization, 'team')),
    )
    for (const { body } of answers) expect(body).toMatchObject({ plan_id: 'team' })
    await billed.stripe.outbox.idle()
    const standing = await standingOf(billed, organization)
    expect(standing.posted).toBeCloseTo(2000, 0)
    const paid = billed.stripe.account
      .list('invoice')
      .filter(({ customer, status }) => customer === standing.customer && status === 'paid')
    expect(paid).toHaveLength(2)
  })

  test('whose payment is given back takes back what is unspent, and keeps the rest', async () => {
    const organization = await subscribe(billed, 'pro')
    const { body } = await changePlan(billed, organization, 'team')
    const given = body['adjusted_credits'] as number
    expect(await spend(billed, organization, 1000)).toBeNull()
    const { customer } = await standingOf(billed, organization)
    const [charge] = billed.stripe.account
      .list('charge')
      .filter((each) => each.customer === customer)
    await control(billed.stripe, 'refunds', { charge: charge!.id })
    await billed.stripe.outbox.idle()
    const standing = await standingOf(billed, organization)
    // 500 of the plan that is paid for still, 1,500 of the upgrade: 1,000 are spent.
    expect(standing.posted).toBe(Math.max(0, 2000 - 1000 - 1500))
    const [invoice] = await billed.api.sql<{ withdrawn: number; unrecovered: number }[]>`
      select withdrawn_credits::float8 as withdrawn, unrecovered_credits::float8 as unrecovered
      from public.billing_invoices
      where organization_id = ${organization.id} and refunded_usd > 0`
    expect(invoice!.withdrawn + invoice!.unrecovered).toBeCloseTo(given, 2)
    // Nothing comes again by going down and up.
    await changePlan(billed, organization, 'pro')
    await changePlan(billed, organization, 'team')
    expect((await standingOf(billed, organization)).posted).toBe(standing.posted)
  })
})

describe('a smaller plan', () => {
  test('waits, is visible, is taken back, and waits again until the period ends', async () => {
    const organization = await subscribe(billed, 'team')
    const { body } = await changePlan(billed, organization, 'pro')
    const { period_end } = await standingOf(billed, organization)
    expect(body).toMatchObject({
      status: 'scheduled',
      plan_id: 'team',
      pending_plan_id: 'pro',
      effective_at: period_end.toISOString(),
    })
    expect((await changePlan(billed, organization, 'pro')).body).toMatchObject({
      status: 'scheduled',
    })
    expect((await undoPlanChange(billed, organization)).body).toMatchObject({
      status: 'undone',
      plan_id: 'team',
      pending_plan_id: null,
    })
    expect((await undoPlanChange(billed, organization)).body).toMatchObject({ status: 'unchanged' })
    await changePlan(billed, organization, 'pro')
    await billed.travelTo(period_end.getTime() / 1000 + 7200)
    expect(await standingOf(billed, organization)).toMatchObject({
      plan_id: 'pro',
      pending_plan_id: null,
      period_start: period_end,
      posted: 500,
    })
  })

  test('that waits is undone by an upgrade, and waits again when that is declined', async () => {
    const organization = await subscribe(billed, 'team')
    await changePlan(billed, organization, 'pro')
    const { customer } = await standingOf(billed, organization)
    await useCard(customer, 'pm_card_chargeCustomerFail')
    const declined = await changePlan(billed, organization, 'studio')
    expect(codeOf(declined)).toBe('payment_failed')
    expect(await standingOf(billed, organization)).toMatchObject({
      plan_id: 'team',
      pending_plan_id: 'pro',
    })
    await useCard(customer, 'pm_card_visa')
    expect((await changePlan(billed, organization, 'studio')).body).toMatchObject({
      status: 'changed',
      plan_id: 'studio',
      pending_plan_id: null,
    })
  })
})

describe('the end', () => {
  test('of the subscription waits for what was paid, and then the plan is free', async () => {
    const organization = await subscribe(billed, 'pro')
    const { body } = await changePlan(billed, organization, 'free')
    expect(body).toMatchObject({ status: 'scheduled', plan_id: 'pro', pending_plan_id: 'free' })
    expect((await changePlan(billed, organization, 'pro')).body).toMatchObject({ status: 'undone' })
    await changePlan(billed, organization, 'free')
    const { period_end } = await standingOf(billed, organization)
    await billed.travelTo(period_end.getTime() / 1000 + 60)
    expect(await standingOf(billed, organization)).toMatchObject({
      plan_id: 'free',
      is_billed: false,
      posted: 10,
    })
    // And it can be subscribed to again.
    expect((await changePlan(billed, organization, 'pro')).body).toMatchObject({
      status: 'checkout_required',
    })
  })

  test('at once, from the dashboard of Stripe, leaves what was paid', async () => {
    const organization = await subscribe(billed, 'pro')
    const { subscription } = await standingOf(billed, organization)
    await billed.api.deps.services.billing!.stripe.subscriptions.cancel(subscription!)
    await billed.stripe.outbox.idle()
    expect(await standingOf(billed, organization)).toMatchObject({
      plan_id: 'pro',
      is_billed: false,
      posted: 500,
    })
    expect(codeOf(await undoPlanChange(billed, organization))).toBe('no_subscription')
    expect((await changePlan(billed, organization, 'pro')).body).toMatchObject({
      status: 'checkout_required',
    })
  })
})

describe('a request', () => {
  test('with the same key is answered the same; another one under the key is refused', async () => {
    const organization = await subscribe(billed, 'team')
    const key = randomUUID()
    const first = await changePlan(billed, organization, 'pro', key)
    await undoPlanChange(billed, organization)
    expect((await changePlan(billed, organization, 'pro', key)).body).toEqual(first.body)
    expect(codeOf(await changePlan(billed, organization, 'free', key))).toBe('idempotency_conflict')
  })

  test('for a plan that is not offered is refused (plan_not_available)', async () => {
    const organization = await createOrganization(billed.api.sql, 'free')
    expect(codeOf(await changePlan(billed, organization, 'gold'))).toBe('plan_not_available')
  })

  test('of a member is refused (not_allowed)', async () => {
    const organization = await createOrganization(billed.api.sql, 'free')
    const session = { ...asOwner(organization), 'x-hasura-role': 'member' }
    const input = { plan_id: 'pro', idempotency_key: 'k' }
    expect(codeOf(await callAction(billed.api, 'change_plan', { input }, session))).toBe(
      'not_allowed',
    )
  })

  test('while Stripe cannot be reached changes nothing (billing_unavailable)', async () => {
    const organization = await createOrganization(billed.api.sql, 'free')
    await control(billed.stripe, 'faults', {
      kind: 'fail',
      status: 503,
      address: '/v1/prices',
      times: 3,
    })
    const answer = await changePlan(billed, organization, 'pro')
    expect(codeOf(answer)).toBe('billing_unavailable')
    expect(await standingOf(billed, organization)).toMatchObject({ plan_id: 'free', posted: 10 })
  })
})
