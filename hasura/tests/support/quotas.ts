import { newKey } from './desk.ts'
import type { Desk, Sql } from './desk.ts'
import { usageReports } from './operations.ts'
import type { Usage } from './operations.ts'

export interface Use {
  organization: string
  user?: string | null
  meter?: string
  amount?: string
  key?: string
  eventAt?: Date
  metadata?: Record<string, string>
}

/** The limit that was closest, as answers tell it. */
export interface Decision {
  limit: number | null
  used: number
  held: number
  remaining: number | null
  level: string
  period: string
  resets_at: string | null
  warning: number | null
  over_limit: boolean
  source: Record<string, unknown>
}

export interface UseRow {
  item: number
  outcome: string
  usage_id: string | null
  amount: string
  decision: Decision
}

/** One call of private.consume_quota with one item a use. */
export async function consume(sql: Sql, ...uses: Use[]): Promise<UseRow[]> {
  return sql<UseRow[]>`
    select * from private.consume_quota(
      ${uses.map(({ organization }) => organization)}::uuid[],
      ${uses.map(({ user }) => user ?? null)}::uuid[],
      ${uses.map(({ meter }) => meter ?? 'letters')}::text[],
      ${uses.map(({ amount }) => amount ?? '1')}::numeric[],
      ${uses.map(({ key }) => key ?? newKey())}::text[],
      ${uses.map(({ metadata }) => (metadata ? JSON.stringify(metadata) : null))}::text[]::jsonb[]
    )`
}

/** One call of private.record_usage with one item a use. */
export async function record(sql: Sql, ...uses: Use[]): Promise<UseRow[]> {
  return sql<UseRow[]>`
    select * from private.record_usage(
      ${uses.map(({ organization }) => organization)}::uuid[],
      ${uses.map(({ user }) => user ?? null)}::uuid[],
      ${uses.map(({ meter }) => meter ?? 'letters')}::text[],
      ${uses.map(({ amount }) => amount ?? '1')}::numeric[],
      ${uses.map(({ key }) => key ?? newKey())}::text[],
      ${uses.map(({ eventAt }) => eventAt?.toISOString() ?? null)}::text[]::timestamptz[],
      ${uses.map(({ metadata }) => (metadata ? JSON.stringify(metadata) : null))}::text[]::jsonb[]
    )`
}

export interface Limit {
  plan?: string
  meter?: string
  period?: 'day' | 'month' | 'none'
  scope?: 'organization' | 'user'
  limit: string | null
  isHard?: boolean
  burst?: string
  graceSeconds?: number
}

/** What a plan includes of a meter, `lab` unless told otherwise; the last one set counts. */
export async function setLimit(desk: Desk, limit: Limit): Promise<void> {
  const { plan = 'lab', meter = 'letters', period = 'month', scope = 'organization' } = limit
  await desk.admin`
    insert into public.plan_meter_limits
      (plan_id, meter_id, period, scope, limit_amount, is_hard, burst_amount, grace_period_seconds)
    values (
      ${plan}, ${meter}, ${period}, ${scope}, ${limit.limit}, ${limit.isHard ?? true},
      ${limit.burst ?? '0'}, ${limit.graceSeconds ?? 0}
    )
    on conflict (plan_id, meter_id, period) do update
      set
        scope = excluded.scope, limit_amount = excluded.limit_amount, is_hard = excluded.is_hard,
        burst_amount = excluded.burst_amount,
        grace_period_seconds = excluded.grace_period_seconds`
}

export async function setCap(
  desk: Pick<Desk, 'admin'>,
  organization: string,
  user: string,
  {
    meter = 'letters',
    limit,
    period = 'month',
  }: { meter?: string; limit: string; period?: string },
): Promise<void> {
  await desk.admin`
    insert into public.member_caps (organization_id, user_id, meter_id, period, limit_amount)
    values (${organization}, ${user}, ${meter}, ${period}, ${limit})
    on conflict (organization_id, user_id, meter_id, period) do update
      set limit_amount = excluded.limit_amount`
}

