/**
 * A calendar that shares nothing with PostgreSQL: the dates of JavaScript (which know only UTC) for the
 * days, and Intl's own time zone data for the offsets.
 */
export const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'Europe/Lisbon',
  'America/New_York',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'America/Santiago',
  'America/Havana',
  'America/St_Johns',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Apia',
]

const formats = new Map<string, Intl.DateTimeFormat>()

/** What a wall clock of the zone shows at a moment, as if it were UTC. */
function wallClock(zone: string, at: number): number {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  formats.set(zone, format)
  const part = Object.fromEntries(
    format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
  )
  return Date.UTC(
    part['year']!,
    part['month']! - 1,
    part['day']!,
    part['hour']!,
    part['minute']!,
    part['second']!,
  )
}

/** Whether the day of the zone begins at this moment: midnight, or the end of a skipped one. */
export function isDayStart(zone: string, at: number, midnight: number): boolean {
  const [shown, before] = [wallClock(zone, at), wallClock(zone, at - 60_000)]
  return shown === midnight || (shown > midnight && before < midnight)
}

export function lastDay(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}

/** The day on which the n-th period begins, as midnight in UTC: the anchor, or the month's last day. */
export function startDay(year: number, month: number, anchor: number): number {
  return Date.UTC(year, month, Math.min(anchor, lastDay(year, month)))
}
