import { z } from 'zod'
import { AppError } from '../errors.ts'

/**
 * Who calls, as Hasura verified it. The organization and the user always come from here, never from
 * the input: a caller cannot name another organization.
 */
export interface ActionSession {
  role: string
  organizationId: string | null
  userId: string | null
}

/** Hasura sends lower-case names and string values. */
const sessionVariables = z.object({
  'x-hasura-role': z.string(),
  'x-hasura-org-id': z.uuid().nullish(),
  'x-hasura-user-id': z.uuid().nullish(),
})

export function readSession(variables: unknown): ActionSession {
  const parsed = sessionVariables.safeParse(variables)
  if (!parsed.success) {
    throw new AppError(
      'not_allowed',
      { rule: 'session' },
      { message: 'The session is not usable.' },
    )
  }
  return {
    role: parsed.data['x-hasura-role'],
    organizationId: parsed.data['x-hasura-org-id'] ?? null,
    userId: parsed.data['x-hasura-user-id'] ?? null,
  }
}

export function requireOrganization(session: ActionSession): string {
  if (session.organizationId) return session.organizationId
  throw new AppError(
    'not_allowed',
    { rule: 'organization_required' },
    { message: 'Choose an organization first.' },
  )
}

export function requireUser(session: ActionSession): string {
  if (session.userId) return session.userId
  throw new AppError('not_allowed', { rule: 'user_required' }, { message: 'Sign in as a user.' })
}

const MAY_ASK_ABOUT_OTHERS = new Set(['owner', 'org_admin', 'service'])

/** Whom a question is about: oneself, unless somebody asks who may ask about others. */
export function aboutUser(session: ActionSession, userId: string | null): string | null {
  if (userId === null || userId === session.userId) return session.userId
  if (MAY_ASK_ABOUT_OTHERS.has(session.role)) return userId
  throw new AppError(
    'not_allowed',
    { rule: 'other_user' },
    { message: 'Only owners and admins may ask about other members.' },
  )
}
