import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenRules, createOrganization, grant, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { extend, release, reserve, settle } from '../support/operations.ts'

/**
 * Random histories on parallel connections. What they left behind is put in the order of the times
 * that the gate gave, and played through a model of ten lines: every hold must have fitted when it
 * was made and every charge must be what was left to charge. So the outcome equals a serial order.
 */
const RUNS = Number(process.env['PURSER_FUZZ_RUNS'] ?? 40)
const CALLERS = 6
const OVERDRAFT_CENTS = 200

type Act =
  | { kind: 'reserve'; amounts: [number, number] }
  | { kind: 'settle'; at: number; amount: number }
  | { kind: 'release'; at: number }
  | { kind: 'extend'; at: number }
  | { kind: 'grant'; organization: number; amount: number }

const at = fc.integer({ min: 0, max: 30 })
const amount = fc.integer({ min: 1, max: 500 })
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      amounts: fc.tuple(amount, amount),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      at,
      amount: fc.integer({ min: 0, max: 700 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('extend' as const), at }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('grant' as const),
      organization: fc.integer({ min: 0, max: 1 }),
      amount,
    }),
  },
)
const histories = fc.array(fc.array(act, { minLength: 3, maxLength: 10 }), {
  minLength: CALLERS,
  maxLength: CALLERS,
})

let desk: Desk
let callers: Sql[]

beforeAll(async () => {
  desk = await openDesk()
  callers = Array.from({ length: CALLERS }, () => desk.database.sql({ as: 'api', max: 1 }))
})
afterAll(() => desk.close())

const credits = (cents: number): string => (cents / 100).toFixed(2)

interface Shared {
  organizations: string[]
  /** What all callers have reserved so far: they settle and release each other's. */
  held: { organization: string; reservation: string }[]
}

async function perform(sql: Sql, what: Act, shared: Shared): Promise<void> {
  const target = 'at' in what ? shared.held[what.at % Math.max(shared.held.length, 1)] : undefined
  switch (what.kind) {
    case 'reserve': {
      const items = shared.organizations.map((organization, index) => ({
        organization,
        amount: credits(what.amounts[index]!),
        key: `${Math.random()}`,
      }))
      const rows = await reserve(sql, ...items)
      for (const [index, row] of rows.entries()) {
        if (row.outcome !== 'reserved') continue
        const organization = shared.organizations[index]!
        shared.held.push({ organization, reservation: row.reservation_id })
      }
      return
    }
    case 'settle':
      if (target) await settle(sql, { ...target, amount: credits(what.amount) })
      return
    case 'release':
      if (target) await release(sql, target)
      return
    case 'extend':
      if (target) await extend(sql, { ...target, seconds: 600 })
      return
    case 'grant':
      await grant({ api: sql }, shared.organizations[what.organization]!, {
        amount: credits(what.amount),
        key: `${Math.random()}`,
      })
  }
}

interface Event {
  kind: 'grant' | 'hold' | 'settled' | 'released'
  amount: number
  charged: number
  shortfall: number
}

/** Everything that happened to an organization, in the order of the gate. */
async function eventsOf(organization: string): Promise<Event[]> {
  return desk.admin<Event[]>`
    select kind, (amount * 100)::int as amount, (coalesce(charged, 0) * 100)::int as charged,
      (coalesce(shortfall, 0) * 100)::int as shortfall
    from (
      select created_at as at, 'grant' as kind, granted_credits as amount, null::numeric as charged,
        null::numeric as shortfall
      from public.credit_grants where organization_id = ${organization} and source = 'promo'
      union all
      select created_at, 'hold', amount_credits, null, null
      from public.credit_reservations where organization_id = ${organization}
      union all
      select closed_at, status, amount_credits, charged_credits, shortfall_credits
      from public.credit_reservations
      where organization_id = ${organization} and status <> 'reserved'
    ) as event
    order by at`
}

/** Plays the events one after the other; answers what could not have happened in that order. */
function impossible(events: Event[]): string[] {
  let posted = 0
  let reserved = 0
  const problems: string[] = []
  for (const { kind, amount, charged, shortfall } of events) {
    const available = posted - reserved
    if (kind === 'grant') posted += amount
    if (kind === 'hold') {
      if (amount > available) problems.push(`held ${amount} of ${available}`)
      reserved += amount
    }
    if (kind === 'released') reserved -= amount
    if (kind === 'settled') {
      const above = Math.max(available + OVERDRAFT_CENTS, 0)
      const possible = Math.min(charged + shortfall, amount + above)
      if (charged !== possible) problems.push(`charged ${charged}, not ${possible}`)
      posted -= charged
      reserved -= amount
    }
  }
  return problems
}

/** Reservations that one of the two views calls open and the other does not. */
async function contested(organization: string) {
  return desk.admin`
    select told.id as told, open.id as open
    from (
      select id from public.credit_reservations
      where organization_id = ${organization} and status = 'reserved'
    ) as told
    full join (
      select id from public.open_reservations where organization_id = ${organization}
    ) as open on open.id = told.id
    where told.id is null or open.id is null`
}

test(`${RUNS} random histories of ${CALLERS} parallel callers equal a serial order`, async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (lists) => {
      const shared: Shared = { organizations: [], held: [] }
      for (let count = 0; count < 2; count += 1) {
        shared.organizations.push(
          await createOrganization(desk, { credits: '10', overdraft: credits(OVERDRAFT_CENTS) }),
        )
      }
      await Promise.all(
        lists.map(async (list, index) => {
          for (const what of list) await perform(callers[index]!, what, shared)
        }),
      )
      for (const organization of shared.organizations) {
        expect(impossible(await eventsOf(organization))).toEqual([])
        expect(await brokenRules(desk, organization)).toEqual([])
        expect(await contested(organization)).toEqual([])
      }
    }),
    // Parallel runs do not repeat exactly: shrinking would chase shadows.
    { numRuns: RUNS, endOnFailure: true },
  )
})
