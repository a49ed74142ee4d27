import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isDayStart, startDay, ZONES } from '../support/calendar.ts'
import { openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'

/** Period starts against a calendar that shares nothing with PostgreSQL. */
const MONTHS = 36
const ANCHORS = [1, 15, 28, 29, 30, 31]

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

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
        expect(
          isDayStart(zone, start.getTime(), startDay(year, month, anchor)),
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
