import type { Desk, Sql } from './desk.ts'
import { setClock } from './operations.ts'

const FIRST_ORGANIZATION = '00000000-0000-0000-0000-000000000000'

/** A superuser's connection of its own whose clock stands still at this time. */
export async function clockedAt(desk: Desk, at: string): Promise<Sql> {
  const sql = desk.database.sql({ max: 1 })
  await setClock(sql, new Date(at))
  return sql
}

let made = 0

/** An organization that is founded at the time of the connection. */
export async function foundOrganization(
  sql: Sql,
  { plan = 'team', timeZone = 'UTC' }: { plan?: string; timeZone?: string } = {},
): Promise<string> {
  made += 1
  const slug = `founded-${made}-${Math.random().toString(36).slice(2)}`
  const [organization] = await sql<{ id: string }[]>`
    insert into auth.organizations (name, slug) values (${slug}, ${slug}) returning id`
  const id = organization!.id
  await sql`
    update public.org_plans
    set time_zone = ${timeZone},
      anchor_day = extract(day from period_start at time zone ${timeZone}),
      period_end = private.next_period_start(
        period_start, extract(day from period_start at time zone ${timeZone})::int, ${timeZone})
    where organization_id = ${id}`
  await sql`
    update public.organization_credit_balances as balance
    set period_end = subscription.period_end, next_grant_expires_at = subscription.period_end
    from public.org_plans as subscription
    where balance.organization_id = ${id} and subscription.organization_id = ${id}`
  await sql`
    update public.credit_grants set expires_at = subscription.period_end
    from public.org_plans as subscription
    where credit_grants.organization_id = ${id} and subscription.organization_id = ${id}`
  if (plan !== 'free') await sql`select private.set_organization_plan(${id}, ${plan}, null)`
  return id
}

export interface JobResult {
  processed: number
  failed: number
  remaining: boolean
  periods?: number
  grants?: number
}

/** One call of the job; whole runs pass on where the last call ended. */
export async function resetPeriods(sql: Sql, limit = 1000): Promise<JobResult> {
  const [row] = await sql<JobResult[]>`
    select processed, failed, remaining, periods
    from private.reset_periods(${limit}, '-infinity', ${FIRST_ORGANIZATION})`
  return row!
}

export async function expireGrants(sql: Sql, limit = 1000): Promise<JobResult> {
  const [row] = await sql<JobResult[]>`
    select processed, failed, remaining, grants
    from private.expire_grants(${limit}, '-infinity', ${FIRST_ORGANIZATION})`
  return row!
}

export interface Refunded {
  outcome: string
  grant_id: string | null
  transaction_id: string | null
  refunded_credits: string
  refundable_credits: string
  available_credits: string
}

export async function refund(
  sql: Sql,
  transaction: string,
  { amount = null, key = `refund-${Math.random()}` }: { amount?: string | null; key?: string } = {},
): Promise<Refunded> {
  const [row] = await sql<Refunded[]>`
    select * from private.refund_transaction(
      ${transaction}, ${amount}, ${sql.json({ by: 'test' })}, 'test', ${key}
    )`
  return row!
}

export async function subscriptionOf(sql: Sql, organization: string) {
  const [row] = await sql<
    {
      plan_id: string
      status: string
      period_start: Date
      period_end: Date
      pending: Date | null
    }[]
  >`
    select plan_id, status, period_start, period_end, pending_change_at as pending
    from public.org_plans where organization_id = ${organization}`
  return row!
}
