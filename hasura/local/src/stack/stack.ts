import { mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { logTail } from '../processes/log-tail.ts'
import { migrateDatabase, startDatabase } from './database.ts'
import { seedDemoUsers } from './demo-users.ts'
import { keepRunning } from './keep-running.ts'
import type { KeepRunningOptions, KeptPart } from './keep-running.ts'
import type { Output } from '../terminal/output.ts'
import { apiEnvironment, defineParts, plainEnvironment, urlsOf } from './parts.ts'
import type { Parts, PartsInput, Urls } from './parts.ts'
import { reservePorts } from './ports.ts'
import { loadSecrets } from './secrets.ts'
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
  output: Output
  /** Stops a start that is under way. */
  signal: AbortSignal
}

export interface RunningStack {
  urls: Urls
  users: DemoUser[]
  stackFile: string
}

/**
 * Starts the parts in the order in which they need each other and hands each to `keep`, also when
 * a later one fails: whoever called stops what was kept.
 */
export async function startStack(
  options: StackOptions,
  keep: (part: KeptPart, isDatabase: boolean) => void,
): Promise<RunningStack> {
  const { settings, environment, output, signal } = options
  const { dataDirectory } = settings
  const logDirectory = join(dataDirectory, 'logs')
  prepareLogs(logDirectory)
  removeStackFile(dataDirectory)
  const secrets = loadSecrets(dataDirectory, environment)
  const reserved = await reservePorts(settings.ports, output.note)
  const { ports } = reserved
  const urls = urlsOf(ports)

  const step = stepsOf(output, signal)
  // Beside all that follows: nothing but the web server needs it.
  const buildLog = join(logDirectory, 'web-build.log')
  const build = buildWeb(plainEnvironment(environment, secrets), buildLog, signal)
  build.catch(() => undefined)

  const reports = reportsTo(output)
  const database = await step('postgres', `127.0.0.1:${ports.postgres}`, async () => {
    await reserved.release('postgres')
    return startDatabase({
      dataDirectory,
      port: ports.postgres,
      secrets,
      onNote: output.note,
      ...reports,
    })
  })
  keep(database.part, true)
  await step('database', '', () => migrateDatabase(database, secrets, options.reset))

  const input: PartsInput = {
    ports,
    secrets,
    logDirectory,
    environment,
    apiDatabaseUrl: database.apiUrl,
    hasuraDatabaseUrl: database.hasuraUrl,
    metadataDatabaseUrl: database.url,
  }
  const parts = defineParts(input)
  const kept = [database.part]
  const start = (name: keyof Parts) =>
    step(name, urls[name], async () => {
      await reserved.release(name)
      const part = await keepServer(parts[name], signal, reports)
      kept.push(part)
      keep(part, false)
    })
  await start('model')
  await start('api')
  const [users] = await allOrFirstError([
    step('demo users', '', () =>
      seedDemoUsers({
        environment: apiEnvironment(input),
        demoPassword: settings.demoPassword,
        databaseUrl: database.url,
        logFile: join(logDirectory, 'demo-users.log'),
        signal,
      }),
    ),
    start('hasura'),
  ])
  await step('web build', '', async () => ((await build) ? 'built' : 'up to date'))
  await start('web')

  const stackFile = writeStackFile({
    dataDirectory,
    urls,
    users,
    databaseUrl: database.url,
    adminSecret: secrets.HASURA_GRAPHQL_ADMIN_SECRET,
    processIds: processIdsOf(kept),
  })
  return { urls, users, stackFile }
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

function keepServer(part: ServerPart, signal: AbortSignal, reports: Reports): Promise<KeptPart> {
  return keepRunning({
    name: part.name,
    start: () => startServerPart(part, signal),
    logTail: () => logTail(part.logFile, LOG_LINES_IN_REPORTS),
    ...reports,
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
