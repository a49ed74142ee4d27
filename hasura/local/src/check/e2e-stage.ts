import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { guardProcess } from '../processes/guard.ts'
import { logTail } from '../processes/log-tail.ts'
import { REPOSITORY_DIRECTORY, typescriptProgram } from '../processes/node-program.ts'
import { settledWithin } from '../processes/settled-within.ts'
import { noTests, playwrightCounts } from './counts.ts'
import { runCommand } from './run-command.ts'
import type { Stage, StageContext, StageResult } from './stages.ts'
import { installedFile } from './workspace.ts'

const START_TIMEOUT_SECONDS = 240
const STOP_TIMEOUT_SECONDS = 40
const POLL_INTERVAL_MILLISECONDS = 200
const LOG_LINES_IN_ERRORS = 60

export const e2eStage: Stage = {
  name: 'e2e',
  purpose: 'journeys in real browsers against a stack of their own',
  lane: 'last',
  run: runJourneys,
}

async function runJourneys(context: StageContext): Promise<StageResult> {
  const stack = await startStackProcess(context)
  try {
    if (stack.problem !== undefined) {
      return { succeeded: false, output: stack.problem, counts: { e2e: noTests() } }
    }
    const reportFile = join(context.temporaryDirectory, 'e2e.json')
    const result = await runCommand({
      node: [installedFile('e2e', '@playwright/test/cli.js'), 'test', '--reporter=list,json'],
      directory: join(REPOSITORY_DIRECTORY, 'e2e'),
      environment: {
        ...context.environment,
        PURSER_STACK_FILE: stack.file,
        PLAYWRIGHT_JSON_OUTPUT_NAME: reportFile,
      },
    })
    const counts = playwrightCounts(reportFile)
    return {
      succeeded: result.succeeded && counts !== undefined,
      output: result.output,
      counts: { e2e: counts ?? noTests() },
    }
  } finally {
    await stack.stop()
  }
}

interface StackProcess {
  /** stack.json. */
  file: string
  /** Why it does not run. */
  problem: string | undefined
  stop(): Promise<void>
}

/** The same program as `npm start`, on free ports and with data of its own. */
async function startStackProcess(context: StageContext): Promise<StackProcess> {
  const dataDirectory = join(context.temporaryDirectory, 'stack')
  mkdirSync(dataDirectory)
  const logFile = join(dataDirectory, 'output.log')
  const log = openSync(logFile, 'a')
  const child = spawn(
    process.execPath,
    typescriptProgram(join(REPOSITORY_DIRECTORY, 'hasura/local/src/stack/main.ts')),
    {
      cwd: REPOSITORY_DIRECTORY,
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        ...context.environment,
        PURSER_DATA_DIR: dataDirectory,
        PURSER_WEB_PORT: '0',
        PURSER_API_PORT: '0',
        PURSER_HASURA_PORT: '0',
        PURSER_POSTGRES_PORT: '0',
        PURSER_MODEL_DOUBLE_PORT: '0',
        PURSER_STRIPE_DOUBLE_PORT: '0',
      },
    },
  )
  closeSync(log)
  const guard = child.pid === undefined ? undefined : guardProcess(child.pid, 'TERM')
  let running = true
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      running = false
      guard?.release()
      resolve()
    }
    child.once('exit', end)
    child.once('error', end)
  })

  const file = join(dataDirectory, 'stack.json')
  const deadline = Date.now() + START_TIMEOUT_SECONDS * 1000
  while (running && !existsSync(file) && Date.now() < deadline) {
    await delay(POLL_INTERVAL_MILLISECONDS)
  }
  return {
    file,
    problem: existsSync(file)
      ? undefined
      : `The stack did not start:\n${logTail(logFile, LOG_LINES_IN_ERRORS)}`,
    async stop() {
      if (running) child.kill('SIGTERM')
      await settledWithin(exited, STOP_TIMEOUT_SECONDS)
      if (running) child.kill('SIGKILL')
    },
  }
}
