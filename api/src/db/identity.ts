import type { Database } from './client.ts'

export type MembershipRole = 'owner' | 'admin' | 'member'

/** The role of a user in an organization at this moment, or null. */
export async function membershipRole(
  sql: Database,
  organizationId: string,
  userId: string,
): Promise<MembershipRole | null> {
  const rows = await sql<{ role: MembershipRole }[]>`
    select role from auth.members
    where organization_id = ${organizationId}::uuid and user_id = ${userId}::uuid`
  return rows[0]?.role ?? null
}

/**
 * The organization that a new session starts with: the one that the user's latest session had, if
 * the membership still stands, else the one joined first, else none.
 */
export async function startingOrganization(sql: Database, userId: string): Promise<string | null> {
  const rows = await sql<{ organization_id: string }[]>`
    select members.organization_id
    from auth.members
    left join lateral (
      select max(sessions.updated_at) as used_at
      from auth.sessions
      where sessions.user_id = members.user_id
        and sessions.active_organization_id = members.organization_id
    ) as latest on true
    where members.user_id = ${userId}::uuid
    order by latest.used_at desc nulls last, members.created_at, members.id
    limit 1`
  return rows[0]?.organization_id ?? null
}

export async function hasOpenInvitation(sql: Database, email: string): Promise<boolean> {
  const rows = await sql`
    select from auth.invitations
    where email = lower(${email}) and status = 'pending' and expires_at > now()
    limit 1`
  return rows.count > 0
}

export interface FirstOrganization {
  userId: string
  name: string
  slug: string
}

/** Organization, ownership and the choice of it in the user's sessions: one statement, all or nothing. */
export async function createFirstOrganization(
  sql: Database,
  { userId, name, slug }: FirstOrganization,
): Promise<string> {
  const rows = await sql<{ id: string }[]>`
    with organization as (
      insert into auth.organizations (name, slug, created_at)
      values (${name}, ${slug}, now())
      returning id
    ), ownership as (
      insert into auth.members (organization_id, user_id, role, created_at)
      select organization.id, ${userId}::uuid, 'owner', now() from organization
    ), choice as (
      update auth.sessions
      set active_organization_id = organization.id
      from organization
      where sessions.user_id = ${userId}::uuid and sessions.active_organization_id is null
    )
    select id from organization`
  if (!rows[0]) throw new Error('the organization was not created')
  return rows[0].id
}
