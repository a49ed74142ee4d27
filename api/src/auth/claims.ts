import type { MembershipRole } from '../db/identity.ts'
import { ANONYMOUS_ROLE, PLATFORM_ADMIN_ROLE, rolesOfMember, SERVICE_ROLE } from './hasura-roles.ts'

export const CLAIMS_NAMESPACE = 'https://hasura.io/jwt/claims'
export const TOKEN_AUDIENCE = 'hasura'
export const TOKEN_LIFETIME_SECONDS = 15 * 60
/** As better-auth wants it. */
export const TOKEN_LIFETIME = `${TOKEN_LIFETIME_SECONDS}s`

/** Hasura wants strings for every claim of its own but the list of roles. */
export interface HasuraClaims {
  'x-hasura-default-role': string
  'x-hasura-allowed-roles': string[]
  'x-hasura-user-id'?: string
  'x-hasura-org-id'?: string
}

export interface TokenHolder {
  userId: string
  platformAdmin: boolean
  /** null: no active organization, or not a member of it (any more). */
  membership: { organizationId: string; role: MembershipRole } | null
}

export function claimsOfUser({ userId, platformAdmin, membership }: TokenHolder): HasuraClaims {
  const roles = [
    ...(platformAdmin ? [PLATFORM_ADMIN_ROLE] : []),
    ...(membership ? rolesOfMember(membership.role) : []),
  ]
  const allowed = roles.length > 0 ? roles : [ANONYMOUS_ROLE]
  return {
    'x-hasura-default-role': allowed[0] ?? ANONYMOUS_ROLE,
    'x-hasura-allowed-roles': allowed,
    'x-hasura-user-id': userId,
    ...(membership && { 'x-hasura-org-id': membership.organizationId }),
  }
}

export function claimsOfService(organizationId: string): HasuraClaims {
  return {
    'x-hasura-default-role': SERVICE_ROLE,
    'x-hasura-allowed-roles': [SERVICE_ROLE],
    'x-hasura-org-id': organizationId,
  }
}
