import { afterAll, beforeAll, expect, test } from 'vitest'
import { openClock } from '../support/clock.ts'
import type { ClockedSql } from '../support/clock.ts'
import { createMember, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { brokenUsage, consume, record, reserveWithQuotas, setLimit } from '../support/quotas.ts'

let desk: Desk
let clock: ClockedSql

beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-03-01T00:00:00Z') })
  clock = await openClock(desk, '2026-03-10T12:00')
  await setLimit(desk, { limit: '100' })
  await setLimit(desk, { meter: 'storage_bytes', period: 'none', limit: '1000' })
})
afterAll(() => desk.close())

async function statisticsOf(meter: string, days: number) {
  const [row] = await clock.sql`
    select organizations::int, total_amount::float8 as total, largest_amount::float8 as largest
    from public.aggregate_statistics(${days}) where meter_id = ${meter}`
  return row
}

/** The same from the ledger, which is what there is. */
async function fromLedger(meter: string, days: number) {
  const [row] = await desk.admin`
    select count(*)::int as organizations, coalesce(sum(amount), 0)::float8 as total,
      coalesce(max(amount), 0)::float8 as largest
    from (
      select organization_id, sum(amount) as amount from public.usage_ledger
      where meter_id = ${meter}
        and day > '2026-03-12'::date - ${days}::int
      group by 1
    ) as used`
  return row
}

test('use of members is told once for each organization, of levels and flows, by day', async () => {
  const first = await createOrganization(desk, { credits: '50' })
  const second = await createOrganization(desk, { credits: '50' })
  const onlyHolds = await createOrganization(desk, { credits: '50' })
  const [one, two] = [await createMember(desk, first), await createMember(desk, first)]
  for (const day of ['2026-03-10', '2026-03-11', '2026-03-12']) {
    await clock.setTo(`${day}T12:00`)
    await consume(
      clock.sql,
      { organization: first, user: one, amount: '3' },
      { organization: first, user: two, amount: '4' },
      { organization: first, amount: '5' },
      { organization: second, amount: '2' },
    )
    await record(
      clock.sql,
      { organization: first, user: one, meter: 'storage_bytes', amount: '20' },
      { organization: first, user: two, meter: 'storage_bytes', amount: '10' },
      { organization: first, user: one, meter: 'storage_bytes', amount: '-5' },
    )
  }
  await reserveWithQuotas(clock.sql, {
    organization: onlyHolds,
    quotas: [{ meter: 'letters', amount: '9' }],
  })

  expect(await statisticsOf('letters', 3)).toEqual({ organizations: 2, total: 42, largest: 36 })
  expect(await statisticsOf('letters', 1)).toEqual({ organizations: 2, total: 14, largest: 12 })
  expect(await statisticsOf('storage_bytes', 2)).toEqual({
    organizations: 1,
    total: 50,
    largest: 50,
  })
  for (const meter of ['letters', 'storage_bytes', 'emails']) {
    for (const days of [1, 2, 3, 30]) {
      expect(await statisticsOf(meter, days)).toEqual(await fromLedger(meter, days))
    }
  }
  expect(await brokenUsage(desk)).toEqual([])
})
