import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HASURA_PROJECT_DIRECTORY } from '../migrate/project.ts'
import { readFunctions } from './read-functions.ts'
import type { FunctionSource } from './read-functions.ts'

/** The folder of the migration that is generated from hasura/functions. */
export const FUNCTIONS_MIGRATION = '1760000003000_functions'

const NOTICE =
  '-- Generated from hasura/functions by `npx tsx hasura/local/src/functions/write-migration.ts`.\n' +
  '-- Edit the sources there, not this file.\n'

/** The up migration: every function, in the order of their names. */
export function upMigration(functions: FunctionSource[]): string {
  const parts = functions.map(
    ({ schema, name, text }) => `-- ${schema}/${name}.sql\n${text.trim()}`,
  )
  // Bodies are checked when they are called: functions call each other whatever their order.
  return `${NOTICE}set local check_function_bodies = off;\n\n${parts.join('\n\n')}\n`
}

/** The down migration: triggers first, as they hold on to their functions. */
export function downMigration(functions: FunctionSource[]): string {
  const triggers = functions.flatMap(({ triggers }) =>
    triggers.map(({ name, table }) => `drop trigger ${name} on ${table};`),
  )
  const drops = functions.map(({ schema, name }) => `drop function ${schema}.${name};`)
  return `${NOTICE}${[...triggers, ...drops].join('\n')}\n`
}

export function writeMigration(projectDirectory: string): void {
  const functions = readFunctions(projectDirectory)
  const folder = join(projectDirectory, 'migrations/default', FUNCTIONS_MIGRATION)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'up.sql'), upMigration(functions))
  writeFileSync(join(folder, 'down.sql'), downMigration(functions))
}

/** Whether the committed migration is what the sources make. */
export function isMigrationCurrent(projectDirectory: string): boolean {
  const functions = readFunctions(projectDirectory)
  const folder = join(projectDirectory, 'migrations/default', FUNCTIONS_MIGRATION)
  const read = (file: string): string =>
    readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n')
  return read('up.sql') === upMigration(functions) && read('down.sql') === downMigration(functions)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeMigration(HASURA_PROJECT_DIRECTORY)
}
