import { randomUUID } from 'node:crypto'
import type Stripe from 'stripe'
import { asOwner, asService, callAction, type ActionAnswer } from './actions.ts'
import { CRON_SECRET, type TestApi } from './api.ts'
import type { TestOrganization } from './organizations.ts'
import { control, payPage, type BilledApi } from './subscriptions.ts'

export const BANK_DEBIT = 'bank_debit'

export const purchase = (
  { api }: Pick<BilledApi, 'api'>,
  organization: TestOrganization,
  input: Record<string, unknown> = {},
): Promise<ActionAnswer> =>
  callAction(
    api,
    'purchase_credits',
    { input: { package_id: 'topup_1000', idempotency_key: randomUUID(), ...input } },
    asOwner(organization),
  )

/** What a person does at the page of a purchase. */
export async function payPurchase({ body }: ActionAnswer, card?: string): Promise<Response> {
  const url = body['url'] as string
  if (card !== BANK_DEBIT) return payPage(url, card)
  return fetch(url, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ way: BANK_DEBIT }),
  })
}

/** Buys 1,000 credits and waits until the webhooks were handled; returns the purchase's row. */
export async function buy(billed: BilledApi, organization: TestOrganization, card?: string) {
  const answer = await purchase(billed, organization)
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  await payPurchase(answer, card)
  await billed.stripe.outbox.idle()
  return purchaseRow(billed.api, answer.body['purchase_id'] as string)
}

export interface StoredPurchase {
  organization_id: string
  id: string
  kind: string
  status: string
  failure_reason: string | null
  receipt_url: string | null
  stripe_checkout_session_id: string | null
  stripe_payment_intent_id: string | null
  stripe_charge_id: string | null
  stripe_invoice_item_id: string | null
  withdrawn_credits: string
  unrecovered_credits: string
  refunded_usd: string
}

export async function purchaseRow({ sql }: TestApi, id: string): Promise<StoredPurchase> {
  const rows = await sql<StoredPurchase[]>`select * from public.credit_purchases where id = ${id}`
  if (!rows[0]) throw new Error(`no purchase ${id}`)
  return rows[0]
}

export async function purchasesOf({ sql }: TestApi, organization: TestOrganization) {
  return sql<StoredPurchase[]>`
    select * from public.credit_purchases where organization_id = ${organization.id} order by id`
}

/** In the dashboard; waits until the webhooks were handled. */
export async function refund(
  { stripe }: BilledApi,
  paymentIntent: string | null,
  cents?: number,
): Promise<Stripe.Refund> {
  const made = await control(stripe, 'refunds', {
    payment_intent: paymentIntent,
    ...(cents !== undefined && { amount: cents }),
  })
  await stripe.outbox.idle()
  return made as Stripe.Refund
}

/** What a backend of the organization asks for. */
export const reserveCredits = (
  { api }: Pick<BilledApi, 'api'>,
  organization: TestOrganization,
  amount: number,
  key: string = randomUUID(),
): Promise<ActionAnswer> =>
  callAction(
    api,
    'reserve_credits',
    {
      input: { capability: 'question_generation', amount_credits: amount, idempotency_key: key },
    },
    asService(organization),
  )

let minute = 0

/** One more delivery of a trigger, each for a scheduled time of its own. */
export async function runJob(
  api: Pick<TestApi, 'url'>,
  name: string,
): Promise<Record<string, unknown>> {
  minute += 1
  const scheduledTime = new Date(Date.UTC(2026, 10, 22, 10, minute)).toISOString()
  const response = await fetch(`${api.url}/cron/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-cron-secret': CRON_SECRET },
    body: JSON.stringify({ id: randomUUID(), name, scheduled_time: scheduledTime, payload: {} }),
  })
  const body = (await response.json()) as Record<string, unknown>
  if (!response.ok) throw new Error(`${name}: ${response.status} ${JSON.stringify(body)}`)
  return body
}
