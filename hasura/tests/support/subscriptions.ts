import type { Desk, Sql } from './desk.ts'

export interface PaidLine {
  organization: string
  line: string
  invoice?: string
  subscription?: string
  plan?: string
  kind?: 'period' | 'trial' | 'change'
  from: string
  to: string
  amount?: string
}

export interface AppliedLine {
  outcome: string
  replayed: boolean
  granted_credits: string
  available_credits: string
}

/** A line of a paid invoice, as the api hands it over. */
export async function payLine(
  sql: Sql,
  {
    organization,
    line,
    invoice = `in_${line}`,
    subscription = `sub_${organization}`,
    plan = 'pro',
    kind = 'period',
    from,
    to,
    amount = '29',
  }: PaidLine,
): Promise<AppliedLine> {
  const [row] = await sql<AppliedLine[]>`
    select * from private.apply_paid_invoice_line(
      ${organization}, ${`${organization}_${line}`}, ${invoice}, ${subscription}, ${plan}, ${kind},
      ${from}, ${to}, ${amount}
    )`
  return row!
}

export interface CopiedSubscription {
  subscription?: string
  status?: string
  plan?: string
  cancelAt?: string | null
  trialEndsAt?: string | null
  revision?: number
}

/** The state of a subscription, as the api copies it; the revision is read before unless told. */
export async function copySubscription(
  sql: Sql,
  organization: string,
  {
    subscription = `sub_${organization}`,
    status = 'active',
    plan = 'pro',
    cancelAt = null,
    trialEndsAt = null,
    revision,
  }: CopiedSubscription = {},
): Promise<string> {
  const [row] = await sql<{ outcome: string }[]>`
    select private.copy_subscription(
      ${organization}, ${subscription},
      coalesce(${revision ?? null}::bigint, (
        select subscription_revision from public.org_plans where organization_id = ${organization}
      )),
      ${status}, ${plan}, ${cancelAt}, ${trialEndsAt}
    ) as outcome`
  return row!.outcome
}

export async function billedPlanOf(sql: Sql, organization: string) {
  const [row] = await sql<
    {
      plan_id: string
      status: string
      period_start: Date
      period_end: Date
      pending_plan_id: string | null
      pending_change_at: Date | null
      is_billed: boolean
      grace_ends_at: Date | null
      granted: string
      anchor_day: number
      trial_ends_at: Date | null
    }[]
  >`
    select plan_id, status, period_start, period_end, pending_plan_id, pending_change_at, is_billed,
      grace_ends_at, period_granted_credits as granted, anchor_day, trial_ends_at
    from public.org_plans where organization_id = ${organization}`
  return row!
}

/** The ledger of an organization as "type amount", in order, from the row after the first `skip`. */
export async function entriesOf(desk: Desk, organization: string, skip = 0): Promise<string[]> {
  const rows = await desk.admin<{ entry: string }[]>`
    select type || ' ' || amount_credits as entry from public.credit_transactions
    where organization_id = ${organization} order by sequence offset ${skip}`
  return rows.map(({ entry }) => entry)
}
