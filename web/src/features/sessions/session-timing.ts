/** What the server says of a running session, all by its own clock. */
export interface SessionFacts {
  usedSeconds: number
  lastHeartbeatAt: string
  /** Until when the last heartbeat promises use. */
  leaseExpiresAt: string
  /** When the minutes end if they are used without a pause; null when they do not. */
  limitAt: string | null
}

export interface SessionTiming {
  usedSeconds: number
  /** null: not limited. */
  secondsLeft: number | null
  /** What ends it then: no more minutes, or an invoice that is not paid by then. */
  endsBy: 'minutes' | 'suspension'
  /** The lease is over and no heartbeat has come through: time does not count at the moment. */
  isPaused: boolean
}

const SECOND_MILLISECONDS = 1_000
export const WARNING_SECONDS = 300
export const LAST_WARNING_SECONDS = 60

/**
 * The timer between two heartbeats. It goes by the difference of server times and by how long ago they arrived here, so
 * a wrong clock on this device shows nothing wrong; and it stops where the server stops counting.
 */
export function sessionTiming(
  facts: SessionFacts,
  millisecondsSinceArrival: number,
  suspensionAt: string | null,
): SessionTiming {
  const heartbeat = Date.parse(facts.lastHeartbeatAt)
  const lease = Date.parse(facts.leaseExpiresAt) - heartbeat
  const counted = Math.floor(
    Math.max(0, Math.min(millisecondsSinceArrival, lease)) / SECOND_MILLISECONDS,
  )
  const ofMinutes = facts.limitAt === null ? null : secondsUntil(facts.limitAt, heartbeat) - counted
  // A suspension waits for nobody: its time goes on where that of minutes stops.
  const ofSuspension =
    suspensionAt === null ? null : secondsUntil(suspensionAt, heartbeat + millisecondsSinceArrival)
  // Days before, it is no matter of this session; the notice on every page tells of it.
  const isSuspensionNext =
    ofSuspension !== null &&
    ofSuspension <= WARNING_SECONDS &&
    (ofMinutes === null || ofSuspension <= ofMinutes)
  const left = isSuspensionNext ? ofSuspension : ofMinutes
  return {
    usedSeconds: facts.usedSeconds + counted,
    secondsLeft: left === null ? null : Math.max(0, left),
    endsBy: isSuspensionNext ? 'suspension' : 'minutes',
    isPaused: millisecondsSinceArrival > lease,
  }
}

/** Sessions end at whole seconds: at the beginning of the one in which the time is over. */
function secondsUntil(iso: string, from: number): number {
  const end = Math.floor(Date.parse(iso) / SECOND_MILLISECONDS) * SECOND_MILLISECONDS
  return Math.ceil((end - from) / SECOND_MILLISECONDS)
}

/** Minutes and seconds as a clock shows them: 0:07, 12:34, 1:02:03. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const twoDigits = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  const hours = Math.floor(minutes / 60)
  const rest = twoDigits(whole % 60)
  return hours > 0 ? `${hours}:${twoDigits(minutes % 60)}:${rest}` : `${minutes}:${rest}`
}

export type TimeWarning = 'none' | 'soon' | 'last'

/** At five minutes and again at one: said once each, not every second. */
export function timeWarning(secondsLeft: number | null): TimeWarning {
  if (secondsLeft === null || secondsLeft > WARNING_SECONDS) return 'none'
  return secondsLeft > LAST_WARNING_SECONDS ? 'soon' : 'last'
}
