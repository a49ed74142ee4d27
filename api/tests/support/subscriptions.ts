import { randomUUID } from 'node:crypto'
import { startStripeDouble, type StripeDouble } from '../../doubles/stripe/server.ts'
import { asOwner, callAction, type ActionAnswer } from './actions.ts'
import { startTestApi, type TestApi } from './api.ts'
import { createOrganization, type TestOrganization } from './organizations.ts'

export const WEBHOOK_SECRET = 'whsec_test_of_the_double'

/** The api with its own stand-in for Stripe; both live at the same moment, which only tests move. */
export interface BilledApi {
  api: TestApi
  stripe: StripeDouble
  /** Seconds since 1970, of Stripe and of the database. */
  now(): number
  /** Moves both clocks; what is due at Stripe happens, and its webhooks are delivered. */
  travelTo(seconds: number): Promise<void>
  stop(): Promise<void>
}

export async function startBilledApi(): Promise<BilledApi> {
  const stripe = await startStripeDouble({ webhookSecret: WEBHOOK_SECRET })
  const api = await startTestApi({
    environment: {
      STRIPE_SECRET_KEY: 'sk_test_double',
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      STRIPE_API_BASE_URL: stripe.url,
    },
  })
  stripe.outbox.configure({ url: `${api.url}/webhooks/stripe` })
  await api.sql.unsafe(`
    create table private.test_clock (ahead interval not null);
    insert into private.test_clock values ('0');
    create or replace function private.current_time_utc() returns timestamptz
      language sql volatile security definer set search_path = pg_catalog, pg_temp
      as 'select clock_timestamp() + ahead from private.test_clock'`)
  return {
    api,
    stripe,
    now: () => stripe.account.time.now(),
    async travelTo(seconds) {
      const ahead = seconds - Math.floor(Date.now() / 1000)
      await api.sql`update private.test_clock set ahead = make_interval(secs => ${ahead})`
      await control(stripe, 'clock', { to: seconds })
      await stripe.outbox.idle()
    },
    async stop() {
      await api.stop()
      await stripe.close()
    },
  }
}

/** A control route of the double, as the seller's dashboard or a bank. */
export async function control(stripe: StripeDouble, path: string, body: object): Promise<unknown> {
  const response = await fetch(`${stripe.url}/_double/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.status === 204 ? null : response.json()
}

/** What a person does at the payment page. */
export async function payPage(url: string, card = '4242424242424242'): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ number: card, expiry: '12 / 40', cvc: '123' }),
  })
}

export const changePlan = (
  { api }: BilledApi,
  organization: TestOrganization,
  planId: string,
  key: string = randomUUID(),
): Promise<ActionAnswer> =>
  callAction(
    api,
    'change_plan',
    { input: { plan_id: planId, idempotency_key: key, return_path: '/plan' } },
    asOwner(organization),
  )

export const undoPlanChange = (
  { api }: BilledApi,
  organization: TestOrganization,
): Promise<ActionAnswer> =>
  callAction(api, 'undo_plan_change', { idempotency_key: randomUUID() }, asOwner(organization))

export async function previewPlan(
  { api }: BilledApi,
  organization: TestOrganization,
  planId: string,
): Promise<ActionAnswer['body']> {
  const session = asOwner(organization)
  return (await callAction(api, 'preview_plan_change', { plan_id: planId }, session)).body
}

/** A new organization that has paid for a plan at the payment page. */
export async function subscribe(
  billed: BilledApi,
  planId: string,
  card?: string,
): Promise<TestOrganization> {
  const organization = await createOrganization(billed.api.sql, 'free')
  const { body } = await changePlan(billed, organization, planId)
  if (typeof body['checkout_url'] !== 'string') throw new Error(JSON.stringify(body))
  await payPage(body['checkout_url'], card)
  await billed.stripe.outbox.idle()
  return organization
}

export interface Standing {
  plan_id: string
  status: string
  pending_plan_id: string | null
  pending_change_at: Date | null
  period_start: Date
  period_end: Date
  grace_ends_at: Date | null
  trial_ends_at: Date | null
  is_billed: boolean
  subscription: string | null
  customer: string | null
  posted: number
}

export async function standingOf({ api }: BilledApi, { id }: TestOrganization): Promise<Standing> {
  const [row] = await api.sql<Standing[]>`
    select plan_id, status, pending_plan_id, pending_change_at, subscription.period_start,
      subscription.period_end, grace_ends_at, trial_ends_at, is_billed,
      stripe_subscription_id as subscription, stripe_customer_id as customer,
      (monthly_credits + bonus_credits - debt_credits)::float8 as posted
    from public.org_plans as subscription
    join public.organization_credit_balances as balance using (organization_id)
    where organization_id = ${id}`
  return row!
}

/** Reserves and settles; the code of a refusal, or null. */
export async function spend(
  { api }: BilledApi,
  { id }: TestOrganization,
  credits: number,
): Promise<string | null> {
  const { ledger } = api.deps.services
  const row = await ledger.reserve({
    organizationId: id,
    userId: null,
    capability: 'question_generation',
    qualityLevel: 'fast',
    amountCredits: credits.toFixed(2),
    idempotencyKey: randomUUID(),
    expiresInSeconds: 60,
    context: null,
  })
  if (row.outcome !== 'reserved') return row.outcome
  const [settled] = await api.sql<{ outcome: string }[]>`
    select outcome from private.settle_credits(
      array[${id}::uuid], array[${row.reservation_id}::uuid], array[${credits.toFixed(2)}::numeric],
      array[null]::text[], array[null]::bigint[], array[null]::bigint[], array[null]::bigint[],
      array[null]::bigint[], array[null]::text[], array[null]::text[], array[null]::jsonb[])`
  return settled?.outcome === 'settled' ? null : (settled?.outcome ?? 'lost')
}
