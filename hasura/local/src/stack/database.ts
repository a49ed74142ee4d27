import { join } from 'node:path'
import postgres from 'postgres'
import { prepareDatabase } from '../migrate/prepare-database.ts'
import { HASURA_PROJECT_DIRECTORY } from '../migrate/project.ts'
import { startCluster } from '../postgres/cluster.ts'
import type { Cluster } from '../postgres/cluster.ts'
import { logTail } from '../processes/log-tail.ts'
import { keepRunning } from './keep-running.ts'
import type { KeepRunningOptions, KeptPart } from './keep-running.ts'
import type { Secrets } from './secrets.ts'
import { LOG_LINES_IN_REPORTS } from './server-part.ts'

const DATABASE = 'purser'

export interface StackDatabase {
  part: KeptPart
  /** Of the product's database, as the superuser, the api and Hasura. */
  url: string
  apiUrl: string
  hasuraUrl: string
}

export interface StackDatabaseOptions {
  dataDirectory: string
  port: number
  secrets: Secrets
  onNote: (note: string) => void
  onDied: KeepRunningOptions['onDied']
  onBack: KeepRunningOptions['onBack']
}

/** Starts PostgreSQL, keeps it running and makes sure that the product's database exists. */
export async function startDatabase(options: StackDatabaseOptions): Promise<StackDatabase> {
  const { dataDirectory, port, secrets } = options
  const logFile = join(dataDirectory, 'logs/postgres.log')
  let cluster: Cluster | undefined
  const part = await keepRunning({
    name: 'postgres',
    start: async () => {
      cluster = await startCluster({
        dataDirectory: join(dataDirectory, 'postgres'),
        logFile,
        password: secrets.POSTGRES_PASSWORD,
        port,
        durable: true,
        // The same notes at a restart would be noise.
        ...(cluster === undefined && { onNote: options.onNote }),
      })
      return cluster
    },
    logTail: () => logTail(logFile, LOG_LINES_IN_REPORTS),
    onDied: options.onDied,
    onBack: options.onBack,
  })
  const url = (user: string, password: string) =>
    `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${DATABASE}`
  try {
    await createDatabase(
      `postgres://postgres:${encodeURIComponent(secrets.POSTGRES_PASSWORD)}@127.0.0.1:${port}/postgres`,
    )
  } catch (error) {
    await part.stop()
    throw error
  }
  return {
    part,
    url: url('postgres', secrets.POSTGRES_PASSWORD),
    apiUrl: url('purser_api', secrets.API_DATABASE_PASSWORD),
    hasuraUrl: url('purser_hasura', secrets.HASURA_DATABASE_PASSWORD),
  }
}

async function createDatabase(clusterUrl: string): Promise<void> {
  const admin = postgres(clusterUrl, { max: 1, onnotice: () => undefined })
  try {
    const [found] = await admin`select from pg_catalog.pg_database where datname = ${DATABASE}`
    if (!found) await admin`create database ${admin(DATABASE)}`
  } finally {
    await admin.end({ timeout: 5 })
  }
}

/** Migrates and seeds; returns a line that says what changed. */
export async function migrateDatabase(
  database: StackDatabase,
  secrets: Secrets,
  wishes: { reset: boolean; catalogue: string | undefined },
): Promise<string> {
  const lines: string[] = []
  await prepareDatabase({
    databaseUrl: database.url,
    projectDirectory: HASURA_PROJECT_DIRECTORY,
    passwords: {
      purser_api: secrets.API_DATABASE_PASSWORD,
      purser_hasura: secrets.HASURA_DATABASE_PASSWORD,
    },
    reset: wishes.reset,
    catalogue: wishes.catalogue,
    report: (line) => lines.push(line),
  })
  const applied = lines.filter((line) => line.startsWith('applied')).length
  return applied === 0 ? 'up to date' : `${applied} migrations applied`
}
