import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'

/**
 * Period starts against an oracle that shares nothing with PostgreSQL: the calendar of JavaScript
 * (which knows only UTC) for the days, and Intl's own time zone data for the offsets.
 */
const MONTHS = 36
const ZONES = [
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
const ANCHORS = [1, 15, 28, 29, 30, 31]

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

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
function isDayStart(zone: string, at: number, midnight: number): boolean {
  const [shown, before] = [wallClock(zone, at), wallClock(zone, at - 60_000)]
  return shown === midnight || (shown > midnight && before < midnight)
}

function lastDay(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}

describe('next_period_start', () => {
  test.each(ZONES)(`${MONTHS} months in %s`, async (zone) => {
    for (const anchor of ANCHORS) {
      const rows = await desk.admin<{ start: Date }[]>`
        with recursive period as (
          select 1 as number,
            private.next_period_start(timestamp '2026-01-31 23:59:59' at time zone ${zone},
              ${anchor}::int, ${zone}) as start
          union all
          select number + 1, private.next_period_start(start, ${anchor}::int, ${zone})
          from period where number < ${MONTHS}
        )
        select start from period order by number`
      rows.forEach(({ start }, index) => {
        const [year, month] = [2026 + Math.floor((index + 1) / 12), (index + 1) % 12]
        const day = Math.min(anchor, lastDay(year, month))
        expect(
          isDayStart(zone, start.getTime(), Date.UTC(year, month, day)),
          `${zone} ${anchor} ${start.toISOString()}`,
        ).toBe(true)
      })
      expect(rows).toHaveLength(MONTHS)
    }
  })

  test('31 January is followed by 28 February and that by 31 March', async () => {
    const [row] = await desk.admin<{ february: Date; march: Date }[]>`
      select private.next_period_start('2026-01-31', 31, 'UTC') as february,
        private.next_period_start('2026-02-28', 31, 'UTC') as march`
    expect(row).toEqual({
      february: new Date('2026-02-28T00:00:00Z'),
      march: new Date('2026-03-31T00:00:00Z'),
    })
  })
})
