import { newKey } from './desk.ts'
import type { Desk, Sql } from './desk.ts'

export interface Opened {
  outcome: string
  id: string | null
  status: string | null
  attempts: number | null
  unlocked_by_plan: string | null
}

export async function openPurchase(
  sql: Sql,
  organization: string,
  { packageId = 'topup_1000', key = newKey(), returnPath = null as string | null } = {},
): Promise<Opened> {
  const [row] = await sql<Opened[]>`
    select outcome, (purchase).id, (purchase).status, (purchase).checkout_attempts as attempts,
      unlocked_by_plan
    from private.open_credit_purchase(
      ${organization}, ${packageId}, ${returnPath}, null, '{"by": "test"}', ${key}
    )`
  return row!
}

export interface MoneyBack {
  id: string
  usd: string
  counts?: boolean
  status?: string
}

export interface State {
  payment?: string
  usd?: string
  currency?: string
  refunds?: MoneyBack[]
  disputes?: MoneyBack[]
  reason?: string
  /** That collects credits on account. */
  invoice?: string
}

export interface Applied {
  outcome: string
  status: string | null
  granted_credits: string | null
  withdrawn_credits: string | null
  available_credits: string
}

const listed = (all: MoneyBack[] = []) =>
  all.map(({ id, usd, counts = true, status = 'succeeded' }) => ({
    id,
    amount_usd: usd,
    currency: 'usd',
    status,
    counts,
    created_at: '2026-03-01T00:00:00Z',
  }))

/** Applies what Stripe is said to say, read at the version that stands unless told otherwise. */
export async function applyPurchase(
  { admin, api }: Desk,
  organization: string,
  purchase: string,
  state: State = {},
  version?: number,
): Promise<Applied> {
  const [standing] = await admin<{ version: number }[]>`
    select version from public.credit_purchases where id = ${purchase}`
  const [row] = await api<Applied[]>`
    select * from private.apply_stripe_purchase(
      ${organization}, ${purchase}, ${version ?? standing?.version ?? 0},
      ${JSON.stringify({
        payment: state.payment ?? 'paid',
        payment_intent_id: `pi_${purchase}`,
        charge_id: `ch_${purchase}`,
        amount_usd: state.usd ?? '5.00',
        currency: state.currency ?? 'usd',
        failure_reason: state.reason,
        invoice_id: state.invoice,
        refunds: listed(state.refunds),
        disputes: listed(state.disputes),
      })}::text::jsonb
    )`
  return row!
}

/** A purchase of 1,000 credits for 5 dollars that was paid; returns its id. */
export async function buy(desk: Desk, organization: string): Promise<string> {
  const { id } = await openPurchase(desk.api, organization)
  const applied = await applyPurchase(desk, organization, id!)
  if (applied.outcome !== 'applied') throw new Error(`not bought: ${applied.outcome}`)
  return id!
}

export async function purchaseOf({ admin }: Desk, purchase: string) {
  const [row] = await admin<
    {
      status: string
      withdrawn: string
      unrecovered: string
      refunded: string
      disputed: string
      version: number
      failure_reason: string | null
      grant_id: string | null
    }[]
  >`
    select status, withdrawn_credits as withdrawn, unrecovered_credits as unrecovered,
      refunded_usd as refunded, disputed_usd as disputed, version, failure_reason, grant_id
    from public.credit_purchases where id = ${purchase}`
  return row!
}

/** Work is refused from now on: the status, or a renewal that nobody paid in its time. */
export async function suspend(
  { admin }: Desk,
  organization: string,
  standing: string,
): Promise<void> {
  const isPastGrace = standing === 'past its grace'
  await admin`
    update public.org_plans
    set
      status = ${isPastGrace ? 'past_due' : standing},
      stripe_subscription_id = ${`sub_${organization}`},
      grace_ends_at = case when ${isPastGrace} then now() - interval '1 second' end
    where organization_id = ${organization}`
}
