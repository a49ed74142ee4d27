import { createTestDatabase, startTestCluster } from '@purser/local/testing'
import type postgres from 'postgres'

export interface BenchDatabase {
  admin: postgres.Sql
  apiUrl: string
  /** A client of the api's role with so many connections. */
  api(connections: number): postgres.Sql
  /** The same as the superuser, for the tables that the product does not have. */
  superuser(connections: number): postgres.Sql
  stop(): Promise<void>
}

/** Memory as a small server of its own would have it; commits reach the disk. */
const SETTINGS = {
  shared_buffers: '2GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  work_mem: '32MB',
  maintenance_work_mem: '512MB',
  min_wal_size: '4GB',
}

/** A PostgreSQL of its own with fsync and synchronous_commit on, removed by stop(). */
export async function startBenchDatabase(): Promise<BenchDatabase> {
  const cluster = await startTestCluster({ durable: true, settings: SETTINGS })
  process.env['PURSER_TEST_CLUSTER_URL'] = cluster.url()
  const database = await createTestDatabase({ migrated: true })
  const admin = database.sql({ max: 4 })
  const [durability] = await admin`
    select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`
  if (durability?.['fsync'] !== 'on' || durability['commit'] !== 'on') {
    throw new Error('the bench must run with fsync and synchronous_commit on')
  }
  await recycleLog(admin)
  return {
    admin,
    apiUrl: database.apiUrl,
    api: (connections) => database.sql({ as: 'api', max: connections }),
    superuser: (connections) => database.sql({ max: connections }),
    async stop() {
      await database.drop()
      await cluster.stop()
    },
  }
}

const LOG_SEGMENTS = 200

/**
 * A server that has run for a while writes its log into files that it has used before. A new one
 * makes each of them, 16 MB of zeros, in the middle of somebody's commit.
 */
async function recycleLog(admin: postgres.Sql): Promise<void> {
  for (let segment = 0; segment < LOG_SEGMENTS; segment += 1) {
    await admin`select pg_logical_emit_message(true, 'bench', 'bench')`
    await admin`select pg_switch_wal()`
  }
  await admin`checkpoint`
}
