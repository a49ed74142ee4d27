import { findCatalogue, refuseSecondCatalogue } from './catalogue.ts'
import { readMigrations, readSeeds } from './files.ts'
import { applySeeds, dropEverything, migrateUp, withMigrationLock } from './migrator.ts'
import { setRolePasswords } from './role-passwords.ts'
import type { RolePasswords } from './role-passwords.ts'

export interface PrepareOptions {
  databaseUrl: string
  projectDirectory: string
  passwords: RolePasswords
  /** Drop all that is there first. */
  reset: boolean
  /** A demo catalogue for a new database, by its name. */
  catalogue?: string | undefined
  report: (line: string) => void
}

/** Migrates, seeds and lets the roles sign in: a database as a start of the product needs it. */
export async function prepareDatabase(options: PrepareOptions): Promise<void> {
  const migrations = readMigrations(options.projectDirectory)
  const seeds = readSeeds(options.projectDirectory)
  const catalogue =
    options.catalogue === undefined
      ? undefined
      : findCatalogue(options.projectDirectory, options.catalogue)
  await withMigrationLock(options.databaseUrl, async (connection) => {
    if (options.reset) await dropEverything(connection)
    await migrateUp(connection, migrations, options.report)
    await setRolePasswords(connection, options.passwords)
    if (catalogue) {
      await refuseSecondCatalogue(connection)
      await applySeeds(connection, [catalogue], options.report)
    }
    await applySeeds(connection, seeds, options.report)
  })
}
