import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { openConnections } from '../src/db/connections.ts'
import { createQuotas } from '../src/db/quotas.ts'
import { createMetrics } from '../src/observability.ts'
import { startBenchDatabase, type BenchDatabase } from './cluster.ts'
import { createCustomers, inTurn } from './customers.ts'
import { BENCH_SCHEMA, singleUpdateDesign, type Customer } from './designs.ts'
import { formatNumber, median, pairedRatio, type Figures, type Ratio } from './figures.ts'
import { runLoad } from './load.ts'
import { measureUsageQueries, QUERY_GOAL_MILLISECONDS } from './usage-queries.ts'

const HELP = `usage: pnpm bench usage [--json FILE] [--rounds N] [--seconds N] [--full] [--only PART]

Measures meters on a PostgreSQL of its own with fsync and synchronous_commit on: consume_quota by 32
callers, on one organization and on 200, beside a single-row update in the same rounds; and every
query of the usage page on a long history, a fifth of it one organization's. After each round the
books of usage must be right, or there is no figure.

  --json FILE    writes all figures and ratios as JSON
  --rounds N     rounds of which medians are taken (5)
  --seconds N    length of one measurement (2)
  --full         5,000,000 usage rows instead of a tenth
  --only PART    consume or queries
`

const CALLERS = 32
const ORGANIZATIONS = 200
const CONSUME_GOAL_MILLISECONDS = 50
const WARM_UP_SECONDS = 0.4

interface ConsumeMeasure {
  name: string
  rounds: Figures[]
}

/** Beyond any limit is not what is measured: the plan is team, and letters are counted on it. */
async function measureConsume(
  database: BenchDatabase,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<{ measures: ConsumeMeasure[]; ratios: Ratio[] }> {
  const customers = await createCustomers(database.admin, 'usage-', ORGANIZATIONS)
  await database.admin.unsafe(BENCH_SCHEMA)
  await database.admin`
    insert into bench.counters
    select organization_id, 1000000000
    from unnest(${customers.map(({ organizationId }) => organizationId)}::uuid[]) as organization_id`
  // A hard limit is judged with every use, but not reached.
  await database.admin`
    update public.plan_meter_limits set limit_amount = 100000000 where meter_id = 'letters'`
  const connections = openConnections(database.apiUrl)
  const superuser = database.superuser(10)
  const quotas = createQuotas(connections, createMetrics())
  const single = singleUpdateDesign(superuser)
  const consume = async ({ organizationId, userId }: Customer) => {
    const { outcome } = await quotas.consume({
      organizationId,
      userId,
      meter: 'letters',
      amount: '1',
      idempotencyKey: randomUUID(),
      metadata: null,
    })
    if (outcome !== 'recorded') throw new Error(`consume_quota said ${outcome}`)
  }
  const hot = inTurn(customers.slice(0, 1))
  const spread = inTurn(customers)
  const plan = [
    { name: 'single-row update, hot', run: () => single.cycle(hot()) },
    { name: 'consume_quota, hot', run: () => consume(hot()) },
    { name: `single-row update, ${ORGANIZATIONS}`, run: () => single.cycle(spread()) },
    { name: `consume_quota, ${ORGANIZATIONS}`, run: () => consume(spread()) },
  ]
  const measures: ConsumeMeasure[] = plan.map(({ name }) => ({ name, rounds: [] }))
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { run: operation }] of plan.entries()) {
      const load = { callers: CALLERS, operation, warmUpSeconds: WARM_UP_SECONDS, seconds }
      measures[index]?.rounds.push(await runLoad(load))
    }
    await requireCorrectUsage(database)
    process.stderr.write(`  round ${round + 1} of ${rounds}: the books are right\n`)
  }
  await quotas.drain()
  await connections.end(5)
  return { measures, ratios: ratiosOf(measures) }
}

async function requireCorrectUsage({ admin }: BenchDatabase): Promise<void> {
  const found = await admin`select * from private.verify_usage() limit 5`
  if (found.length > 0) throw new Error(`the books are wrong: ${JSON.stringify(found)}`)
}

function ratiosOf([hotUpdate, hot, spreadUpdate, spread]: ConsumeMeasure[]): Ratio[] {
  const pick = (measure: ConsumeMeasure | undefined, name: keyof Figures) =>
    (measure?.rounds ?? []).map((figures) => figures[name])
  return [
    { place: 'hot', above: hot, below: hotUpdate },
    { place: `on ${ORGANIZATIONS}`, above: spread, below: spreadUpdate },
  ].flatMap(({ place, above, below }) => [
    pairedRatio(
      `${place}: consumed a second / single-row updates a second`,
      pick(above, 'operationsPerSecond'),
      pick(below, 'operationsPerSecond'),
    ),
    pairedRatio(
      `${place}: p95 of consuming / p95 of the update`,
      pick(above, 'p95Milliseconds'),
      pick(below, 'p95Milliseconds'),
    ),
  ])
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      full: { type: 'boolean', default: false },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(HELP)
  const wanted = (part: string) => values.only === undefined || values.only === part
  const machine = { node: process.version, cpus: cpus().length, load_before: loadavg()[0] }
  const result: Record<string, unknown> = { machine }

  if (wanted('consume')) {
    const options = { rounds: Number(values.rounds), seconds: Number(values.seconds) }
    const consume = await withDatabase((database) => measureConsume(database, options))
    result['consume'] = consume
    for (const measure of consume.measures) printMeasure(measure)
    for (const { name, median: middle, lowest, highest } of consume.ratios) {
      const range = `[${formatNumber(lowest)} - ${formatNumber(highest)}]`
      printRow(name, formatNumber(middle), range)
    }
  }
  if (wanted('queries')) {
    const rows = values.full ? 5_000_000 : 500_000
    const report = (line: string) => process.stderr.write(`  ${line}\n`)
    const queries = await withDatabase((database) =>
      measureUsageQueries(database, { rows, report }),
    )
    result['queries'] = queries
    for (const { name, figures } of queries.reads) {
      const isMet = figures.p95Milliseconds < QUERY_GOAL_MILLISECONDS
      printRow(
        name,
        `p50 ${formatNumber(figures.p50Milliseconds)} ms`,
        `p95 ${formatNumber(figures.p95Milliseconds)} ms`,
        isMet ? 'met' : `NOT below ${QUERY_GOAL_MILLISECONDS} ms`,
      )
    }
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`)
}

function printMeasure({ name, rounds }: ConsumeMeasure): void {
  const middle = (pick: (one: Figures) => number) => median(rounds.map(pick))
  const p95 = middle((one) => one.p95Milliseconds)
  const goal = name.startsWith('consume')
    ? p95 < CONSUME_GOAL_MILLISECONDS
      ? 'met'
      : 'NOT met'
    : ''
  printRow(
    name,
    `${formatNumber(middle((one) => one.operationsPerSecond))}/s`,
    `p50 ${formatNumber(middle((one) => one.p50Milliseconds))} ms`,
    `p95 ${formatNumber(p95)} ms`,
    goal && `goal below ${CONSUME_GOAL_MILLISECONDS} ms: ${goal}`,
  )
}

function printRow(name: string, ...cells: string[]): void {
  process.stdout.write(`${name.padEnd(58)}${cells.map((cell) => cell.padEnd(22)).join('')}\n`)
}

/** Every part has a database of its own, so that none inherits the size of another. */
async function withDatabase<Result>(
  measure: (database: BenchDatabase) => Promise<Result>,
): Promise<Result> {
  const database = await startBenchDatabase()
  try {
    return await measure(database)
  } finally {
    await database.stop()
  }
}

await run()
