import { openConnections } from '../src/db/connections.ts'
import { createLedger } from '../src/db/ledger.ts'
import { createMetrics } from '../src/observability.ts'
import type { BenchDatabase } from './cluster.ts'
import { createCustomers, inTurn, requireCorrectLedger } from './customers.ts'
import {
  applicationDesign,
  batchedDesign,
  BENCH_SCHEMA,
  oneCallDesign,
  singleUpdateDesign,
  type Customer,
  type Design,
} from './designs.ts'
import { pairedRatio, withGoal, type Figures, type Ratio } from './figures.ts'
import { runLoad } from './load.ts'
import { touchMemory } from './memory.ts'

export interface CycleOptions {
  rounds: number
  seconds: number
  report(line: string): void
}

export interface Measure {
  key: string
  design: string
  organizations: number
  callers: number
  /** One a round. */
  rounds: Figures[]
}

const CONNECTIONS = 10
const SPREAD_ORGANIZATIONS = 1000
const WARM_UP_SECONDS = 0.6
const WEAR_IN_SECONDS = 1

type Place = 'hot' | 'spread'
type DesignName = 'batched' | 'one' | 'application' | 'update'

/** Interleaved in this order in every round. */
const PLAN: { place: Place; callers: number; designs: DesignName[] }[] = [
  { place: 'hot', callers: 1, designs: ['batched', 'one', 'application', 'update'] },
  { place: 'hot', callers: 64, designs: ['batched', 'one', 'application', 'update'] },
  { place: 'hot', callers: 256, designs: ['batched', 'one', 'update'] },
  { place: 'spread', callers: 64, designs: ['batched', 'one', 'application', 'update'] },
  { place: 'spread', callers: 256, designs: ['batched', 'one'] },
]

export async function measureCycles(
  database: BenchDatabase,
  { rounds, seconds, report }: CycleOptions,
): Promise<{ measures: Measure[]; ratios: Ratio[] }> {
  const { admin } = database
  const customers: Record<Place, Customer[]> = {
    hot: await createCustomers(admin, 'hot-', 1),
    spread: await createCustomers(admin, 'spread-', SPREAD_ORGANIZATIONS),
  }
  await createComparisonTables(admin, Object.values(customers).flat())
  const connections = openConnections(database.apiUrl)
  const callSql = database.api(CONNECTIONS)
  const plainSql = database.superuser(CONNECTIONS)
  const ledger = createLedger(connections, createMetrics())
  const designs: Record<DesignName, Design> = {
    batched: batchedDesign(ledger),
    one: oneCallDesign(callSql),
    application: applicationDesign(plainSql),
    update: singleUpdateDesign(plainSql),
  }

  await wearIn(admin, customers, designs)

  const measures = new Map<string, Measure>()
  for (let round = 0; round < rounds; round += 1) {
    for (const { place, callers, designs: names } of PLAN) {
      for (const name of names) {
        const next = inTurn(customers[place])
        touchMemory()
        const figures = await runLoad({
          callers,
          operation: () => designs[name].cycle(next()),
          warmUpSeconds: WARM_UP_SECONDS,
          seconds,
        })
        const key = `${place} ${callers} ${name}`
        const measure = measures.get(key) ?? {
          key,
          design: designs[name].name,
          organizations: customers[place].length,
          callers,
          rounds: [],
        }
        measure.rounds.push(figures)
        measures.set(key, measure)
      }
    }
    await requireCorrectLedger(admin)
    report(`round ${round + 1} of ${rounds}: the ledger is right`)
  }
  await ledger.drain()
  await Promise.all([connections.end(5), callSql.end(), plainSql.end()])
  return { measures: [...measures.values()], ratios: ratiosOf(measures) }
}

/**
 * All designs begin on tables that have been used and looked at by vacuum, as those of a server are
 * after a minute. A connection that plans for an empty table reads all of it again and again until
 * autovacuum comes: that made the application's transaction slower by a tenth than it is.
 */
async function wearIn(
  admin: BenchDatabase['admin'],
  customers: Record<Place, Customer[]>,
  designs: Record<DesignName, Design>,
): Promise<void> {
  for (const place of ['hot', 'spread'] as const) {
    for (const design of Object.values(designs)) {
      const next = inTurn(customers[place])
      await runLoad({
        callers: 64,
        operation: () => design.cycle(next()),
        warmUpSeconds: 0,
        seconds: WEAR_IN_SECONDS,
      })
    }
  }
  await admin`vacuum analyze`
}

async function createComparisonTables(
  admin: BenchDatabase['admin'],
  customers: Customer[],
): Promise<void> {
  await admin.unsafe(BENCH_SCHEMA)
  const ids = customers.map(({ organizationId }) => organizationId)
  await admin`insert into bench.counters select unnest(${ids}::uuid[]), 1000000000`
  await admin`insert into bench.balances select unnest(${ids}::uuid[]), 900000000`
  await admin`vacuum analyze`
}

function ratiosOf(measures: Map<string, Measure>): Ratio[] {
  const rates = (key: string) => roundsOf(key).map(({ operationsPerSecond }) => operationsPerSecond)
  const p99s = (key: string) => roundsOf(key).map(({ p99Milliseconds }) => p99Milliseconds)
  const p50s = (key: string) => roundsOf(key).map(({ p50Milliseconds }) => p50Milliseconds)
  function roundsOf(key: string): Figures[] {
    return measures.get(key)?.rounds ?? []
  }
  const faster = (above: string, below: string) =>
    pairedRatio(`${above} / ${below}`, rates(above), rates(below))
  return [
    withGoal(faster('hot 64 batched', 'hot 64 one'), 'at least', 10),
    withGoal(faster('hot 64 batched', 'hot 64 application'), 'at least', 30),
    withGoal(faster('hot 64 batched', 'hot 64 update'), 'at least', 3.5),
    withGoal(
      pairedRatio('p99: hot 64 batched / hot 64 one', p99s('hot 64 batched'), p99s('hot 64 one')),
      'at most',
      1 / 15,
    ),
    withGoal(faster('hot 256 batched', 'hot 256 update'), 'at least', 5.5),
    withGoal(faster('spread 64 batched', 'spread 64 one'), 'at least', 3.5),
    withGoal(faster('spread 64 batched', 'spread 64 application'), 'at least', 8),
    withGoal(
      pairedRatio('p50: hot 1 batched / hot 1 one', p50s('hot 1 batched'), p50s('hot 1 one')),
      'at most',
      1.1,
    ),
    faster('spread 64 batched', 'spread 64 update'),
    faster('spread 256 batched', 'spread 256 one'),
    faster('hot 64 one', 'hot 64 application'),
  ]
}
