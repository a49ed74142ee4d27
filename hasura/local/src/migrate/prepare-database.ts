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
  report: (line: string) => void
}

/** Migrates, seeds and lets the roles sign in: a database as a start of the product needs it. */
export async function prepareDatabase(options: PrepareOptions): Promise<void> {
  const migrations = readMigrations(options.projectDirectory)
  const seeds = readSeeds(options.projectDirectory)
  await withMigrationLock(options.databaseUrl, async (connection) => {
    if (options.reset) await dropEverything(connection)
    await migrateUp(connection, migrations, options.report)
    await setRolePasswords(connection, options.passwords)
    await applySeeds(connection, seeds, options.report)
  })
}
