import type { SessionAllowance } from './use-session-allowance.ts'

const END_REASONS = ['user_ended', 'limit_reached', 'timeout', 'error', 'stale'] as const

/** A reason that this version does not know is told as an end without one. */
export function endReasonKey(reason: string | null): (typeof END_REASONS)[number] | 'unknown' {
  return END_REASONS.find((known) => known === reason) ?? 'unknown'
}

export type EndCause = ReturnType<typeof endReasonKey> | 'suspended'

/**
 * Why a session ended, as far as it can be told; null is not, or not yet. `limit_reached` is also the end of a session
 * whose organization was suspended, and only what a start would be told now tells that from minutes that are used up.
 *
 * @param allowance may still be the one of before the end, which names the session as running.
 */
export function endCause(
  session: { id: string; endReason: string | null },
  allowance: Pick<SessionAllowance, 'reason' | 'active_session_id' | 'remaining_minutes'> | null,
): EndCause | null {
  const reason = endReasonKey(session.endReason)
  if (reason !== 'limit_reached') return reason
  if (!allowance || allowance.active_session_id === session.id) return null
  if (allowance.reason === 'subscription_inactive') return 'suspended'
  return allowance.remaining_minutes === 0 ? reason : null
}
