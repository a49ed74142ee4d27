import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runMain } from '../terminal/run-main.ts'
import { startTestCluster } from '../testing/index.ts'
import { OPERATIONS_DIRECTORY, SCHEMA_DIRECTORY, generate } from './generate.ts'

// Brings the committed generated files up to date: hasura/schema and web/src/gql.
await runMain(async () => {
  const temporaryDirectory = mkdtempSync(join(tmpdir(), 'purser-generate-'))
  const cluster = await startTestCluster()
  try {
    await generate({
      clusterUrl: cluster.url(),
      schemaDirectory: SCHEMA_DIRECTORY,
      operationsDirectory: OPERATIONS_DIRECTORY,
      logFile: join(temporaryDirectory, 'generate.log'),
      environment: process.env,
    })
    process.stdout.write(`written: ${SCHEMA_DIRECTORY}, ${OPERATIONS_DIRECTORY}\n`)
  } finally {
    await cluster.stop()
    rmSync(temporaryDirectory, { recursive: true, force: true })
  }
})
