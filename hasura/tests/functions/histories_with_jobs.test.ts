import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { balanceOf, brokenRules, createOrganization, grant, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { expireGrants, refund, resetPeriods } from '../support/jobs.ts'
import { expire, extend, release, reserve, settle } from '../support/operations.ts'

/**
 * Random histories of every operation on parallel connections, beside the jobs: short-lived grants
 * and holds expire meanwhile, plans change, charges are refunded, keys come again. What must hold
 * whatever the order was: the books, the bound of the overdraft, refunds within their charges, and
 * that every hold ends.
 */
const RUNS = Number(process.env['PURSER_FUZZ_RUNS'] ?? 25)
const CALLERS = 6
const OVERDRAFT_CREDITS = 2

const small = fc.integer({ min: 0, max: 40 })
const amount = fc.integer({ min: 1, max: 600 }).map((cents) => (cents / 100).toFixed(2))
const act = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant('reserve' as const), small, amount) },
  { weight: 5, arbitrary: fc.tuple(fc.constant('settle' as const), small, amount) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('release' as const), small, amount) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('extend' as const), small, amount) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('grant' as const), small, amount) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('refund' as const), small, amount) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('plan' as const), small, amount) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('period' as const), small, amount) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('jobs' as const), small, amount) },
)
type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never

let desk: Desk
let callers: Sql[]
beforeAll(async () => {
  desk = await openDesk()
  callers = Array.from({ length: CALLERS }, () => desk.database.sql({ as: 'api', max: 1 }))
})
afterAll(() => desk.close())

interface World {
  organization: string
  reservations: string[]
  charges: string[]
}

const pick = (list: string[], at: number): string | undefined => list[at % Math.max(list.length, 1)]

async function perform(sql: Sql, [kind, at, credits]: Act, world: World): Promise<void> {
  const { organization } = world
  const reservation = pick(world.reservations, at)
  const charge = pick(world.charges, at)
  switch (kind) {
    case 'reserve': {
      // Few keys: some calls are replays, some conflicts.
      const item = { organization, amount: credits, key: `key ${at}`, seconds: 1 + (at % 3) * 300 }
      for (const row of await reserve(sql, item, { ...item, key: `${at} ${credits}` })) {
        if (row.outcome === 'reserved') world.reservations.push(row.reservation_id)
      }
      return
    }
    case 'settle':
      if (!reservation) return
      for (const row of await settle(sql, { organization, reservation, amount: credits })) {
        if (row.outcome === 'settled') world.charges.push(...row.transaction_ids)
      }
      return
    case 'release':
      if (reservation) await release(sql, { organization, reservation })
      return
    case 'extend':
      if (reservation) await extend(sql, { organization, reservation, seconds: 400 })
      return
    case 'grant':
      await grant({ api: sql }, organization, {
        amount: credits,
        key: `grant ${at}`,
        ...(at % 2 === 0 && { expiresAt: new Date(Date.now() + 20 + at) }),
      })
      return
    case 'refund':
      if (charge) await refund(sql, charge, { amount: credits, key: `refund ${at}` })
      return
    case 'plan':
      await sql`
        select private.set_organization_plan(${organization}, ${at % 2 ? 'lab' : 'free'}, null)`
      return
    case 'period':
      // The period ends now, whatever the calendar says.
      await desk.admin.begin(async (tx) => {
        await tx`
          update public.organization_credit_balances
          set period_end = greatest(clock_timestamp(), period_start + interval '1 microsecond')
          where organization_id = ${organization}`
        await tx`
          update public.org_plans as subscription set period_end = balance.period_end
          from public.organization_credit_balances as balance
          where subscription.organization_id = ${organization}
            and balance.organization_id = ${organization}`
      })
      return
    case 'jobs':
      await expire(sql)
      await expireGrants(sql, 5)
      await resetPeriods(sql, 5)
  }
}

async function expectSound(organization: string): Promise<void> {
  expect(await brokenRules(desk, organization)).toEqual([])
  const { debt } = await balanceOf(desk, organization)
  expect(Number(debt)).toBeLessThanOrEqual(OVERDRAFT_CREDITS)
  const overRefunded = await desk.admin`
    select entry.id from public.credit_transactions as entry
    join public.credit_refunds as refund on refund.transaction_id = entry.id
    where entry.organization_id = ${organization}
    group by entry.id, entry.amount_credits
    having sum(refund.amount_credits) > -entry.amount_credits`
  expect(overRefunded).toEqual([])
}

test(`${RUNS} random histories of all operations beside the jobs keep the books right`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 4, maxLength: 12 }), {
        minLength: CALLERS,
        maxLength: CALLERS,
      }),
      async (lists) => {
        const world: World = {
          organization: await createOrganization(desk, {
            credits: '12',
            overdraft: String(OVERDRAFT_CREDITS),
          }),
          reservations: [],
          charges: [],
        }
        await Promise.all(
          lists.map(async (list, index) => {
            for (const what of list) await perform(callers[index]!, what, world)
          }),
        )
        await expectSound(world.organization)
        await desk.admin`
          update private.credit_holds set expires_at = created_at
          where organization_id = ${world.organization}
            and id in (select open.id from private.open_holds as open)`
        await desk.admin`
          update public.organization_credit_balances set next_hold_expires_at = '-infinity'
          where organization_id = ${world.organization}`
        await expire(desk.api)
        expect(await balanceOf(desk, world.organization)).toMatchObject({ reserved: '0.00' })
        await expectSound(world.organization)
      },
    ),
    // Parallel runs do not repeat exactly: shrinking would chase shadows.
    { numRuns: RUNS, endOnFailure: true },
  )
})
