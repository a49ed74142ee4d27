import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { codeOf } from '../support/actions.ts'
import { balanceOf, brokenInvariants, createOrganization } from '../support/organizations.ts'
import {
  buy,
  payPurchase,
  purchase,
  purchaseRow,
  reserveCredits,
  runJob,
} from '../support/purchases.ts'
import {
  changePlan,
  control,
  payPage,
  standingOf,
  startBilledApi,
  subscribe,
  type BilledApi,
} from '../support/subscriptions.ts'

/** What stops half way: between Stripe and the database, and between one part of an event and the next. */
let billed: BilledApi

beforeAll(async () => {
  billed = await startBilledApi()
})
beforeEach(() => {
  billed.stripe.outbox.configure({ mode: 'ordered' })
})
afterEach(async () => {
  expect(await brokenInvariants(billed.api.sql)).toEqual([])
})
afterAll(() => billed.stop())

const compare = () => runJob(billed.api, 'reconcile_stripe')

/** Stripe does what the next request wants; of its answers to all tries none arrives. */
async function loseAnswer(address: string): Promise<void> {
  await control(billed.stripe, 'faults', { kind: 'fail', after: true, address })
  await control(billed.stripe, 'faults', { kind: 'fail', times: 2, address })
}

describe('an upgrade', () => {
  test('whose answer is lost after the payment does not say that nobody was charged', async () => {
    const organization = await subscribe(billed, 'pro')
    billed.stripe.outbox.configure({ mode: 'off' })
    await loseAnswer('POST /v1/subscriptions')
    const key = randomUUID()
    const lost = await changePlan(billed, organization, 'team', key)
    expect(codeOf(lost)).toBe('billing_unavailable')
    expect(lost.body.message).not.toContain('not charged')
    const again = await changePlan(billed, organization, 'team', key)
    expect(again.body).toMatchObject({ status: 'changed', plan_id: 'team' })
    const { posted, customer } = await standingOf(billed, organization)
    expect(posted).toBeCloseTo(2000, 0)
    const paid = billed.stripe.account
      .list('invoice')
      .filter((invoice) => invoice.customer === customer && invoice.status === 'paid')
    expect(paid).toHaveLength(2)
  })

  test('that was paid does not bring back the smaller plan that waited', async () => {
    const organization = await subscribe(billed, 'pro')
    await changePlan(billed, organization, 'free')
    const read = { kind: 'fail', address: 'GET /v1/invoices/', times: 3 }
    await control(billed.stripe, 'faults', read)
    billed.stripe.outbox.configure({ mode: 'off' })
    const lost = await changePlan(billed, organization, 'team')
    expect(codeOf(lost)).toBe('billing_unavailable')
    expect(lost.body.message).not.toContain('not charged')
    const again = await changePlan(billed, organization, 'team')
    expect(again.body).toMatchObject({ plan_id: 'team', pending_plan_id: null })
  })
})

describe('a page for a plan', () => {
  test('is the same for a request that comes again after a crash, and can be paid', async () => {
    const organization = await createOrganization(billed.api.sql, 'free')
    const key = randomUUID()
    await changePlan(billed, organization, 'pro', key)
    await billed.api.sql`
      delete from public.plan_changes where organization_id = ${organization.id}`
    const { body } = await changePlan(billed, organization, 'pro', key)
    await payPage(body['checkout_url'] as string)
    await billed.stripe.outbox.idle()
    expect(await standingOf(billed, organization)).toMatchObject({ plan_id: 'pro', posted: 500 })
  })
})

