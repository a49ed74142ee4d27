import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { introspect } from '../catalog/introspect.ts'
import { buildEngine, type Engine } from '../engine.ts'
import { loadMetadataDirectory } from '../metadata/load-directory.ts'
import { connectDatabase } from '../server/database.ts'
import { engineSettingsOf } from '../server/engine-settings.ts'
import { readSettings } from '../settings.ts'

const usage = `usage: export-schema --database-url URL --metadata DIRECTORY --out DIRECTORY

Writes the GraphQL schema of every role in the metadata as <role>.graphql, sorted, so that equal
schemas are equal files. Fails when the metadata does not fit the database.`

const header = '# Generated from the metadata and the database by export-schema; do not edit.\n\n'

type Options = { databaseUrl: string; metadata: string; out: string }

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      'database-url': { type: 'string' },
      metadata: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const { 'database-url': databaseUrl, metadata, out } = values
  if (values.help || databaseUrl === undefined || metadata === undefined || out === undefined) {
    console.log(usage)
    process.exit(values.help ? 0 : 2)
  }
  return { databaseUrl, metadata, out }
}

async function readEngine({ databaseUrl, metadata: directory }: Options): Promise<Engine> {
  const settings = readSettings(
    { databaseUrl },
    {
      HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS:
        process.env['HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS'],
    },
  )
  const metadata = await loadMetadataDirectory(directory)
  const sql = connectDatabase(settings)
  try {
    const catalog = await introspect(sql, metadata)
    return buildEngine({ metadata, catalog, settings: engineSettingsOf(settings) })
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Files of roles that are gone are removed; others in the directory are left alone. */
async function removeStale(out: string, roles: readonly string[]): Promise<void> {
  for (const file of await readdir(out)) {
    if (!file.endsWith('.graphql') || roles.includes(file.slice(0, -'.graphql'.length))) continue
    const text = await readFile(join(out, file), 'utf8')
    if (text.startsWith(header)) await rm(join(out, file))
  }
}

async function main(): Promise<void> {
  const options = readOptions()
  const engine = await readEngine(options)
  if (engine.inconsistentObjects.length > 0) {
    for (const { name, reason } of engine.inconsistentObjects) console.error(`${name}: ${reason}`)
    process.exit(1)
  }
  await mkdir(options.out, { recursive: true })
  for (const role of engine.roles) {
    const schema = lexicographicSortSchema(engine.roleSchema(role).schema)
    await writeFile(join(options.out, `${role}.graphql`), `${header}${printSchema(schema)}\n`)
  }
  await removeStale(options.out, engine.roles)
  console.log(`wrote the schemas of ${engine.roles.join(', ')} to ${options.out}`)
}

main().catch((error: unknown) => {
  // What is wrong with a setting, a metadata file or the connection is said in the message.
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
