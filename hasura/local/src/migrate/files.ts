import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface Migration {
  /** The number before the first underscore of the folder's name; text, as it may be long. */
  version: string
  name: string
  up: string
  /** Absent when there is no down.sql: then the migration cannot be undone. */
  down: string | undefined
  /** Of up.sql, with line ends made equal so that a checkout on Windows has the same one. */
  checksum: string
}

export interface Seed {
  name: string
  text: string
}

const FOLDER_NAME = /^(\d+)_(\w+)$/

/** The migrations of a Hasura project, in the order in which they are applied. */
export function readMigrations(projectDirectory: string): Migration[] {
  const root = join(projectDirectory, 'migrations/default')
  const migrations = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => readMigration(root, entry.name))
    .sort((left, right) => compareVersions(left.version, right.version))
  migrations.forEach((migration, index) => {
    const next = migrations[index + 1]
    if (next && compareVersions(next.version, migration.version) === 0) {
      throw new Error(`${root}: version ${migration.version} is there twice`)
    }
  })
  return migrations
}

function readMigration(root: string, folder: string): Migration {
  const match = FOLDER_NAME.exec(folder)
  if (!match?.[1] || !match[2]) {
    throw new Error(`${join(root, folder)}: the name must be <version>_<name>`)
  }
  const up = readFileSync(join(root, folder, 'up.sql'), 'utf8').replaceAll('\r\n', '\n')
  const downFile = join(root, folder, 'down.sql')
  return {
    version: match[1],
    name: match[2],
    up,
    down: existsSync(downFile) ? readFileSync(downFile, 'utf8') : undefined,
    checksum: createHash('sha256').update(up).digest('hex'),
  }
}

/** Versions are millisecond timestamps or small numbers: compared as numbers of any length. */
export function compareVersions(left: string, right: string): number {
  const difference = BigInt(left) - BigInt(right)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The seed files of a Hasura project by name; Hasura applies them at every start, so may we. */
export function readSeeds(projectDirectory: string): Seed[] {
  return readSqlFiles(join(projectDirectory, 'seeds/default'))
}

/** The demo catalogues, each of which can be applied before the seeds to a new database. */
export function readCatalogues(projectDirectory: string): Map<string, Seed> {
  const files = readSqlFiles(join(projectDirectory, 'seeds/catalogues'))
  return new Map(files.map((file) => [basename(file.name, '.sql'), file]))
}

function readSqlFiles(folder: string): Seed[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
}
