import { mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import {
  OPERATIONS_DIRECTORY,
  SCHEMA_DIRECTORY,
  differingFiles,
  generate,
} from '../generate/generate.ts'
import { REPOSITORY_DIRECTORY } from '../processes/node-program.ts'
import type { Stage, StageContext, StageResult } from './stages.ts'

export const generatedStage: Stage = {
  name: 'generated',
  purpose: 'hasura/schema and web/src/gql are what migrations and metadata give',
  lane: 'tests',
  run: compareGenerated,
}

async function compareGenerated(context: StageContext): Promise<StageResult> {
  const directory = join(context.temporaryDirectory, 'generated')
  const schemaDirectory = join(directory, 'schema')
  const operationsDirectory = join(directory, 'gql')
  mkdirSync(directory)
  await generate({
    clusterUrl: await context.clusterUrl(),
    schemaDirectory,
    operationsDirectory,
    logFile: join(directory, 'generate.log'),
    environment: context.environment,
  })
  const stale = [
    ...staleFiles(SCHEMA_DIRECTORY, schemaDirectory),
    ...staleFiles(OPERATIONS_DIRECTORY, operationsDirectory),
  ]
  if (stale.length === 0) return { succeeded: true, output: '' }
  return {
    succeeded: false,
    output:
      `These files are not what migrations, metadata and operations give:\n${stale.join('\n')}\n` +
      'Write them with `npx --yes pnpm@12.18.0 --filter @purser/local run generate`.',
  }
}

function staleFiles(committed: string, fresh: string): string[] {
  const folder = relative(REPOSITORY_DIRECTORY, committed)
  return differingFiles(committed, fresh).map((file) => `  ${join(folder, file)}`)
}
