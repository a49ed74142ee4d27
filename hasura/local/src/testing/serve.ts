import { startTestCluster } from './cluster.ts'

// A throw-away cluster for experiments and for running one test file again and again:
// set PURSER_TEST_CLUSTER_URL to the printed URL. It ends, and is removed, with this process.
const cluster = await startTestCluster()
process.stdout.write(`${cluster.url()}\n`)

let stopping = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping) return
    stopping = true
    void cluster.stop()
  })
}
await cluster.exited
if (!stopping) {
  process.stderr.write('PostgreSQL ended\n')
  process.exitCode = 1
}
