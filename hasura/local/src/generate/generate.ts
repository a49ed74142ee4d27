import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { REPOSITORY_DIRECTORY, typescriptProgram } from '../processes/node-program.ts'
import { runOnce } from '../processes/run-once.ts'
import { createTestDatabase } from '../testing/index.ts'

/** Where generated files are committed. */
export const SCHEMA_DIRECTORY = join(REPOSITORY_DIRECTORY, 'hasura/schema')
export const OPERATIONS_DIRECTORY = join(REPOSITORY_DIRECTORY, 'web/src/gql')

export interface GenerateOptions {
  clusterUrl: string
  schemaDirectory: string
  operationsDirectory: string
  logFile: string
  environment: NodeJS.ProcessEnv
}

/**
 * Writes what follows from migrations and metadata: the GraphQL schema of each role, and from those
 * the web app's typed operations.
 */
export async function generate(options: GenerateOptions): Promise<void> {
  const { schemaDirectory, operationsDirectory, logFile, environment } = options
  const engine = join(REPOSITORY_DIRECTORY, 'hasura/engine')
  const web = join(REPOSITORY_DIRECTORY, 'web')
  const database = await createTestDatabase({ migrated: true, clusterUrl: options.clusterUrl })
  mkdirSync(schemaDirectory, { recursive: true })
  try {
    await runOnce({
      name: 'the export of the GraphQL schemas',
      nodeArguments: typescriptProgram(
        join(engine, 'src/cli/export-schema.ts'),
        ...['--database-url', database.hasuraUrl],
        ...['--metadata', join(REPOSITORY_DIRECTORY, 'hasura/metadata')],
        ...['--out', schemaDirectory],
      ),
      directory: engine,
      environment: { ...environment, HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS: 'false' },
      logFile,
    })
  } finally {
    await database.drop()
  }
  await runOnce({
    name: 'the generation of typed operations',
    nodeArguments: [
      join(web, 'node_modules/@graphql-codegen/cli/esm/bin.js'),
      '--config',
      'codegen.ts',
    ],
    directory: web,
    environment: {
      ...environment,
      PURSER_SCHEMA_DIR: schemaDirectory,
      PURSER_GQL_DIR: operationsDirectory,
    },
    logFile,
  })
}

/** Files under two folders that are not the same in both, by their path inside. */
export function differingFiles(left: string, right: string): string[] {
  const files = new Set([...filesUnder(left), ...filesUnder(right)])
  return [...files]
    .filter((file) => textOf(join(left, file)) !== textOf(join(right, file)))
    .toSorted()
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(graphql|ts)$/.test(entry.name))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
