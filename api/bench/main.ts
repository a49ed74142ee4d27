import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { startBenchDatabase } from './cluster.ts'
import { measureCycles } from './cycles.ts'
import { formatNumber, median, type Ratio } from './figures.ts'
import { measureHistory } from './history.ts'
import { measureReset } from './reset.ts'
import { measureSweep } from './sweep.ts'

const HELP = `usage: pnpm bench credits [--json FILE] [--rounds N] [--seconds N] [--full] [--only PART]

Measures the credit functions on a PostgreSQL of its own with fsync and synchronous_commit on:
reserve + settle cycles a second with all rules on, for one hot organization and 1,000, beside a
single-row update, an application's transaction, and the same functions called one by one, in
interleaved rounds; the sweep of holds whose time has come; the monthly reset; history and past
balances. After each round the ledger must be right, or there is no figure.

  --json FILE    writes all figures and ratios as JSON
  --rounds N     rounds of which medians are taken (5)
  --seconds N    length of one measurement (1)
  --full         100,000 organizations, 500,000 holds and 5,000,000 ledger rows instead of a tenth
  --only PART    cycles, sweep, reset or history
`

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) process.stdout.write(HELP)
else await run()

async function run(): Promise<void> {
  const startedAt = Date.now()
  const report = (line: string) => process.stderr.write(`  ${line}\n`)
  const wanted = (part: string) => values.only === undefined || values.only === part
  const rounds = Number(values.rounds)
  const scale = values.full ? 1 : 0.1
  const loadBefore = loadavg()[0]
  const result: Record<string, unknown> = {}
  const ratios: Ratio[] = []

  if (wanted('cycles')) {
    const cycles = await withDatabase((database) =>
      measureCycles(database, { rounds, seconds: Number(values.seconds), report }),
    )
    result['cycles'] = cycles.measures
    ratios.push(...cycles.ratios)
    for (const { key, rounds: figures } of cycles.measures) {
      const middle = (pick: (one: (typeof figures)[number]) => number) =>
        formatNumber(median(figures.map(pick)))
      printRow(
        key,
        `${middle((one) => one.operationsPerSecond)}/s`,
        `p50 ${middle((one) => one.p50Milliseconds)} ms`,
        `p95 ${middle((one) => one.p95Milliseconds)} ms`,
        `p99 ${middle((one) => one.p99Milliseconds)} ms`,
      )
    }
  }
  if (wanted('sweep')) {
    const sweep = await withDatabase((database) =>
      measureSweep(database, { holds: 500_000 * scale, report }),
    )
    result['sweep'] = sweep
    printRow(
      `sweep of ${sweep.holds} holds, one organization`,
      `${formatNumber(sweep.microsecondsPerHold)} us each`,
      `longest ${formatNumber(sweep.longestMilliseconds)} ms`,
    )
  }
  if (wanted('reset')) {
    const reset = await withDatabase((database) =>
      measureReset(database, {
        organizations: 100_000 * scale,
        rounds: Math.min(rounds, 3),
        report,
      }),
    )
    result['reset'] = reset.rounds
    ratios.push(...reset.ratios)
    for (const one of reset.rounds) {
      printRow(
        `reset of ${one.organizations}`,
        `${one.seconds.toFixed(2)} s`,
        `${formatNumber(one.microsecondsPerOrganization)} us each`,
        `row by row ${formatNumber(one.rowByRowMicrosecondsPerOrganization)} us`,
        `longest batch ${formatNumber(one.longestBatchMilliseconds)} ms`,
      )
    }
  }
  if (wanted('history')) {
    const history = await withDatabase((database) =>
      measureHistory(database, { rows: 5_000_000 * scale, report }),
    )
    result['history'] = history
    for (const { name, figures } of history.reads) {
      printRow(
        name,
        `p50 ${formatNumber(figures.p50Milliseconds)} ms`,
        `p99 ${formatNumber(figures.p99Milliseconds)} ms`,
      )
    }
  }
  for (const ratio of ratios) {
    const range = `[${formatNumber(ratio.lowest)} - ${formatNumber(ratio.highest)}]`
    const goal = ratio.goal ? `goal ${ratio.goal}: ${ratio.isMet ? 'met' : 'NOT met'}` : ''
    printRow(ratio.name, formatNumber(ratio.median), range, goal)
  }
  const machine = {
    node: process.version,
    cpus: cpus().length,
    model: cpus()[0]?.model,
    /** Of the minute before the start: what else ran here. */
    load_before: loadBefore,
  }
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  process.stdout.write(`took ${seconds} s; load before the start ${loadBefore?.toFixed(2)}\n`)
  if (values.json) {
    writeFileSync(
      values.json,
      `${JSON.stringify({ machine, seconds, ratios, ...result }, null, 2)}\n`,
    )
  }
}

/** Every part has a database of its own, so that none inherits the size of another. */
async function withDatabase<Result>(
  measure: (database: Awaited<ReturnType<typeof startBenchDatabase>>) => Promise<Result>,
): Promise<Result> {
  const database = await startBenchDatabase()
  try {
    return await measure(database)
  } finally {
    await database.stop()
  }
}

function printRow(name: string, ...cells: string[]): void {
  process.stdout.write(`${name.padEnd(58)}${cells.map((cell) => cell.padEnd(22)).join('')}\n`)
}
