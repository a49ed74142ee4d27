import { afterAll, beforeAll, expect, test } from 'vitest'
import type Stripe from 'stripe'
import { paidLines } from '../../src/billing/invoice-state.ts'
import { createSubscriptionQueries } from '../../src/db/subscriptions.ts'
import { brokenInvariants, createOrganization } from '../support/organizations.ts'
import { startBilledApi, type BilledApi } from '../support/subscriptions.ts'

/**
 * Three years of renewals at Stripe, on its test clocks, for subscriptions that began at midnight of the
 * month's last days in many zones. Stripe counts in UTC: whatever the zone, each period begins at the
 * same time of day, on the anchor's day or the month's last, and each is allocated once. The calendar
 * compared with walks from day to day and knows nothing of months' arithmetic.
 */
const MONTHS = 36
const ANCHORS = [28, 29, 30, 31]
const DAY_SECONDS = 86_400
const PARALLEL = 8
/** What clocks show in January 2027, in minutes ahead of UTC. */
const ZONES: Record<string, number> = {
  UTC: 0,
  'Europe/Berlin': 60,
  'Europe/Helsinki': 120,
  'Europe/Moscow': 180,
  'Atlantic/Azores': -60,
  'America/Sao_Paulo': -180,
  'America/St_Johns': -210,
  'America/Halifax': -240,
  'America/New_York': -300,
  'America/Chicago': -360,
  'America/Denver': -420,
  'America/Los_Angeles': -480,
  'Pacific/Honolulu': -600,
  'Africa/Cairo': 120,
  'Asia/Kolkata': 330,
  'Asia/Kathmandu': 345,
  'Asia/Tokyo': 540,
  'Australia/Sydney': 660,
  'Pacific/Auckland': 780,
  'Pacific/Kiritimati': 840,
}

let billed: BilledApi
beforeAll(async () => {
  billed = await startBilledApi()
  billed.stripe.outbox.configure({ mode: 'off' })
})
afterAll(() => billed.stop())

interface Subscriber {
  organizationId: string
  customer: string
  anchor: number
  clock: string
}

/** Every start of a period within three years: days on which the anchor's day comes, or a month ends. */
function calendar(anchor: number): number[] {
  const anchorDay = new Date(anchor * 1000).getUTCDate()
  const starts: number[] = []
  for (let at = anchor; starts.length < MONTHS; at += DAY_SECONDS) {
    const day = new Date(at * 1000).getUTCDate()
    const isLastOfMonth = new Date((at + DAY_SECONDS) * 1000).getUTCDate() === 1
    if (day === anchorDay || (isLastOfMonth && day < anchorDay)) starts.push(at)
  }
  return starts
}

async function moveDatabaseTo(seconds: number): Promise<void> {
  const ahead = seconds - Math.floor(Date.now() / 1000)
  await billed.api.sql`update private.test_clock set ahead = make_interval(secs => ${ahead})`
}

async function subscribeAt(anchor: number, price: string): Promise<Subscriber> {
  const { id: organizationId } = await createOrganization(billed.api.sql, 'free')
  const { stripe, customers } = billed.api.deps.services.billing!
  const customer = await customers.ensure(organizationId)
  // The double takes a customer that is there; Stripe wants the clock first.
  const clock = await stripe.testHelpers.testClocks.create({
    frozen_time: anchor,
    customer,
  } as Stripe.TestHelpers.TestClockCreateParams)
  const method = await stripe.paymentMethods.attach('pm_card_visa', { customer })
  await stripe.subscriptions.create({
    customer,
    items: [{ price }],
    default_payment_method: method.id,
  })
  return { organizationId, customer, anchor, clock: clock.id }
}

async function eachInParallel<Item>(items: Item[], work: (item: Item) => Promise<unknown>) {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
}

test(`${MONTHS} renewals of ${Object.keys(ZONES).length} zones: none is skipped or paid twice`, async () => {
  const { stripe, prices, subscriptions } = billed.api.deps.services.billing!
  const queries = createSubscriptionQueries(billed.api.deps.sql)
  const price = await prices.ensure({
    id: 'pro',
    name: 'Pro',
    rank: 2,
    price_usd_monthly: '29.00',
    monthly_ai_credits: '500',
    trial_days: 0,
    trial_credits: '0',
    is_active: true,
  })
  await moveDatabaseTo(Date.UTC(2027, 0, 20) / 1000)
  const anchors = ANCHORS.flatMap((day) =>
    Object.values(ZONES).map((minutes) => Date.UTC(2027, 0, day) / 1000 - minutes * 60),
  )
  const subscribers: Subscriber[] = []
  await eachInParallel(anchors, async (anchor) => {
    subscribers.push(await subscribeAt(anchor, price))
  })
  await eachInParallel(subscribers, async ({ anchor, clock }) => {
    const end = calendar(anchor).at(-1)! + 2 * 3600
    await stripe.testHelpers.testClocks.advance(clock, { frozen_time: end })
  })

  /** Every fourth as a webhook does, over HTTP; of the others the lines alone. */
  const apply = async (invoice: Stripe.Invoice, month: number): Promise<void> => {
    const number = subscribers.findIndex(({ customer }) => customer === invoice.customer)
    if (number % 4 === 0) {
      await subscriptions.syncInvoice(invoice.id, { copies: month === 0 || month === MONTHS - 1 })
      return
    }
    for (const line of await paidLines(stripe, prices, invoice, null)) {
      await queries.applyLine(subscribers[number]!.organizationId, line)
    }
  }

  // Month by month, each invoice twice: the database lives when the last of them was paid.
  const invoices = billed.stripe.account.list('invoice').toSorted((a, b) => a.created - b.created)
  for (let month = 0; month < MONTHS; month += 1) {
    const due = invoices.slice(month * anchors.length, (month + 1) * anchors.length)
    const paidAt = due.map(({ status_transitions: { paid_at } }) => paid_at ?? 0)
    await moveDatabaseTo(Math.max(...paidAt) + 60)
    await eachInParallel([...due, ...due.slice(0, 5)], (invoice) => apply(invoice, month))
  }

  for (const { organizationId, anchor } of subscribers) {
    const lines = await billed.api.sql<
      { start: Date; end: Date; status: string; credits: number }[]
    >`
      select period_start as start, period_end as end, status, granted_credits::float8 as credits
      from public.billing_invoice_lines where organization_id = ${organizationId}
      order by period_start`
    const starts = lines.map(({ start }) => start.getTime() / 1000)
    expect(starts).toEqual(calendar(anchor))
    expect(lines.slice(0, -1).map(({ end }) => end.getTime() / 1000)).toEqual(starts.slice(1))
    expect(new Set(lines.map(({ status, credits }) => `${status} ${credits}`))).toEqual(
      new Set(['applied 500']),
    )
    const [ledger] = await billed.api.sql<{ allocations: number; posted: number; period: Date }[]>`
      select
        (select count(*)::int from public.credit_transactions
          where organization_id = ${organizationId} and type = 'plan_allocation'
            and amount_credits = 500) as allocations,
        (monthly_credits + bonus_credits)::float8 as posted, subscription.period_start as period
      from public.organization_credit_balances as balance
      join public.org_plans as subscription using (organization_id)
      where organization_id = ${organizationId}`
    expect(ledger).toEqual({
      allocations: MONTHS,
      posted: 500,
      period: new Date(starts.at(-1)! * 1000),
    })
  }
  expect(await brokenInvariants(billed.api.sql)).toEqual([])
}, 120_000)
