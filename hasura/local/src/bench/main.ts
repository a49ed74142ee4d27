import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { REPOSITORY_DIRECTORY, typescriptProgram } from '../processes/node-program.ts'
import { ExpectedError, runMain } from '../terminal/run-main.ts'

/** Each benchmark belongs to the package that it measures; this only finds it. */
const BENCHES: Record<string, string> = {
  access: 'api/bench/access.ts',
  credits: 'api/bench/main.ts',
  engine: 'hasura/engine/bench/main.ts',
  sessions: 'api/bench/sessions.ts',
  usage: 'api/bench/usage.ts',
}

const HELP = `Usage: pnpm bench <access|credits|engine|sessions|usage> [options]

  access    the access check, alone and with a reservation
  credits   holds and charges, the monthly reset, the history of the ledger
  engine    the local GraphQL engine
  sessions  live sessions: start, heartbeat, end, and the sweep of many
  usage     meters: consuming, and every query of the usage page
  --help    after a name: its own options
`

await runMain(async () => {
  const [name, ...options] = process.argv.slice(2)
  if (name === undefined || name === '--help') {
    process.stdout.write(HELP)
    return
  }
  const program = BENCHES[name]
  if (program === undefined) throw new ExpectedError(`there is no benchmark "${name}"\n\n${HELP}`)
  const file = join(REPOSITORY_DIRECTORY, program)
  const child = spawn(process.execPath, typescriptProgram(file, ...options), {
    stdio: 'inherit',
    // Where the person typed the command: files in options are meant from there.
    cwd: process.env['INIT_CWD'] ?? process.cwd(),
  })
  // Ctrl-C reaches both; the benchmark takes its PostgreSQL down and ends first.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
  const [code] = (await once(child, 'exit')) as [number | null]
  process.exitCode = code ?? 1
})
