const END_REASONS = ['user_ended', 'limit_reached', 'timeout', 'error', 'stale'] as const

/** A reason that this version does not know is told as an end without one. */
export function endReasonKey(reason: string | null): (typeof END_REASONS)[number] | 'unknown' {
  return END_REASONS.find((known) => known === reason) ?? 'unknown'
}
