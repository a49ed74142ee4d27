import type { MembershipRole } from '../db/identity.ts'

/**
 * Membership role → role in Hasura, and what else its holder may act as. A client picks among the
 * allowed roles with the header x-hasura-role; without it the first one is used.
 */
export const ANONYMOUS_ROLE = 'anonymous'
export const SERVICE_ROLE = 'service'
export const PLATFORM_ADMIN_ROLE = 'platform_admin'

const hasuraRoles: Record<MembershipRole, readonly [string, ...string[]]> = {
  owner: ['owner', 'admin', 'member'],
  admin: ['admin', 'member'],
  member: ['member'],
}

export function rolesOfMember(role: MembershipRole): readonly [string, ...string[]] {
  return hasuraRoles[role]
}
