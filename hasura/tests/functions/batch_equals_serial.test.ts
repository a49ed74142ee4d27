import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenRules, createOrganization, grant, ledgerOf, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { expire, extend, release, reserve, setClock, settle } from '../support/operations.ts'

/**
 * The rule of every batch: its result is the one of the same calls made one after the other. Two
 * worlds get the same random history, one in batches and one call by call, on a stopped clock; every
 * answer, the balances and the ledgers must be the same in the end.
 */
const START = Date.parse('2026-05-01T10:00:00Z')
const RUNS = Number(process.env['PURSER_FUZZ_RUNS'] ?? 60)

interface World {
  sql: Sql
  organizations: string[]
  /** Reservations by the order in which they were made, as both worlds count them. */
  reservations: { organization: string; reservation: string }[]
}

type Step =
  | { kind: 'reserve'; items: { org: number; amount: number; key: number; level: number }[] }
  | { kind: 'settle'; items: { at: number; amount: number }[] }
  | { kind: 'release'; items: { at: number }[] }
  | { kind: 'extend'; items: { at: number; seconds: number }[] }
  | { kind: 'expire' }
  | { kind: 'wait'; seconds: number }
  | { kind: 'grant'; org: number; amount: number; lifetime: number; priority: number }

const organizations = fc.integer({ min: 0, max: 1 })
const hundredths = (max: number) => fc.integer({ min: 0, max })
const place = fc.integer({ min: 0, max: 7 })
const items = <Item>(item: fc.Arbitrary<Item>) => fc.array(item, { minLength: 1, maxLength: 6 })

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('reserve' as const),
        items: items(
          fc.record({
            org: organizations,
            amount: hundredths(600),
            key: fc.integer({ min: 0, max: 12 }),
            level: fc.integer({ min: 0, max: 3 }),
          }),
        ),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('settle' as const),
        items: items(fc.record({ at: place, amount: hundredths(900) })),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('release' as const),
        items: items(fc.record({ at: place })),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('extend' as const),
        items: items(fc.record({ at: place, seconds: fc.integer({ min: 1, max: 300 }) })),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        seconds: fc.integer({ min: 1, max: 120 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('grant' as const),
        org: organizations,
        amount: fc.integer({ min: 1, max: 800 }),
        lifetime: fc.integer({ min: 1, max: 300 }),
        priority: fc.integer({ min: 1, max: 3 }),
      }),
    },
  ),
  { minLength: 4, maxLength: 14 },
)

const LEVELS = [null, 'fast', 'enhanced', 'ultra']
const credits = (amount: number): string => (amount / 100).toFixed(2)

let desk: Desk
let clients: [Sql, Sql]
let nextGrant = 0

beforeAll(async () => {
  desk = await openDesk({ at: new Date(START) })
  clients = [desk.database.sql({ as: 'api', max: 1 }), desk.database.sql({ as: 'api', max: 1 })]
})
afterAll(() => desk.close())

async function createWorld(sql: Sql): Promise<World> {
  await setClock(sql, new Date(START))
  const options = { credits: '10', overdraft: '2' }
  return {
    sql,
    organizations: [
      await createOrganization(desk, options),
      await createOrganization(desk, { ...options, plan: 'free' }),
    ],
    reservations: [],
  }
}

/** Answers without what differs between two worlds by nature: ids. */
function comparable(rows: readonly object[]) {
  return rows.map((row) => {
    const { transaction_ids: transactions, ...rest } = row as Record<string, unknown>
    return { ...rest, item: null, reservation_id: null, transactions: (transactions as [])?.length }
  })
}

/** Calls with all items at once, or with each alone. */
async function call<Item, Row extends object>(
  asBatch: boolean,
  items: Item[],
  work: (...items: Item[]) => Promise<Row[]>,
): Promise<Row[]> {
  if (asBatch) return work(...items)
  const rows: Row[] = []
  for (const item of items) rows.push(...(await work(item)))
  return rows
}

async function take(world: World, step: Step, asBatch: boolean, time: { seconds: number }) {
  const { sql, organizations, reservations } = world
  const target = (at: number) => reservations[at % Math.max(reservations.length, 1)]
  const targets = <Item extends { at: number }>(list: Item[]) =>
    list.flatMap((item) => {
      const found = target(item.at)
      return found ? [{ ...item, ...found }] : []
    })
  switch (step.kind) {
    case 'reserve': {
      const requests = step.items.map(({ org, amount, key, level }) => ({
        organization: organizations[org]!,
        amount: credits(amount),
        key: `key ${key}`,
        level: LEVELS[level]!,
        seconds: 60,
      }))
      const rows = await call(asBatch, requests, (...batch) => reserve(sql, ...batch))
      rows.forEach((row, index) => {
        if (row.outcome !== 'reserved') return
        const { organization } = requests[index]!
        reservations.push({ organization, reservation: row.reservation_id })
      })
      return comparable(rows)
    }
    case 'settle': {
      const requests = targets(step.items).map((item) => ({
        ...item,
        amount: credits(item.amount),
      }))
      return comparable(await call(asBatch, requests, (...batch) => settle(sql, ...batch)))
    }
    case 'release':
      return comparable(await call(asBatch, targets(step.items), (...b) => release(sql, ...b)))
    case 'extend':
      return comparable(await call(asBatch, targets(step.items), (...b) => extend(sql, ...b)))
    case 'expire':
      // The other world's holds are in the same database: counts say nothing here.
      await expire(sql)
      return []
    case 'wait':
      await setClock(sql, new Date(START + time.seconds * 1000))
      return []
    case 'grant': {
      const row = await grant({ api: sql }, organizations[step.org]!, {
        amount: credits(step.amount),
        priority: step.priority,
        expiresAt: new Date(START + (time.seconds + step.lifetime) * 1000),
        key: `grant ${(nextGrant += 1)}`,
      })
      return [{ outcome: row.outcome, available: row.available_credits }]
    }
  }
}

async function books(world: World) {
  const states = await Promise.all(
    world.organizations.map(async (id) => ({
      ledger: (await ledgerOf(desk, id)).map(({ type, amount, after }) => ({
        type,
        amount,
        after,
      })),
      balance: await desk.admin`
        select monthly_credits, bonus_credits, reserved_credits, debt_credits, used_credits
        from public.organization_credit_balances where organization_id = ${id}`,
    })),
  )
  return states.map(({ ledger, balance }) => ({ ledger, balance: [...balance] }))
}

test(`${RUNS} random histories: batches answer and book what single calls do`, async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const worlds = [await createWorld(clients[0]), await createWorld(clients[1])] as const
      const time = { seconds: 0 }
      for (const step of history) {
        if (step.kind === 'wait') time.seconds += step.seconds
        const batched = await take(worlds[0], step, true, time)
        const single = await take(worlds[1], step, false, time)
        expect(batched).toEqual(single)
      }
      expect(await books(worlds[0])).toEqual(await books(worlds[1]))
      for (const id of worlds.flatMap(({ organizations }) => organizations)) {
        expect(await brokenRules(desk, id)).toEqual([])
      }
    }),
    { numRuns: RUNS },
  )
})
