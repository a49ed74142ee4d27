import type { SessionAnswerFragment, SessionRowFragment } from '@/gql/member/graphql.ts'
import type { SessionFacts } from './session-timing.ts'

export const DIFFICULTIES = ['beginner', 'intermediate', 'advanced'] as const
export type Difficulty = (typeof DIFFICULTIES)[number]

/** A session as the page shows it, from whichever told of it last: the subscription or the answer to a heartbeat. */
export interface LiveSession extends SessionFacts {
  id: string
  topic: string | null
  difficulty: string | null
  isActive: boolean
  endReason: string | null
  startedAt: string
  endedAt: string | null
  usedMinutes: number
  boughtMinutes: number
  chargedCredits: number
}

export function sessionFromRow(row: SessionRowFragment): LiveSession {
  return { ...commonFacts(row), id: row.id ?? '' }
}

export function sessionFromAnswer(answer: SessionAnswerFragment): LiveSession {
  return { ...commonFacts(answer), id: answer.session_id }
}

function commonFacts(session: Omit<SessionRowFragment, 'id'> | SessionAnswerFragment) {
  return {
    topic: session.topic ?? null,
    difficulty: session.difficulty ?? null,
    isActive: session.status === 'active',
    endReason: session.end_reason ?? null,
    startedAt: session.started_at ?? '',
    endedAt: session.ended_at ?? null,
    lastHeartbeatAt: session.last_heartbeat_at ?? '',
    leaseExpiresAt: session.lease_expires_at ?? '',
    limitAt: session.limit_at ?? null,
    usedSeconds: session.used_seconds ?? 0,
    usedMinutes: session.used_minutes ?? 0,
    boughtMinutes: session.bought_minutes ?? 0,
    chargedCredits: session.charged_credits ?? 0,
  }
}

/** Which of two tellings is the later one. An end is final; answers and live rows may overtake each other. */
export function laterSession(known: LiveSession | null, told: LiveSession): LiveSession {
  if (!known) return told
  if (known.id !== told.id) return told.startedAt >= known.startedAt ? told : known
  if (known.isActive !== told.isActive) return known.isActive ? told : known
  return told.lastHeartbeatAt < known.lastHeartbeatAt ? known : told
}
