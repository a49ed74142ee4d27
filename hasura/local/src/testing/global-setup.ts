import { CLUSTER_VARIABLE, startTestCluster } from './cluster.ts'

/**
 * vitest's global set-up: one cluster for the run, in the environment that the test processes
 * inherit. The check runner sets the variable itself, so that all packages share one.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[CLUSTER_VARIABLE]) return undefined
  const cluster = await startTestCluster()
  process.env[CLUSTER_VARIABLE] = cluster.url()
  return async () => {
    await cluster.stop()
  }
}
