import type postgres from 'postgres'
import Stripe from 'stripe'
import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import type { StripeDouble } from '../../doubles/stripe/server.ts'
import { startTestApi, type TestApi } from './api.ts'
import { createOrganization } from './organizations.ts'
import { BANK_DEBIT, payPurchase, purchase } from './purchases.ts'
import { changePlan, control, startBilledApi, WEBHOOK_SECRET } from './subscriptions.ts'

/** What was done to one payment after the other; what an organization does with its pages. */
export const LIVES = [
  'pay',
  'decline then pay',
  'decline',
  'delayed, comes',
  'delayed, fails',
  'expires',
  'refunded in parts',
  'refunded whole',
  'refund fails',
  'disputed, won',
  'disputed, lost',
  'disputed and refunded',
  'dispute of a part',
  'refunded, fails, refunded',
] as const

type Life = (typeof LIVES)[number]

/** Pages that were opened while no event was delivered, and the database of that moment. */
export interface OpenedPages {
  stripe: StripeDouble
  /** Nobody is connected to it, so that it can be copied. */
  snapshot: TestDatabase
  pages: { life: Life; url: string; sessionId: string }[]
  close(): Promise<void>
}

const ROUNDS = 2

/** Several organizations open payment pages, for credits and for plans; nobody has paid yet. */
export async function openPages(): Promise<OpenedPages> {
  const billed = await startBilledApi()
  billed.stripe.outbox.configure({ mode: 'off' })
  const pages: OpenedPages['pages'] = []
  for (let round = 0; round < ROUNDS; round++) {
    const shared = await createOrganization(billed.api.sql)
    for (const [index, life] of LIVES.entries()) {
      // Some organizations have one purchase, one has many: they meet at its gate.
      const organization = index % 3 === 0 ? shared : await createOrganization(billed.api.sql)
      const answer = await purchase(billed, organization)
      pages.push({
        life,
        url: answer.body['url'] as string,
        sessionId: answer.body['checkout_session_id'] as string,
      })
    }
    const subscriber = await createOrganization(billed.api.sql, 'free')
    const { body } = await changePlan(billed, subscriber, 'pro')
    const url = body['checkout_url'] as string
    pages.push({ life: 'pay', url, sessionId: url.split('/').at(-1) ?? '' })
  }
  const { database, ...api } = billed.api
  const snapshot = await detachedCopy(database, billed.api)
  return {
    stripe: billed.stripe,
    snapshot,
    pages,
    async close() {
      await snapshot.drop()
      await api.stop()
      await billed.stripe.close()
    },
  }
}

