import { randomUUID } from 'node:crypto'
import type postgres from 'postgres'
import type { TestApi } from './api.ts'

export interface TestOrganization {
  id: string
  ownerId: string
}

/** An organization with an owner and a plan, made directly in the database. */
export async function createOrganization(
  sql: postgres.Sql,
  plan: 'free' | 'pro' | 'team' = 'team',
): Promise<TestOrganization> {
  const [id, ownerId] = [randomUUID(), randomUUID()]
  await sql.begin(async (tx) => {
    await tx`
      insert into auth.users (id, name, email, email_verified)
      values (${ownerId}, 'Owner', ${`${ownerId}@example.test`}, false)`
    await tx`insert into auth.organizations (id, name, slug) values (${id}, 'Test', ${id})`
    await tx`
      insert into auth.members (organization_id, user_id, role, created_at)
      values (${id}, ${ownerId}, 'owner', now())`
    await tx`select private.set_organization_plan(${id}, ${plan}, '{}')`
  })
  return { id, ownerId }
}

/** Leaves exactly this many credits available, by reserving the rest for a day. */
export async function leaveAvailable(
  api: TestApi,
  { id }: TestOrganization,
  credits: number,
): Promise<void> {
  const available = (await balanceOf(api.sql, id)).available
  const row = await api.deps.services.ledger.reserve({
    organizationId: id,
    userId: null,
    capability: 'question_generation',
    qualityLevel: 'fast',
    amountCredits: (available - credits).toFixed(2),
    idempotencyKey: randomUUID(),
    expiresInSeconds: 86_400,
    context: null,
  })
  if (row.outcome !== 'reserved') throw new Error(`not reserved: ${row.outcome}`)
}

export interface Balance {
  posted: number
  reserved: number
  available: number
}

export async function balanceOf(sql: postgres.Sql, organizationId: string): Promise<Balance> {
  const rows = await sql<Balance[]>`
    select
      (monthly_credits + bonus_credits - debt_credits)::float8 as posted,
      reserved_credits::float8 as reserved,
      (monthly_credits + bonus_credits - debt_credits - reserved_credits)::float8 as available
    from public.organization_credit_balances where organization_id = ${organizationId}`
  if (!rows[0]) throw new Error('no balance')
  return rows[0]
}

/** What must not change when a request is refused. */
export async function footprint(sql: postgres.Sql, organizationId: string): Promise<unknown> {
  const [row] = await sql`
    select
      (select count(*)::int from public.credit_reservations
        where organization_id = ${organizationId}) as reservations,
      (select count(*)::int from public.credit_transactions
        where organization_id = ${organizationId}) as transactions,
      (select reserved_credits::text from public.organization_credit_balances
        where organization_id = ${organizationId}) as reserved`
  return row
}

/** Every invariant of the ledger, for all organizations of the database. */
export async function brokenInvariants(sql: postgres.Sql): Promise<unknown[]> {
  return [...(await sql`select * from private.verify_ledger(null)`)]
}
