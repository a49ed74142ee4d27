import { createTestDatabase } from '../../local/src/testing/index.ts'
import type { TestDatabase } from '../../local/src/testing/index.ts'

export type Sql = ReturnType<TestDatabase['sql']>

/** A migrated database with the ways in which tests reach it. */
export interface Desk {
  database: TestDatabase
  /** As the superuser: to set up and to look. */
  admin: Sql
  /** As the role of the api: the only one through which tests move credits. */
  api: Sql
  close(): Promise<void>
}

export interface OrganizationOptions {
  /** Plan without limits, monthly credits or overdraft unless told otherwise. */
  plan?: 'lab' | 'free' | 'pro' | 'team'
  /** Promotional credits without expiry. */
  credits?: string
  overdraft?: string
}

/**
 * Opens a desk with the plan `lab`: every capability and level, no rate limits, no monthly credits
 * and no overdraft, so that a test has exactly the credits that it grants. `at` stops the clock.
 */
export async function openDesk({ at }: { at?: Date } = {}): Promise<Desk> {
  const database = await createTestDatabase({ migrated: true })
  if (at) await setDatabaseClock(database, at)
  const admin = database.sql({ max: 4 })
  const api = database.sql({ as: 'api', max: 10 })
  await admin`
    insert into public.plans
      (id, name, description, rank, price_usd_monthly, monthly_ai_credits, overdraft_credits, is_active)
    values ('lab', 'Lab', 'For tests.', 99, 0, 0, 0, false)`
  await admin`
    insert into public.plan_ai_capabilities (plan_id, capability_id)
    select 'lab', id from public.ai_capabilities`
  await admin`
    insert into public.plan_ai_capability_quality_levels (plan_id, capability_id, quality_level_id)
    select 'lab', capability.id, level.id
    from public.ai_capabilities as capability cross join public.quality_levels as level`
  await admin`
    insert into public.plan_quality_level_models
      (plan_id, capability_id, quality_level_id, preference, model_id, effective_from)
    select 'lab', capability_id, quality_level_id, preference, model_id, effective_from
    from public.plan_quality_level_models where plan_id = 'team'`
  return {
    database,
    admin,
    api,
    close: () => database.drop(),
  }
}

/** Stops the clock for every connection that is opened from now on. */
async function setDatabaseClock(database: TestDatabase, at: Date): Promise<void> {
  const name = new URL(database.url).pathname.slice(1)
  const sql = database.sql({ max: 1 })
  await sql.unsafe(`alter database "${name}" set purser.clock = '${at.toISOString()}'`)
}

let organizations = 0

/** A new organization with exactly these credits available; returns its id. */
export async function createOrganization(
  desk: Desk,
  { plan = 'lab', credits = '0', overdraft }: OrganizationOptions = {},
): Promise<string> {
  organizations += 1
  const slug = `organization-${process.pid}-${organizations}-${Math.random().toString(36).slice(2)}`
  const [created] = await desk.admin<{ id: string }[]>`
    insert into auth.organizations (name, slug) values (${slug}, ${slug}) returning id`
  const id = created!.id
  if (plan !== 'free') {
    await desk.api`select from private.set_organization_plan(${id}, ${plan}, null)`
  }
  if (overdraft !== undefined) await setOverdraft(desk, id, overdraft)
  if (Number(credits) > 0) await grant(desk, id, { amount: credits })
  return id
}

export async function setOverdraft(desk: Desk, organizationId: string, credits: string) {
  await desk.admin`
    update public.organization_credit_balances set overdraft_credits = ${credits}
    where organization_id = ${organizationId}`
}

/** A user who is a member of the organization; returns the id. */
export async function createMember(desk: Desk, organizationId: string): Promise<string> {
  const address = `${Math.random().toString(36).slice(2)}@example.test`
  const [user] = await desk.admin<{ id: string }[]>`
    insert into auth.users (name, email, email_verified) values ('Ada', ${address}, true)
    returning id`
  await desk.admin`
    insert into auth.members (organization_id, user_id, role)
    values (${organizationId}, ${user!.id}, 'member')`
  return user!.id
}

export interface GrantOptions {
  source?: string
  amount: string
  priority?: number
  expiresAt?: Date
  key?: string
}

export interface Granted {
  outcome: string
  grant_id: string
  transaction_id: string
  available_credits: string
}

export async function grant(
  { api }: { api: Sql },
  organizationId: string,
  { source = 'promo', amount, priority, expiresAt, key = newKey() }: GrantOptions,
): Promise<Granted> {
  const [row] = await api<Granted[]>`
    select * from private.grant_credits(
      ${organizationId}, ${source}, ${amount}, ${priority ?? null}, ${expiresAt ?? null},
      ${api.json({ by: 'test' })}, 'test', ${key}
    )`
  return row!
}

let keys = 0

export function newKey(): string {
  keys += 1
  return `key-${keys}`
}

export interface Balance {
  monthly: string
  bonus: string
  reserved: string
  debt: string
  posted: string
  available: string
  used: string
}

export async function balanceOf(desk: Desk, organizationId: string): Promise<Balance> {
  const [row] = await desk.admin<Balance[]>`
    select
      balance.monthly_credits as monthly, balance.bonus_credits as bonus,
      balance.reserved_credits as reserved, balance.debt_credits as debt,
      public.organization_credit_balances_posted_credits(balance) as posted,
      public.organization_credit_balances_available_credits(balance) as available,
      public.organization_credit_balances_used_this_period(balance) as used
    from public.organization_credit_balances as balance
    where balance.organization_id = ${organizationId}`
  return row!
}

export async function ledgerOf(desk: Desk, organizationId: string) {
  return desk.admin<
    { type: string; amount: string; after: string; grant_id: string | null; id: string }[]
  >`
    select type, amount_credits as amount, balance_after_credits as after, grant_id, id
    from public.credit_transactions
    where organization_id = ${organizationId}
    order by sequence`
}

/** What is wrong with the books, of all organizations unless one is named; empty when all is right. */
export async function brokenRules(desk: Desk, organizationId: string | null = null) {
  return desk.admin<{ invariant: string }[]>`
    select * from private.verify_ledger(${organizationId})`
}
