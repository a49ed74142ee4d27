import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Cluster } from '../postgres/cluster.ts'
import { guardFolder } from '../processes/guard.ts'
import { startTestCluster } from '../testing/cluster.ts'
import { terminalOutput } from '../terminal/output.ts'
import type { Output } from '../terminal/output.ts'
import { ExpectedError, runMain } from '../terminal/run-main.ts'
import { e2eStage } from './e2e-stage.ts'
import { generatedStage } from './generated-stage.ts'
import { killRunningCommands } from './run-command.ts'
import type { Stage, StageContext, StageResult } from './stages.ts'
import { staticStages } from './static-stages.ts'
import { summarize } from './summary.ts'
import type { FinishedStage } from './summary.ts'
import { vitestStages } from './test-stages.ts'

const STAGES: Stage[] = [...staticStages, generatedStage, ...vitestStages(), e2eStage]

const HELP = `Usage: npm test [-- options]

Checks everything, on any machine with Node: no database, browser or Docker has to be there.

Options
  --only STAGE  run this stage only; may be given again
  --list        list the stages
  --help
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const output = terminalOutput(process.stdout)
  if (values.help) return output.line(HELP)
  if (values.list) return output.table(STAGES.map((stage) => [stage.name, stage.purpose]))
  const unknown = values.only?.find((name) => !STAGES.some((stage) => stage.name === name))
  if (unknown !== undefined) throw new ExpectedError(`there is no stage "${unknown}"; see --list`)
  const stages = STAGES.filter((stage) => values.only?.includes(stage.name) ?? true)
  const finished = await runStages(stages, output)
  process.exitCode = summarize(finished, output) ? 0 : 1
}

async function runStages(stages: Stage[], output: Output): Promise<FinishedStage[]> {
  const temporaryDirectory = mkdtempSync(join(tmpdir(), 'purser-check-'))
  // PostgreSQL, which root runs under another account, has its data in it.
  chmodSync(temporaryDirectory, 0o711)
  const guard = guardFolder(temporaryDirectory)
  let cluster: Promise<Cluster> | undefined
  const context: StageContext = {
    environment: testEnvironment(),
    temporaryDirectory,
    clusterUrl: async () => (await (cluster ??= startTestCluster())).url(),
  }
  let interrupted = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interrupted) process.exit(1)
      interrupted = true
      killRunningCommands()
    })
  }
  const finished: FinishedStage[] = []
  const runLane = async (lane: Stage['lane']) => {
    for (const stage of stages.filter((candidate) => candidate.lane === lane)) {
      if (!interrupted) finished.push(await runStage(stage, context, output))
    }
  }
  try {
    await Promise.all([runLane('static'), runLane('tests')])
    await runLane('last')
  } finally {
    await (await cluster?.catch(() => undefined))?.stop()
    guard.release()
    rmSync(temporaryDirectory, { recursive: true, force: true })
  }
  if (interrupted) throw new ExpectedError('Interrupted.')
  return finished
}

async function runStage(
  stage: Stage,
  context: StageContext,
  output: Output,
): Promise<FinishedStage> {
  const startedAt = Date.now()
  let result: StageResult
  try {
    result = await stage.run(context)
  } catch (error) {
    result = { succeeded: false, output: error instanceof Error ? `${error.stack}` : `${error}` }
  }
  if (result.succeeded) output.done(stage.name, startedAt)
  else output.problem(`${stage.name} failed\n${result.output.trimEnd()}\n`)
  return { stage, result }
}

/** Keys of real providers have no business in tests: a test must not cost money. */
function testEnvironment(): NodeJS.ProcessEnv {
  const hidden = /^(OPENAI|ANTHROPIC|GOOGLE|STRIPE|HASURA_GRAPHQL|PURSER)_|^FORCE_COLOR$/
  const visible = Object.entries(process.env).filter(([name]) => !hidden.test(name))
  return { ...Object.fromEntries(visible), NO_COLOR: '1' }
}

await runMain(main)
