import { writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { createAccessQueries } from '../src/db/access.ts'
import { openConnections } from '../src/db/connections.ts'
import { createLedger } from '../src/db/ledger.ts'
import { createMetrics } from '../src/observability.ts'
import { startBenchDatabase, type BenchDatabase } from './cluster.ts'
import { createCustomers, inTurn, requireCorrectLedger } from './customers.ts'
import type { Customer } from './designs.ts'
import { formatNumber, median, pairedRatio, type Figures, type Ratio } from './figures.ts'
import { runLoad } from './load.ts'

export interface AccessOptions {
  rounds: number
  seconds: number
  report(line: string): void
}

export interface AccessMeasure {
  name: string
  callers: number
  /** What requirement 11.2 promises. */
  p95GoalMilliseconds: number | null
  isMet: boolean | null
  rounds: Figures[]
}

const CALLERS = 32
const ORGANIZATIONS = 200
const WARM_UP_SECONDS = 0.4
const CAPABILITY = 'testimonial_polish'

/**
 * The access check and check + reserve as the api makes them, over its own pool, beside `select 1`
 * over the same pool in the same rounds: what the machine and the driver cost is in both.
 */
export async function measureAccess(
  database: BenchDatabase,
  { rounds, seconds, report }: AccessOptions,
): Promise<{ measures: AccessMeasure[]; ratios: Ratio[] }> {
  const customers = await createCustomers(database.admin, 'access-', ORGANIZATIONS)
  const limited = await createCustomers(database.admin, 'limited-', ORGANIZATIONS)
  await limitRates(database, limited)
  const connections = openConnections(database.apiUrl)
  const ledger = createLedger(connections, createMetrics())
  const access = createAccessQueries(connections)
  const question = ({ organizationId, userId }: Customer) => ({
    organizationId,
    userId,
    capability: CAPABILITY,
    qualityLevel: 'fast',
    amountCredits: null,
  })
  const check = async (customer: Customer, expected: string | null) => {
    const { reason } = await access.check(question(customer))
    if (reason !== expected) throw new Error(`the check said ${reason}`)
  }
  const reserve = async (customer: Customer) => {
    const { outcome } = await ledger.reserve({
      ...question(customer),
      idempotencyKey: randomUUID(),
      expiresInSeconds: 3_600,
      context: null,
    })
    if (outcome !== 'reserved') throw new Error(`the reservation said ${outcome}`)
  }
  const [next, nextLimited] = [inTurn(customers), inTurn(limited)]
  const plan = [
    { name: 'select 1', goal: null, run: async () => void (await connections.sql`select 1`) },
    { name: 'check', goal: 10, run: () => check(next(), null) },
    { name: 'check, rate limits', goal: 10, run: () => check(nextLimited(), 'rate_limited') },
    {
      name: 'check + reserve',
      goal: 50,
      run: async () => {
        const customer = next()
        await check(customer, null)
        await reserve(customer)
      },
    },
  ]
  const measures: AccessMeasure[] = plan.map(({ name, goal }) => ({
    name,
    callers: CALLERS,
    p95GoalMilliseconds: goal,
    isMet: null,
    rounds: [],
  }))
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { run: operation }] of plan.entries()) {
      const load = { callers: CALLERS, operation, warmUpSeconds: WARM_UP_SECONDS, seconds }
      measures[index]?.rounds.push(await runLoad(load))
    }
    await requireCorrectLedger(database.admin)
    report(`round ${round + 1} of ${rounds}: the ledger is right`)
  }
  await ledger.drain()
  await connections.end(5)
  return { measures: measures.map(judged), ratios: ratiosOf(measures) }
}

/** The pro plan's limits, with an hour that is full: the check has to count. */
async function limitRates({ admin }: BenchDatabase, customers: Customer[]): Promise<void> {
  for (const { organizationId } of customers) {
    await admin`select private.set_organization_plan(${organizationId}::uuid, 'pro', null)`
  }
  await admin`
    insert into private.credit_holds (
      organization_id, id, capability_id, quality_level_id, amount_credits, idempotency_key,
      request_fingerprint, ended_as, released_credits, charged_credits, shortfall_credits,
      settlement_fingerprint, expires_at, created_at, closed_at
    )
    select organization_id, uuidv7(-interval '1 minute' * (number % 50)), ${CAPABILITY}, 'fast', 1,
      'bench ' || number, 0, 'settled', 1, 0, 0, 0,
      now(), now() - interval '1 minute' * (number % 50), now()
    from unnest(${customers.map(({ organizationId }) => organizationId)}::uuid[]) as organization_id,
      generate_series(1, 120) as number`
  await admin`vacuum analyze`
}

function judged(measure: AccessMeasure): AccessMeasure {
  const { p95GoalMilliseconds: goal } = measure
  return { ...measure, isMet: goal === null ? null : p95Of(measure) < goal }
}

const p95Of = ({ rounds }: AccessMeasure) =>
  median(rounds.map(({ p95Milliseconds }) => p95Milliseconds))

function ratiosOf([base, ...others]: AccessMeasure[]): Ratio[] {
  const p95s = (measure: AccessMeasure | undefined) =>
    (measure?.rounds ?? []).map(({ p95Milliseconds }) => p95Milliseconds)
  return others.map((other) =>
    pairedRatio(`p95: ${other.name} / ${base?.name}`, p95s(other), p95s(base)),
  )
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      json: { type: 'string' },
    },
  })
  const database = await startBenchDatabase()
  try {
    const result = await measureAccess(database, {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      report: (line) => console.log(line),
    })
    for (const measure of result.measures) console.log(lineOf(measure))
    for (const { name, median: middle, lowest, highest } of result.ratios) {
      console.log(`${name}: ${[middle, lowest, highest].map(formatNumber).join(' · ')}`)
    }
    if (values.json) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`)
  } finally {
    await database.stop()
  }
}

function lineOf(measure: AccessMeasure): string {
  const rate = median(measure.rounds.map(({ operationsPerSecond }) => operationsPerSecond))
  const goal = measure.p95GoalMilliseconds
  const verdict = goal === null ? '' : ` (below ${goal}: ${measure.isMet ? 'met' : 'NOT met'})`
  return `${measure.name}, ${measure.callers} callers: p95 ${formatNumber(p95Of(measure))} ms${verdict}, ${formatNumber(rate)} a second`
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main()
