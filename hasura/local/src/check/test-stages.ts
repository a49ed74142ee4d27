import { basename, join } from 'node:path'
import { REPOSITORY_DIRECTORY } from '../processes/node-program.ts'
import { CLUSTER_VARIABLE } from '../testing/cluster.ts'
import { noTests, vitestCounts } from './counts.ts'
import { runCommand } from './run-command.ts'
import type { Stage, StageContext, StageResult } from './stages.ts'
import { installedFile, packageFoldersWith } from './workspace.ts'

interface Suite {
  name: string
  purpose: string
  folder: string
  config: string
}

const CONFIG = 'vitest.config.ts'
const SQL_TESTS: Suite = {
  name: 'sql',
  purpose: 'SQL functions, migrations and permissions on PostgreSQL',
  folder: 'hasura/local',
  config: 'vitest.sql.config.ts',
}

/** A suite for each package that has tests, under the name of its folder; SQL first. */
export function vitestStages(): Stage[] {
  const packages = packageFoldersWith(CONFIG).map((folder) => ({
    name: basename(folder),
    purpose: `the tests of ${folder}`,
    folder,
    config: CONFIG,
  }))
  return [SQL_TESTS, ...packages].map((suite) => ({
    name: suite.name,
    purpose: suite.purpose,
    lane: 'tests',
    run: (context) => runSuite(suite, context),
  }))
}

async function runSuite(suite: Suite, context: StageContext): Promise<StageResult> {
  const reportFile = join(context.temporaryDirectory, `${suite.name}.json`)
  const result = await runCommand({
    node: [
      installedFile('', 'vitest/vitest.mjs'),
      'run',
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      '--config',
      suite.config,
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
