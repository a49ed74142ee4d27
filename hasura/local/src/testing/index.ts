import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { HASURA_PROJECT_DIRECTORY } from '../migrate/project.ts'
import { CLUSTER_VARIABLE } from './cluster.ts'
import { databaseUrl, ensureTemplate } from './template.ts'

export { startCluster } from '../postgres/cluster.ts'
export { TEST_PASSWORD, startTestCluster } from './cluster.ts'
export type { TestClusterOptions } from './cluster.ts'

export interface TestDatabase {
  /** As the superuser. */
  url: string
  /** As the role of the api. */
  apiUrl: string
  /** As the role of Hasura and of the local engine. */
  hasuraUrl: string
  /** A client that drop() ends; as the superuser unless another role is asked for. */
  sql(options?: TestClientOptions): postgres.Sql
  /** Ends the clients of sql() and removes the database, whoever is still connected to it. */
  drop(): Promise<void>
}

export interface TestClientOptions {
  as?: 'superuser' | 'api' | 'hasura'
  /** Connections that the client may open; 10 unless told. */
  max?: number
}

export interface TestDatabaseOptions {
  /** true: cloned from a migrated and seeded template; false: empty. */
  migrated: boolean
  /** Instead: a copy of this one, as it is now; nobody may be connected to it. */
  copyOf?: TestDatabase
  /** The cluster of the run unless told. */
  clusterUrl?: string
}

/** A database of its own for one test file, on the cluster of the run. */
export async function createTestDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const clusterUrl = options.clusterUrl ?? process.env[CLUSTER_VARIABLE]
  if (!clusterUrl) {
    throw new Error(
      `${CLUSTER_VARIABLE} is not set: add globalSetup '@purser/local/test-setup' to vitest.config.ts`,
    )
  }
  const name = `test_${randomBytes(8).toString('hex')}`
  const template = await templateOf(options, clusterUrl)
  await asAdmin(clusterUrl, async (admin) => {
    await admin`create database ${admin(name)} template ${admin(template)}`
  })

  const url = databaseUrl(clusterUrl, name)
  const apiUrl = databaseUrl(clusterUrl, name, 'purser_api')
  const hasuraUrl = databaseUrl(clusterUrl, name, 'purser_hasura')
  const clients: postgres.Sql[] = []
  return {
    url,
    apiUrl,
    hasuraUrl,
    sql({ as = 'superuser', max = 10 } = {}) {
      const urls = { superuser: url, api: apiUrl, hasura: hasuraUrl }
      const client = postgres(urls[as], { max, onnotice: () => undefined })
      clients.push(client)
      return client
    },
    async drop() {
      await Promise.all(clients.map((client) => client.end({ timeout: 2 })))
      await asAdmin(clusterUrl, async (admin) => {
        await admin`drop database if exists ${admin(name)} with (force)`
      })
    },
  }
}

async function templateOf(
  { migrated, copyOf }: TestDatabaseOptions,
  clusterUrl: string,
): Promise<string> {
  if (copyOf) return new URL(copyOf.url).pathname.slice(1)
  return migrated ? ensureTemplate(clusterUrl, HASURA_PROJECT_DIRECTORY) : 'template1'
}

async function asAdmin(
  clusterUrl: string,
  work: (admin: postgres.Sql) => Promise<void>,
): Promise<void> {
  const admin = postgres(clusterUrl, { max: 1, onnotice: () => undefined })
  try {
    await work(admin)
  } finally {
    await admin.end({ timeout: 5 })
  }
}
