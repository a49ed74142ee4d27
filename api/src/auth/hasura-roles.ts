import type { MembershipRole } from '../db/identity.ts'

/**
 * Membership role → role in Hasura, and what else its holder may act as. A client picks among the
 * allowed roles with the header x-hasura-role; without it the first one is used.
 */
export const ANONYMOUS_ROLE = 'anonymous'
export const SERVICE_ROLE = 'service'
export const PLATFORM_ADMIN_ROLE = 'platform_admin'

/** Not `admin`: to Hasura that role is above all permissions, in a token as with the admin secret. */
export const ORGANIZATION_ADMIN_ROLE = 'org_admin'

const hasuraRoles: Record<MembershipRole, readonly [string, ...string[]]> = {
  owner: ['owner', ORGANIZATION_ADMIN_ROLE, 'member'],
  admin: [ORGANIZATION_ADMIN_ROLE, 'member'],
  member: ['member'],
}

export function rolesOfMember(role: MembershipRole): readonly [string, ...string[]] {
  return hasuraRoles[role]
}
