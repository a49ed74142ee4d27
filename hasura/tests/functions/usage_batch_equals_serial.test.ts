import { assert, asyncProperty, array, constantFrom, integer, record as shapeOf } from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openClock } from '../support/clock.ts'
import type { ClockedSql } from '../support/clock.ts'
import { createMember, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { brokenUsage, consume, setCap, setLimit, setOverride } from '../support/quotas.ts'

let desk: Desk
let clock: ClockedSql

beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-03-01T00:00:00Z') })
  clock = await openClock(desk, '2026-03-10T12:00')
  await setLimit(desk, { limit: '20' })
  await setLimit(desk, { limit: '12', period: 'day' })
  await setLimit(desk, { meter: 'storage_bytes', period: 'none', limit: '20' })
  await setLimit(desk, { meter: 'session_minutes', scope: 'user', limit: '9', burst: '2' })
})
afterAll(() => desk.close())

/** The same organization twice: two members, one with a cap, the other with an override. */
async function prepare() {
  const organization = await createOrganization(desk)
  const users = [await createMember(desk, organization), await createMember(desk, organization)]
  await setCap(desk, organization, users[0]!, { limit: '7' })
  await setOverride(desk, organization, { user: users[1]!, limit: '15' })
  return { organization, users }
}

const anyUse = shapeOf({
  meter: constantFrom('letters', 'letters', 'storage_bytes', 'session_minutes', 'nothing'),
  amount: integer({ min: -3, max: 8 }),
  user: constantFrom(0, 1, null),
  key: constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'),
})

test('a batch answers what the same calls would one after the other', async () => {
  await assert(
    asyncProperty(array(anyUse, { minLength: 1, maxLength: 12 }), async (uses) => {
      const [batched, serial] = [await prepare(), await prepare()]
      const of = ({ organization, users }: typeof batched) =>
        uses.map(({ meter, amount, user, key }) => ({
          organization,
          meter,
          amount: `${amount}`,
          user: user === null ? null : users[user]!,
          key,
        }))
      const together = await consume(clock.sql, ...of(batched))
      const oneByOne = []
      for (const use of of(serial)) oneByOne.push(...(await consume(clock.sql, use)))
      const shown = (rows: typeof together) =>
        rows.map(({ outcome, decision }) => ({
          outcome,
          decision: decision && { ...decision, source: Object.keys(decision.source ?? {}) },
        }))
      expect(shown(together)).toEqual(shown(oneByOne))
      expect(await brokenUsage(desk, batched.organization)).toEqual([])
    }),
    { numRuns: 40 },
  )
})
