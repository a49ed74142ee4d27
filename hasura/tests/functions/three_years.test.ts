import { afterAll, beforeAll, expect, test } from 'vitest'
import { isDayStart, startDay, ZONES } from '../support/calendar.ts'
import { brokenRules, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { clockedAt, foundOrganization, resetPeriods } from '../support/jobs.ts'
import { setClock } from '../support/operations.ts'

/**
 * Three years of the job, once a day as far as it matters, for organizations whose periods begin at the
 * end of the month in every zone: each period is begun once, on the day that the calendar says, and its
 * credits come and expire.
 */
const MONTHS = 36
const ANCHORS = [28, 29, 30, 31]
const FIRST = '2026-01-27T00:00:00Z'

let desk: Desk
let sql: Sql
beforeAll(async () => {
  desk = await openDesk({ at: new Date(FIRST) })
  sql = await clockedAt(desk, FIRST)
})
afterAll(() => desk.close())

interface Player {
  id: string
  zone: string
  anchor: number
}

/** Its first period ends with the next start after its foundation, in its zone. */
async function found(zone: string, anchor: number): Promise<Player> {
  const id = await foundOrganization(sql, { plan: 'pro' })
  await sql`
    with ending as (
      select private.next_period_start(period_start, ${anchor}, ${zone}) as at
      from public.org_plans where organization_id = ${id}
    ), planned as (
      update public.org_plans
      set time_zone = ${zone}, anchor_day = ${anchor}, period_end = ending.at
      from ending where organization_id = ${id}
    ), lots as (
      update public.credit_grants set expires_at = ending.at
      from ending where organization_id = ${id}
    )
    update public.organization_credit_balances
    set period_end = ending.at, next_grant_expires_at = ending.at
    from ending where organization_id = ${id}`
  return { id, zone, anchor }
}

test(`${MONTHS} months of ${ZONES.length} zones: no period is skipped or begun twice`, async () => {
  const players: Player[] = []
  for (const zone of ZONES) for (const anchor of ANCHORS) players.push(await found(zone, anchor))
  for (let month = 0; month <= MONTHS; month += 1) {
    for (const day of [27, 28, 29, 30, 31, 32, 33]) {
      await setClock(sql, new Date(Date.UTC(2026, month, day, 6)))
      expect(await resetPeriods(sql)).toMatchObject({ failed: 0, remaining: false })
    }
  }
  for (const { id, zone, anchor } of players) {
    const begun = await desk.admin<{ at: Date; end: Date; type: string }[]>`
      select lot.effective_at as at, lot.expires_at as end, entry.type
      from public.credit_grants as lot
      join public.credit_transactions as entry on entry.id = lot.transaction_id
      where lot.organization_id = ${id} and lot.source = 'plan' and entry.type = 'plan_allocation'
        and lot.granted_credits = 500
      order by lot.effective_at`
    const starts = begun.map(({ at }) => at.getTime())
    const name = `${zone} ${anchor}`
    const first = starts[0]!
    const base = isDayStart(zone, first, startDay(2026, 0, anchor)) ? 0 : 1
    starts.forEach((start, index) => {
      const midnight = startDay(2026, base + index, anchor)
      expect(isDayStart(zone, start, midnight), `${name} ${new Date(start).toISOString()}`).toBe(
        true,
      )
    })
    expect(starts.length, name).toBeGreaterThanOrEqual(MONTHS)
    // Each ends where the next begins, and is closed by then.
    expect(begun.slice(0, -1).map(({ end }) => end.getTime())).toEqual(starts.slice(1))
  }
  expect(await brokenRules(desk)).toEqual([])
}, 60_000)
