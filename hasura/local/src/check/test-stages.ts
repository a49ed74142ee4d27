import { join } from 'node:path'
import { REPOSITORY_DIRECTORY } from '../processes/node-program.ts'
import { CLUSTER_VARIABLE } from '../testing/cluster.ts'
import { noTests, vitestCounts } from './counts.ts'
import { runCommand } from './run-command.ts'
import { packageFile } from './stages.ts'
import type { Stage, StageContext, StageResult } from './stages.ts'

interface Suite {
  name: string
  purpose: string
  folder: string
  config?: string
}

const SUITES: Suite[] = [
  {
    name: 'sql',
    purpose: 'SQL functions, migrations and permissions on PostgreSQL',
    folder: 'hasura/local',
    config: 'vitest.sql.config.ts',
  },
  { name: 'local', purpose: 'cluster, migrator, stack, compose', folder: 'hasura/local' },
  { name: 'engine', purpose: 'the local engine, with its conformance', folder: 'hasura/engine' },
  { name: 'api', purpose: 'the action server', folder: 'api' },
  { name: 'web', purpose: 'composables and components', folder: 'web' },
]

export const vitestStages: Stage[] = SUITES.map((suite) => ({
  name: suite.name,
  purpose: suite.purpose,
  lane: 'tests',
  run: (context) => runSuite(suite, context),
}))

async function runSuite(suite: Suite, context: StageContext): Promise<StageResult> {
  const reportFile = join(context.temporaryDirectory, `${suite.name}.json`)
  const result = await runCommand({
    node: [
      packageFile('', 'vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...(suite.config ? ['--config', suite.config] : []),
    ],
    directory: join(REPOSITORY_DIRECTORY, suite.folder),
    environment: { ...context.environment, [CLUSTER_VARIABLE]: await context.clusterUrl() },
  })
  const counts = vitestCounts(reportFile, (file) => partOf(suite, file))
  return {
    succeeded: result.succeeded && counts !== undefined,
    output: result.output,
    counts: counts ?? { [suite.name]: noTests() },
  }
}

function partOf(suite: Suite, testFile: string): string {
  return testFile.includes('/conformance') ? 'conformance' : suite.name
}
