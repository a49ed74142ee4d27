import type { Database } from './client.ts'

/** What only the seeding of demo users needs from the database. */
export async function findUserId(sql: Database, email: string): Promise<string | null> {
  const rows = await sql<{ id: string }[]>`select id from auth.users where email = ${email}`
  return rows[0]?.id ?? null
}

/** The organization that a user joined first, with its plan. */
export async function firstMembership(
  sql: Database,
  userId: string,
): Promise<{ organizationId: string; role: string; plan: string }> {
  const rows = await sql<{ organizationId: string; role: string; plan: string }[]>`
    select members.organization_id as "organizationId", members.role, org_plans.plan_id as plan
    from auth.members
    join public.org_plans on org_plans.organization_id = members.organization_id
    where members.user_id = ${userId}::uuid
    order by members.created_at, members.id
    limit 1`
  if (!rows[0]) throw new Error('a demo user without an organization')
  return rows[0]
}

export async function renameOrganization(
  sql: Database,
  organizationId: string,
  name: string,
): Promise<void> {
  await sql`
    update auth.organizations set name = ${name}
    where id = ${organizationId}::uuid and name <> ${name}`
}

export async function makePlatformAdmin(sql: Database, userId: string): Promise<void> {
  await sql`
    update auth.users set platform_admin = true
    where id = ${userId}::uuid and not platform_admin`
}

export async function setPlan(sql: Database, organizationId: string, plan: string): Promise<void> {
  const actor = JSON.stringify({ type: 'system', name: 'seed-demo' })
  const rows = await sql<{ outcome: string }[]>`
    select outcome
    from private.set_organization_plan(${organizationId}::uuid, ${plan}::text, ${actor}::text::jsonb)`
  const outcome = rows[0]?.outcome
  if (outcome !== 'changed' && outcome !== 'unchanged') {
    throw new Error(`the plan ${plan} was not set: ${outcome}`)
  }
}
