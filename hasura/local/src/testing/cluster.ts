import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startCluster } from '../postgres/cluster.ts'
import type { Cluster } from '../postgres/cluster.ts'
import { guardFolder } from '../processes/guard.ts'

/** Everything in a test cluster is thrown away; nobody but this machine's user can reach it. */
export const TEST_PASSWORD = 'test'

/** Tells test processes which cluster to use. */
export const CLUSTER_VARIABLE = 'PURSER_TEST_CLUSTER_URL'

export interface TestClusterOptions {
  /** true: commits reach the disk, as in production. Tests that crash or measure need it. */
  durable?: boolean
  settings?: Record<string, string>
}

/** A cluster of its own in a temporary folder, which stop() removes. */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'purser-test-'))
  // mkdtemp makes a folder that only we may enter; PostgreSQL may run under another account.
  chmodSync(folder, 0o711)
  const guard = guardFolder(folder)
  const remove = () => {
    guard.release()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const cluster = await startCluster({
      dataDirectory: join(folder, 'data'),
      logFile: join(folder, 'postgres.log'),
      password: TEST_PASSWORD,
      durable: options.durable ?? false,
      ...(options.settings && { settings: options.settings }),
    })
    const stop = async () => {
      await cluster.stop()
      remove()
      // Where TMPDIR is closed to PostgreSQL's account the data is in a folder elsewhere.
      const isElsewhere = !cluster.dataDirectory.startsWith(folder)
      if (isElsewhere) rmSync(dirname(cluster.dataDirectory), { recursive: true, force: true })
    }
    return { ...cluster, stop }
  } catch (error) {
    remove()
    throw error
  }
}
