import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { startTestCluster } from '@purser/local/testing'
import postgres from 'postgres'
import { metadata, schemaSql } from './dataset.ts'
import { measureFanOut, putMetadata, type FanOutRow } from './fan-out.ts'
import { measureQueries, type QueryRow } from './queries.ts'
import { startEngine, startServer } from './servers.ts'

const usage = `usage: bench/main.ts [--json FILE] [--rounds N] [--milliseconds N] [--only queries|fan-out]

Measures the engine beside PostGraphile 5 (row level security) and a hand-written graphql-yoga
server (one SQL statement a resolver), on one database, permissions on: requests a second and p99
at 1, 32 and 128 connections; and the time from a write to the message at 1, 100 and 1,000
subscribers, with notifications and with the one-second poll alone.

  --json FILE        writes the results as JSON
  --rounds N         interleaved rounds of which medians are taken (3)
  --milliseconds N   length of one measurement (700)
  --only WHAT        only one of the two parts`

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    milliseconds: { type: 'string', default: '700' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}

const subscriberCounts = [1, 100, 1000]
const writes = { notify: 60, poll: 8 }
const jwtKey = 'a-key-of-the-benchmark-that-is-long-enough'

const cluster = await startTestCluster()
const databaseUrl = cluster.url()
const sql = postgres(databaseUrl, { max: 2, onnotice: () => undefined })
const started = Date.now()
try {
  await sql.unsafe(schemaSql)
  const queries = values.only === 'fan-out' ? [] : await runQueries()
  const fanOut =
    values.only === 'queries'
      ? []
      : await measureFanOut(databaseUrl, sql, metadata, subscriberCounts, writes)
  print(queries, fanOut)
  if (values.json !== undefined) {
    const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model }
    const seconds = Math.round((Date.now() - started) / 1000)
    writeFileSync(values.json, JSON.stringify({ machine, seconds, queries, fanOut }, null, 2))
  }
} finally {
  await sql.end({ timeout: 2 })
  await cluster.stop()
}

async function runQueries(): Promise<QueryRow[]> {
  const clientUrl = new URL(databaseUrl)
  clientUrl.username = 'bench_client'
  const jwtSecret = JSON.stringify({ type: 'HS256', key: jwtKey })
  const engine = await startEngine(databaseUrl, { HASURA_GRAPHQL_JWT_SECRET: jwtSecret })
  const postgraphile = await startServer('bench/peers/postgraphile.ts', [], {
    BENCH_DATABASE_URL: clientUrl.href,
  })
  const yoga = await startServer('bench/peers/yoga.ts', [], { BENCH_DATABASE_URL: databaseUrl })
  try {
    await putMetadata(engine.port, metadata)
    const ports = { engine: engine.port, postgraphile: postgraphile.port, yoga: yoga.port }
    return await measureQueries(ports, jwtKey, Number(values.rounds), Number(values.milliseconds))
  } finally {
    await Promise.all([engine.stop(), postgraphile.stop(), yoga.stop()])
  }
}

function print(queries: readonly QueryRow[], fanOut: readonly FanOutRow[]): void {
  if (queries.length > 0) {
    console.log('\nRequests a second (p99 in ms), medians; ratios are the engine over the other')
    console.table(
      queries.map(({ question, connections, medians, ratios }) => ({
        query: question,
        connections,
        engine: cell(medians.engine),
        postgraphile: cell(medians.postgraphile),
        yoga: cell(medians.yoga),
        'x postgraphile': ratios.postgraphile,
        'x yoga': ratios.yoga,
      })),
    )
  }
  if (fanOut.length > 0) {
    console.log('\nMilliseconds from a write to the message at each subscriber')
    console.table(fanOut)
  }
}

function cell(one: { requestsPerSecond: number; p99Milliseconds: number }): string {
  return `${one.requestsPerSecond} (${one.p99Milliseconds})`
}
