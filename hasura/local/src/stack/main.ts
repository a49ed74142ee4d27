import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { findCatalogue } from '../migrate/catalogue.ts'
import { HASURA_PROJECT_DIRECTORY } from '../migrate/project.ts'
import type { KeptPart } from './keep-running.ts'
import { lockDataDirectory } from './lock.ts'
import { isAlive, npmAncestors } from '../processes/ancestors.ts'
import { terminalOutput } from '../terminal/output.ts'
import type { Output } from '../terminal/output.ts'
import { ExpectedError, runMain } from '../terminal/run-main.ts'
import { readStackSettings } from './settings.ts'
import type { StackSettings } from './settings.ts'
import { removeStackFile } from './stack-file.ts'
import { startStack } from './stack.ts'
import type { RunningStack } from './stack.ts'

const HELP = `Usage: npm start [-- options]

Starts the whole of Purser on this machine: PostgreSQL, the api, stand-ins for AI models and for
Stripe, the local Hasura engine and the web app. Ctrl-C ends all of it; the data stays for the next start.

Options
  --reset   delete all rows and build the database anew (asks first)
  --yes     do not ask
  --catalogue NAME
            example plans of a new database: testimonials, voice, letters or platform; without it,
            all of them at once (with --reset to change them)
  --help

Environment (each has a value of its own when it is not set)
  PURSER_WEB_PORT 5173, PURSER_API_PORT 3000, PURSER_HASURA_PORT 8080, PURSER_POSTGRES_PORT 5433,
  PURSER_MODEL_DOUBLE_PORT 4010, PURSER_STRIPE_DOUBLE_PORT 4020
                          a taken port is replaced by a free one unless it was set; 0 takes any
  PURSER_DATA_DIR         where data, logs and secrets are kept: .local
  PURSER_DEMO_PASSWORD    password of the demo users
  OPENAI_API_KEY, ANTHROPIC_API_KEY, GOOGLE_GENERATIVE_AI_API_KEY, OPENAI_COMPATIBLE_BASE_URL
                          real models in place of the stand-in
  STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET
                          the real Stripe in place of the stand-in
  POSTGRES_PASSWORD, API_DATABASE_PASSWORD, HASURA_DATABASE_PASSWORD, BETTER_AUTH_SECRET,
  ACTION_SECRET, CRON_SECRET, HASURA_GRAPHQL_ADMIN_SECRET, STRIPE_DOUBLE_WEBHOOK_SECRET
                          made at the first start and kept in secrets.json
`

const ANCESTOR_POLL_MILLISECONDS = 500

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      reset: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      catalogue: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return
  }
  if (values.catalogue !== undefined) findCatalogue(HASURA_PROJECT_DIRECTORY, values.catalogue)
  const settings = readStackSettings(process.env)
  const output = terminalOutput(process.stdout)
  const lock = lockDataDirectory(settings.dataDirectory)
  try {
    if (values.reset && !values.yes && !(await confirmReset(settings))) return
    await runUntilStopped(settings, values, output)
  } finally {
    lock.release()
  }
}

async function confirmReset(settings: StackSettings): Promise<boolean> {
  if (!process.stdin.isTTY) throw new ExpectedError('--reset deletes all rows: add --yes')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`Delete all rows in ${settings.dataDirectory}? [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}

async function runUntilStopped(
  settings: StackSettings,
  wishes: { reset: boolean; catalogue?: string },
  output: Output,
): Promise<void> {
  const stopping = stopOnSignals(output)
  const servers: KeptPart[] = []
  const databases: KeptPart[] = []
  const keep = (part: KeptPart, isDatabase: boolean) => {
    if (isDatabase) databases.push(part)
    else servers.push(part)
  }
  try {
    output.line('Starting Purser')
    const startedAt = Date.now()
    const options = {
      settings,
      environment: process.env,
      reset: wishes.reset,
      catalogue: wishes.catalogue,
      output,
      signal: stopping.signal,
    }
    const stack = await startStack(options, keep)
    announce(stack, startedAt, output)
    await stopping.asked
  } catch (error) {
    // What a stop interrupts fails as it should.
    if (!stopping.signal.aborted) throw error
  } finally {
    stopping.end()
    removeStackFile(settings.dataDirectory)
    await Promise.all(servers.map((part) => part.stop()))
    await Promise.all(databases.map((part) => part.stop()))
  }
  output.line('Stopped.')
}

function announce(stack: RunningStack, startedAt: number, output: Output): void {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  output.line(`\nPurser answers, after ${seconds} s\n`)
  output.table([
    ['part', 'url'],
    ['web', stack.urls.web],
    ['GraphQL', `${stack.urls.hasura}/v1/graphql`],
    ['api', stack.urls.api],
    ['payments', stack.urls.stripe ?? 'the real Stripe'],
  ])
  output.line('')
  output.table([
    ['sign in as', 'password', 'plan', 'role'],
    ...stack.users.map((user) => [user.email, user.password, user.plan, user.role]),
  ])
  output.line(`\n  All of this, and the admin secret, is in ${stack.stackFile}. Ctrl-C stops.\n`)
}

interface Stopping {
  signal: AbortSignal
  asked: Promise<void>
  /** Ends what still runs towards a start. */
  end(): void
}

/** Stops at the first signal; a second one does not wait for anything (the guards then do). */
function stopOnSignals(output: Output): Stopping {
  const controller = new AbortController()
  const asked = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(1)
    output.line('\nStopping…')
    controller.abort()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  const timer = watchNpm(onSignal)
  const end = () => {
    clearInterval(timer)
    controller.abort()
  }
  return { signal: controller.signal, asked, end }
}

/**
 * Not every link of the chain npm → npx → pnpm passes a signal on. When one of them is gone, the
 * person who typed `npm start` has ended it, and nobody is left who could stop this stack.
 */
function watchNpm(stop: () => void): NodeJS.Timeout | undefined {
  const ancestors = npmAncestors()
  if (ancestors.length === 0) return undefined
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent && ancestors.every(isAlive)) return
    clearInterval(timer)
    stop()
  }, ANCESTOR_POLL_MILLISECONDS)
  return timer
}

await runMain(main)