describe('a paid invoice', () => {
  test('whose lines were lost is found by comparing', async () => {
    const { sql } = billed.api
    const organization = await subscribe(billed, 'pro')
    billed.stripe.outbox.configure({ mode: 'off' })
    const { period_end } = await standingOf(billed, organization)
    await billed.travelTo(period_end.getTime() / 1000 + 7200)
    await sql.unsafe(`
      create function private.test_crash() returns trigger language plpgsql
        as 'begin raise exception ''crash''; end';
      create trigger test_crash before insert on public.billing_invoice_lines
        for each row execute function private.test_crash()`)
    await compare()
    await sql.unsafe('drop function private.test_crash() cascade')
    await compare()
    expect(await standingOf(billed, organization)).toMatchObject({ period_start: period_end })
    expect(await compare()).toMatchObject({ repaired: 0, open: 0 })
  })

  test('begins its period though something else on it cannot be applied', async () => {
    const organization = await subscribe(billed, 'pro')
    const { period_end, customer, subscription } = await standingOf(billed, organization)
    await billed.api.deps.services.billing!.stripe.invoiceItems.create({
      customer: customer!,
      subscription: subscription!,
      amount: 100,
      currency: 'usd',
      metadata: {
        purser_organization_id: organization.id,
        purser_purchase_id: randomUUID(),
      },
    })
    billed.stripe.outbox.configure({ mode: 'off' })
    await billed.travelTo(period_end.getTime() / 1000 + 7200)
    const paid = billed.stripe.events().findLast(({ type }) => type === 'invoice.paid')!
    await billed.stripe.outbox.deliver([paid])
    expect(await standingOf(billed, organization)).toMatchObject({
      period_start: period_end,
      posted: 500,
    })
    const [event] = await billed.api.sql`
      select last_error from public.stripe_events where id = ${paid.id}`
    expect(event).toMatchObject({ last_error: expect.stringContaining('unknown purchase') })
  })

  test('of which a hold kept credits from a refund gives them back afterwards', async () => {
    const organization = await subscribe(billed, 'pro')
    const { customer } = await standingOf(billed, organization)
    const held = await reserveCredits(billed, organization, 300)
    const charge = billed.stripe.account.list('charge').find((each) => each.customer === customer)!
    await control(billed.stripe, 'refunds', { charge: charge.id })
    await billed.stripe.outbox.idle()
    expect(await standingOf(billed, organization)).toMatchObject({ posted: 300 })
    await billed.api.deps.services.ledger.release({
      organizationId: organization.id,
      reservationId: held.body['reservation_id'] as string,
      reason: 'done',
    })
    await compare()
    expect(await standingOf(billed, organization)).toMatchObject({ posted: 0 })
    expect(await compare()).toMatchObject({ repaired: 0, open: 0 })
  })
})

describe('a purchase', () => {
  test('whose first page was lost is not troubled by the end of that page', async () => {
    const organization = await createOrganization(billed.api.sql)
    const input = { idempotency_key: randomUUID() }
    await loseAnswer('POST /v1/checkout/sessions')
    expect(codeOf(await purchase(billed, organization, input))).toBe('billing_unavailable')
    const answer = await purchase(billed, organization, input)
    const id = answer.body['purchase_id'] as string
    const lost = billed.stripe.account
      .list('checkout.session')
      .find(
        (session) =>
          session.metadata?.['purser_purchase_id'] === id &&
          session.id !== answer.body['checkout_session_id'],
      )!
    await billed.api.deps.services.billing!.stripe.checkout.sessions.expire(lost.id)
    await billed.stripe.outbox.idle()
    const events = await billed.api.sql`
      select status from public.stripe_events where object_id = ${lost.id}`
    expect(events.map(({ status }) => status as string)).toEqual(['applied'])
    await payPurchase(answer)
    await billed.stripe.outbox.idle()
    expect(await purchaseRow(billed.api, id)).toMatchObject({ status: 'paid' })
    expect((await balanceOf(billed.api.sql, organization.id)).posted).toBe(3000)
    expect(await compare()).toMatchObject({ repaired: 0, open: 0 })
  })

  test('that is paid at two pages is told to an operator, and credited once', async () => {
    const organization = await createOrganization(billed.api.sql)
    const { id } = await buy(billed, organization)
    const { stripe } = billed.api.deps.services.billing!
    const metadata = { purser_organization_id: organization.id, purser_purchase_id: id }
    const second = await stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [
        {
          quantity: 1,
          price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'x' } },
        },
      ],
      metadata,
      payment_intent_data: { metadata },
      success_url: 'http://127.0.0.1/',
    })
    billed.stripe.outbox.configure({ mode: 'off' })
    await payPurchase({ status: 200, body: { url: second.url } })
    await billed.stripe.outbox.deliver(
      billed.stripe
        .events()
        .filter(({ data: { object } }) => 'id' in object && object.id === second.id),
    )
    const [event] = await billed.api.sql`
      select status from public.stripe_events
      where object_id = ${second.id} and type = 'checkout.session.completed'`
    expect(event).toMatchObject({ status: 'failed' })
    expect((await balanceOf(billed.api.sql, organization.id)).posted).toBe(3000)
  })
})
