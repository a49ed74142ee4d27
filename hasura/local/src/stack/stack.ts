import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { logTail } from '../processes/log-tail.ts'
import { migrateDatabase, startDatabase } from './database.ts'
import type { StackDatabase } from './database.ts'
import { seedDemoUsers } from './demo-users.ts'
import { keepRunning } from './keep-running.ts'
import type { KeepRunningOptions, KeptPart } from './keep-running.ts'
import type { Output } from '../terminal/output.ts'
import { apiEnvironment, defineParts, plainEnvironment, urlsOf } from './parts.ts'
import type { Parts, PartsInput, Urls } from './parts.ts'
import { reservePorts } from './ports.ts'
import type { ReservedPorts } from './ports.ts'
import { loadSecrets } from './secrets.ts'
import type { Secrets } from './secrets.ts'
import { LOG_LINES_IN_REPORTS, startServerPart } from './server-part.ts'
import type { ServerPart } from './server-part.ts'
import type { StackSettings } from './settings.ts'
import { removeStackFile, writeStackFile } from './stack-file.ts'
import type { DemoUser } from './stack-file.ts'
import { buildWeb } from './web-build.ts'

export interface StackOptions {
  settings: StackSettings
  environment: NodeJS.ProcessEnv
  /** Drop all data first. */
  reset: boolean
  /** A demo catalogue for a new database. */
  catalogue: string | undefined
  output: Output
  /** Stops a start that is under way. */
  signal: AbortSignal
}

export interface RunningStack {
  urls: Urls
  users: DemoUser[]
  stackFile: string
}

type Keep = (part: KeptPart, isDatabase: boolean) => void

/**
 * Starts the parts in the order in which they need each other and hands each to `keep`, also when
 * a later one fails: whoever called stops what was kept.
 */
export async function startStack(options: StackOptions, keep: Keep): Promise<RunningStack> {
  const foundation = await layFoundation(options)
  const { step, urls, secrets, build } = foundation
  const kept: KeptPart[] = []
  const database = await startDatabaseStep(options, foundation)
  kept.push(database.part)
  keep(database.part, true)
  await step('database', '', () => migrateDatabase(database, secrets, options))

  const input: PartsInput = {
    ports: foundation.reserved.ports,
    secrets,
    logDirectory: foundation.logDirectory,
    stripeStateFile: stripeStateFile(options),
    environment: options.environment,
    apiDatabaseUrl: database.apiUrl,
    hasuraDatabaseUrl: database.hasuraUrl,
    metadataDatabaseUrl: database.url,
  }
  const parts = defineParts(input)
  const start = (name: keyof Parts) =>
    step(name, urls[name] ?? '', async () => {
      await foundation.reserved.release(name)
      const part = await keepServer(parts[name], options)
      kept.push(part)
      keep(part, false)
    })
  await allOrFirstError([start('model'), startStripeDouble(start, foundation)])
  await start('api')
  const [users] = await allOrFirstError([
    step('demo users', '', () =>
      seedDemoUsers({
        environment: apiEnvironment(input),
        demoPassword: options.settings.demoPassword,
        databaseUrl: database.url,
        logFile: join(foundation.logDirectory, 'demo-users.log'),
        signal: options.signal,
      }),
    ),
    start('hasura'),
  ])
  await step('web build', '', async () => ((await build) ? 'built' : 'up to date'))
  await start('web')

  const stackFile = writeStackFile({
    dataDirectory: options.settings.dataDirectory,
    urls,
    users,
    databaseUrl: database.url,
    adminSecret: secrets.HASURA_GRAPHQL_ADMIN_SECRET,
    processIds: processIdsOf(kept),
  })
  return { urls, users, stackFile }
}

/** What the double knows belongs to the rows of the database: both are kept, or neither. */
function stripeStateFile({ settings }: StackOptions): string {
  return join(settings.dataDirectory, 'stripe.json')
}

async function startStripeDouble(
  start: (name: 'stripe') => Promise<void>,
  { urls, reserved }: Foundation,
): Promise<void> {
  if (urls.stripe === null) await reserved.release('stripe')
  else await start('stripe')
}

interface Foundation {
  logDirectory: string
  secrets: Secrets
  reserved: ReservedPorts
  urls: Urls
  step: ReturnType<typeof stepsOf>
  /** true when the web app had to be built. */
  build: Promise<boolean>
}

/** What has to be settled before the first part starts. */
async function layFoundation(options: StackOptions): Promise<Foundation> {
  const { settings, environment, output, signal } = options
  const logDirectory = join(settings.dataDirectory, 'logs')
  prepareLogs(logDirectory)
  removeStackFile(settings.dataDirectory)
  if (options.reset) rmSync(stripeStateFile(options), { force: true })
  const secrets = loadSecrets(settings.dataDirectory, environment)
  const reserved = await reservePorts(settings.ports, output.note)
  // Beside all that follows: nothing but the web server needs it.
  const buildLog = join(logDirectory, 'web-build.log')
  const build = buildWeb(plainEnvironment(environment, secrets), buildLog, signal)
  build.catch(() => undefined)
  const urls = urlsOf(reserved.ports, environment)
  return { logDirectory, secrets, reserved, urls, step: stepsOf(output, signal), build }
}

function startDatabaseStep(options: StackOptions, foundation: Foundation): Promise<StackDatabase> {
  const { reserved, secrets, step } = foundation
  const port = reserved.ports.postgres
  return step('postgres', `127.0.0.1:${port}`, async () => {
    await reserved.release('postgres')
    const { dataDirectory } = options.settings
    const onNote = options.output.note
    return startDatabase({ dataDirectory, port, secrets, onNote, ...reportsTo(options.output) })
  })
}

/** Waits for all, also when one fails: a part that starts later would be left behind. */
async function allOrFirstError<First>(work: [Promise<First>, Promise<void>]): Promise<[First]> {
  await Promise.allSettled(work)
  const [first] = await Promise.all(work)
  return [first]
}

type Reports = Pick<KeepRunningOptions, 'onDied' | 'onBack'>

function reportsTo(output: Output): Reports {
  return {
    onDied: (name, tail) =>
      output.problem(`${name} ended and is started again; the end of its log:\n${tail}`),
    onBack: (name) => output.note(`${name} answers again`),
  }
}

function processIdsOf(parts: KeptPart[]): Record<string, number> {
  const running = parts.flatMap(({ name, processId }) => {
    const id = processId()
    return id === undefined ? [] : [[name, id] as const]
  })
  return { stack: process.pid, ...Object.fromEntries(running) }
}

function keepServer(part: ServerPart, options: StackOptions): Promise<KeptPart> {
  return keepRunning({
    name: part.name,
    start: () => startServerPart(part, options.signal),
    logTail: () => logTail(part.logFile, LOG_LINES_IN_REPORTS),
    ...reportsTo(options.output),
  })
}

/** Runs a step unless the start was stopped, and says when it is done. */
function stepsOf(output: Output, signal: AbortSignal) {
  return async function step<Result>(
    name: string,
    note: string,
    work: () => Promise<Result>,
  ): Promise<Result> {
    signal.throwIfAborted()
    const startedAt = Date.now()
    const result = await work()
    output.done(name, startedAt, typeof result === 'string' ? result : note)
    return result
  }
}

/** The logs of the run before are kept once, under the name *.previous.log. */
function prepareLogs(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o711 })
  for (const name of readdirSync(directory)) {
    if (!name.endsWith('.log') || name.endsWith('.previous.log')) continue
    const file = join(directory, name)
    renameSync(file, file.replace(/\.log$/, '.previous.log'))
  }
}
