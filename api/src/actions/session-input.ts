import { z } from 'zod'
import type { SessionReference } from '../db/sessions.ts'
import { requireOrganization, requireUser, type ActionSession } from './session.ts'

export const sessionId = z.uuid({ error: 'uuid' })

const SERVICE = ['service']
const MANAGERS = [...SERVICE, 'owner', 'org_admin']

/** A live session that the caller keeps alive: their own; a service keeps any of its organization. */
export const ownSession = (session: ActionSession, id: string) => referenceTo(session, id, SERVICE)

/** A live session that the caller may look at and end: managers any of their organization. */
export const visibleSession = (session: ActionSession, id: string) =>
  referenceTo(session, id, MANAGERS)

function referenceTo(session: ActionSession, id: string, forAll: string[]): SessionReference {
  return {
    organizationId: requireOrganization(session),
    sessionId: id,
    userId: forAll.includes(session.role) ? null : requireUser(session),
  }
}