/** A copy that nobody is connected to; the api whose database it is must be idle. */
async function detachedCopy(database: TestDatabase, api: TestApi): Promise<TestDatabase> {
  await api.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`
  await api.sql.end()
  return createTestDatabase({ migrated: true, copyOf: database })
}

const DAY_SECONDS = 86_400
/** Two renewals. */
const DAYS = [32, 64]

/** What the clocks of databases are ahead of the machine's when all is over. */
export const AHEAD_SECONDS = DAYS.at(-1)! * DAY_SECONDS

/**
 * Everything that buyers, banks, the dashboard and time do. Nothing of it goes through the api, which
 * hears of it by its webhooks, each at its moment.
 */
export async function live({ stripe, pages }: OpenedPages, { sql }: TestApi): Promise<void> {
  const now = stripe.account.time.now()
  for (const { life, url, sessionId } of pages) {
    await playLife(stripe, life, url, sessionId)
  }
  await stripe.outbox.idle()
  for (const days of DAYS) {
    await moveClock(sql, days * DAY_SECONDS)
    await control(stripe, 'clock', { to: now + days * DAY_SECONDS })
    await stripe.outbox.idle()
  }
}

/** The clock of a database, which startBilledApi() made one that moves. */
export async function moveClock(sql: postgres.Sql, aheadSeconds: number): Promise<void> {
  await sql`update private.test_clock set ahead = make_interval(secs => ${aheadSeconds})`
}

async function playLife(stripe: StripeDouble, life: Life, url: string, sessionId: string) {
  const pay = (card?: string) => payPurchase({ status: 200, body: { url } }, card)
  const session = () => stripe.account.get('checkout.session', sessionId)
  const intent = () => stripe.account.get('payment_intent', session().payment_intent as string)
  const back = async (cents?: number) =>
    (await control(stripe, 'refunds', {
      payment_intent: intent().id,
      ...(cents !== undefined && { amount: cents }),
    })) as Stripe.Refund
  const fail = ({ id }: Stripe.Refund) => control(stripe, `refunds/${id}/fail`, {})
  const dispute = async (amount?: number) =>
    (await control(stripe, 'disputes', {
      charge: intent().latest_charge,
      ...(amount !== undefined && { amount }),
    })) as Stripe.Dispute
  const close = ({ id }: Stripe.Dispute, outcome: string) =>
    control(stripe, `disputes/${id}/close`, { outcome })

  if (life.startsWith('decline')) await pay('4000000000000002')
  if (life === 'decline') return
  if (life === 'expires') {
    await expirePage(stripe, sessionId)
    return
  }
  if (life.startsWith('delayed')) {
    await pay(BANK_DEBIT)
    const succeeds = life === 'delayed, comes'
    await control(stripe, `payments/${intent().id}/settle`, { succeeds })
    return
  }
  await pay()
  switch (life) {
    case 'refunded in parts':
      await back(100)
      await back(150)
      await back(50)
      return
    case 'refunded whole':
      await back()
      return
    case 'refund fails':
      await fail(await back())
      return
    case 'disputed, won':
      await close(await dispute(), 'won')
      return
    case 'disputed, lost':
      await close(await dispute(), 'lost')
      return
    case 'disputed and refunded':
      await back(200)
      await close(await dispute(), 'lost')
      return
    case 'dispute of a part':
      await dispute(250)
      return
    case 'refunded, fails, refunded':
      await fail(await back(300))
      await back(120)
      return
    default:
  }
}

async function expirePage(stripe: StripeDouble, sessionId: string): Promise<void> {
  const { port } = new URL(stripe.url)
  const client = new Stripe('sk_test_double', {
    host: '127.0.0.1',
    port: Number(port),
    protocol: 'http',
    telemetry: false,
  })
  await client.checkout.sessions.expire(sessionId)
}

export const stripeEnvironment = (stripe: StripeDouble): Record<string, string> => ({
  STRIPE_SECRET_KEY: 'sk_test_double',
  STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  STRIPE_API_BASE_URL: stripe.url,
  LOG_LEVEL: 'error',
})

/** An api on a copy of the snapshot: nothing has been paid as far as it knows. */
export async function startFromSnapshot({ stripe, snapshot }: OpenedPages): Promise<TestApi> {
  const database = await createTestDatabase({ migrated: true, copyOf: snapshot })
  return startTestApi({ database, environment: stripeEnvironment(stripe) })
}

/** As Stripe sends it; the status of the answer. 0: nobody answered. */
export async function deliver(url: string, event: Stripe.Event): Promise<number> {
  const payload = JSON.stringify(event)
  const header = Stripe.webhooks.generateTestHeaderString({ payload, secret: WEBHOOK_SECRET })
  try {
    const response = await fetch(`${url}/webhooks/stripe`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'stripe-signature': header },
      body: payload,
    })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}

/** The events through so many senders at once. */
export async function deliverAll(
  url: string,
  events: readonly Stripe.Event[],
  senders: number,
  after: (event: Stripe.Event, status: number) => void = () => undefined,
): Promise<void> {
  const queue = [...events]
  const send = async () => {
    for (let event = queue.shift(); event; event = queue.shift()) {
      after(event, await deliver(url, event))
    }
  }
  await Promise.all(Array.from({ length: senders }, send))
}

/** What must be equal whatever the order was: sums, grants and states, without ids and times of ours. */
export async function outcomeOf(sql: postgres.Sql): Promise<unknown> {
  const balances = await sql`
    select organization_id, monthly_credits, bonus_credits, reserved_credits, debt_credits
    from public.organization_credit_balances order by 1`
  const grants = await sql`
    select organization_id, source, granted_credits, remaining_credits, repaid_debt_credits
    from public.credit_grants where source = 'topup' or remaining_credits > 0
    order by 1, 2, 3, 4, 5`
  // Who hears of a subscription a month late has had the free plan's credits, and lost them again.
  const ledger = await sql`
    select organization_id,
      case when type in ('plan_allocation', 'plan_change_adjustment', 'rollover', 'expiry')
        then 'plan' else type end as type,
      sum(amount_credits) as credits
    from public.credit_transactions group by 1, 2 having sum(amount_credits) <> 0 order by 1, 2`
  const purchases = await sql`
    select id, status, refunded_usd, disputed_usd, withdrawn_credits, unrecovered_credits,
      case when paid_at is not null then stripe_payment_intent_id end as payment,
      grant_id is null as is_without_grant
    from public.credit_purchases order by 1`
  const moneyBack = await sql`
    select id, status, counts, amount_usd from public.billing_refunds
    union all
    select id, status, counts, amount_usd from public.billing_disputes order by 1`
  const plans = await sql`
    select organization_id, plan_id, status, stripe_subscription_id from public.org_plans order by 1`
  const invoices = await sql`
    select id, status, amount_paid_usd from public.billing_invoices order by 1`
  return JSON.parse(
    JSON.stringify({ balances, grants, ledger, purchases, moneyBack, plans, invoices }),
  )
}