/** Until a connection to the database waits for a lock. */
export async function untilBlocked({ admin }: Pick<Desk, 'admin'>): Promise<void> {
  for (;;) {
    const [waiting] = await admin`
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    if (waiting) return
  }
}

export interface Override {
  user?: string
  meter?: string
  period?: string
  limit: string | null
  expiresAt?: Date
  reason?: string
}

export async function setOverride(
  desk: Desk,
  organization: string,
  { user, meter = 'letters', period, limit, expiresAt, reason = 'for a test' }: Override,
): Promise<{ outcome: string; override_id: string }> {
  const [row] = await desk.api<{ outcome: string; override_id: string }[]>`
    select * from private.set_quota_override(
      ${organization}, ${user ?? null}, ${meter}, ${period ?? null}, ${limit},
      ${expiresAt ?? null}, ${reason}, ${desk.api.json({ by: 'test' })}
    )`
  return row!
}

/** used + held of a counter of the organization, or of a user. */
export async function counterOf(
  desk: Desk,
  organization: string,
  {
    meter = 'letters',
    user,
    period = 'month',
  }: { meter?: string; user?: string; period?: string } = {},
): Promise<{ used: number; held: number }> {
  const [row] = await desk.admin<{ used: number; held: number }[]>`
    select used_amount::float8 as used, held_amount::float8 as held from public.quota_usages
    where organization_id = ${organization} and meter_id = ${meter} and period = ${period}
      and user_id = ${user ?? '00000000-0000-0000-0000-000000000000'}
    order by period_start desc limit 1`
  return row ?? { used: 0, held: 0 }
}

/** What is wrong with the books of usage, of all organizations unless one is named. */
export async function brokenUsage(desk: Desk, organization: string | null = null) {
  return desk.admin<{ invariant: string }[]>`select * from private.verify_usage(${organization})`
}

export interface QuotaLine {
  meter: string
  amount: string
}

export interface HoldRequest {
  organization: string
  user?: string | null
  amount?: string
  key?: string
  seconds?: number
  quotas: QuotaLine[]
}

export interface HoldRow {
  outcome: string
  reservation_id: string
  available_credits: string
  decision: (Decision & { meter: string }) | null
}

/** One call of private.reserve_credits_with_quotas with one item a request. */
export async function reserveWithQuotas(sql: Sql, ...holds: HoldRequest[]): Promise<HoldRow[]> {
  return sql<HoldRow[]>`
    select outcome, reservation_id, available_credits, decision
    from private.reserve_credits_with_quotas(
      ${holds.map(({ organization }) => organization)}::uuid[],
      ${holds.map(({ user }) => user ?? null)}::uuid[],
      ${holds.map(() => 'question_generation')}::text[],
      ${holds.map(() => 'fast')}::text[],
      ${holds.map(({ amount }) => amount ?? '1')}::numeric[],
      ${holds.map(({ key }) => key ?? newKey())}::text[],
      ${holds.map(({ seconds }) => seconds ?? null)}::int[],
      ${holds.map(() => null)}::jsonb[],
      ${holds.map(({ quotas }) => JSON.stringify(quotas))}::text[]::jsonb[]
    )
    order by item`
}

export interface SettleRequest {
  organization: string
  reservation: string
  amount?: string
  usage?: Usage
  quotas: QuotaLine[]
}

/** One call of private.settle_credits_with_quotas with one item a request. */
export async function settleWithQuotas(sql: Sql, ...items: SettleRequest[]) {
  return sql<{ outcome: string; status: string; charged_credits: string }[]>`
    select outcome, status, charged_credits
    from private.settle_credits_with_quotas(
      ${items.map(({ organization }) => organization)}::uuid[],
      ${items.map(({ reservation }) => reservation)}::uuid[],
      ${items.map(({ amount }) => amount ?? null)}::numeric[],
      ${usageReports(sql, items)},
      ${items.map(() => null)}::jsonb[],
      ${items.map(({ quotas }) => JSON.stringify(quotas))}::text[]::jsonb[]
    )
    order by item`
}
