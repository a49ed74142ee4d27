import postgres from 'postgres'
import { compareVersions } from './files.ts'
import type { Migration, Seed } from './files.ts'
import { ExpectedError } from '../terminal/run-main.ts'

interface AppliedMigration {
  version: string
  name: string
  checksum: string
  applied_at: Date
}

export interface MigrationStatus {
  version: string
  name: string
  state: 'applied' | 'pending' | 'edited' | 'missing'
  applied_at: Date | undefined
}

export type Connection = postgres.Sql
type Report = (line: string) => void

/** Any number will do as long as nothing else in this database locks it. */
const LOCK_KEY = 7_283_646_001
/** Not ours to drop: Hasura keeps its metadata there when it has no database of its own. */
const KEPT_SCHEMAS = ['information_schema', 'hdb_catalog']

/**
 * Applies what is pending, each file in a transaction of its own together with its record, so a
 * failure leaves all earlier ones applied and recorded. Returns how many were applied.
 */
export async function migrateUp(
  connection: Connection,
  migrations: Migration[],
  report: Report,
): Promise<number> {
  const applied = await readApplied(connection)
  refuseEdited(migrations, applied)
  const done = new Set(applied.map((row) => row.version))
  const pending = migrations.filter((migration) => !done.has(migration.version))
  for (const migration of pending) {
    await runFile(
      connection,
      `${migration.version}_${migration.name}/up.sql`,
      migration.up,
      async (tx) => {
        await tx`
        insert into migrations.applied_migrations (version, name, checksum)
        values (${migration.version}, ${migration.name}, ${migration.checksum})`
      },
    )
    report(`applied ${migration.version}_${migration.name}`)
  }
  return pending.length
}

/** Undoes the `count` latest migrations, latest first. Returns how many were undone. */
export async function migrateDown(
  connection: Connection,
  migrations: Migration[],
  count: number,
  report: Report,
): Promise<number> {
  const applied = await readApplied(connection)
  const latest = applied.toReversed().slice(0, count)
  for (const row of latest) {
    const label = `${row.version}_${row.name}`
    const migration = migrations.find((candidate) => candidate.version === row.version)
    if (migration?.down === undefined) {
      throw new ExpectedError(`${label} cannot be undone: there is no down.sql`)
    }
    await runFile(connection, `${label}/down.sql`, migration.down, async (tx) => {
      await tx`delete from migrations.applied_migrations where version = ${row.version}`
    })
    report(`undone ${label}`)
  }
  return latest.length
}

export async function migrationStatus(
  connection: Connection,
  migrations: Migration[],
): Promise<MigrationStatus[]> {
  const applied = await readApplied(connection)
  const rows = migrations.map(({ version, name, checksum }): MigrationStatus => {
    const row = applied.find((candidate) => candidate.version === version)
    if (!row) return { version, name, state: 'pending', applied_at: undefined }
    const state = row.checksum === checksum ? 'applied' : 'edited'
    return { version, name, state, applied_at: row.applied_at }
  })
  const known = new Set(migrations.map((migration) => migration.version))
  const missing = applied
    .filter((row) => !known.has(row.version))
    .map(({ version, name, applied_at }): MigrationStatus => {
      return { version, name, state: 'missing', applied_at }
    })
  return [...rows, ...missing].sort((left, right) => compareVersions(left.version, right.version))
}

/** Runs every seed file. Seeds run at each start and must leave existing rows as they should be. */
export async function applySeeds(
  connection: Connection,
  seeds: Seed[],
  report: Report,
): Promise<void> {
  for (const seed of seeds) {
    await runFile(connection, seed.name, seed.text, async () => undefined)
    report(`seeded ${seed.name}`)
  }
}

/** Drops every schema of the database and all that is in them; roles belong to the cluster. */
export async function dropEverything(connection: Connection): Promise<void> {
  await connection.begin(async (tx) => {
    const schemas = await tx<{ name: string }[]>`
      select nspname as name from pg_catalog.pg_namespace
      where nspname not like 'pg\_%' and nspname <> all (${KEPT_SCHEMAS})`
    for (const { name } of schemas) await tx`drop schema ${tx(name)} cascade`
    await tx`create schema public`
    await tx`grant usage on schema public to public`
  })
}

/**
 * Runs `work` on one connection while no other migrator works on the same database. Waits for the
 * other one: then there is usually nothing left to do.
 */
export async function withMigrationLock<Result>(
  databaseUrl: string,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  // One connection that lives as long as the work: the lock belongs to its session.
  const connection = postgres(databaseUrl, {
    max: 1,
    max_lifetime: null,
    onnotice: () => undefined,
    connection: { application_name: 'purser-migrate' },
  })
  try {
    await connection`select pg_advisory_lock(${LOCK_KEY})`
    return await work(connection)
  } finally {
    await connection.end({ timeout: 5 })
  }
}

async function readApplied(connection: Connection): Promise<AppliedMigration[]> {
  await connection.unsafe(`
    create schema if not exists migrations;
    create table if not exists migrations.applied_migrations (
      version numeric primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    );
    comment on schema migrations is 'What the migrator applied to this database.';
  `)
  return connection<AppliedMigration[]>`
    select version::text, name, checksum, applied_at
    from migrations.applied_migrations as applied order by applied.version`
}

function refuseEdited(migrations: Migration[], applied: AppliedMigration[]): void {
  const edited = applied.filter((row) => {
    const migration = migrations.find((candidate) => candidate.version === row.version)
    return migration?.checksum !== row.checksum
  })
  if (edited.length === 0) return
  const names = edited.map((row) => `  ${row.version}_${row.name}`).join('\n')
  throw new ExpectedError(
    `These migrations were edited or removed after they were applied to this database:\n${names}\n` +
      'On a development machine rebuild it, which deletes its rows: `npm start -- --reset`, or ' +
      '`reset --yes` of the migrator.\nElsewhere put the files back and write a new migration.',
  )
}

/** Runs a file and what records it in one transaction; an error names the file and its line. */
async function runFile(
  connection: Connection,
  label: string,
  text: string,
  record: (transaction: postgres.TransactionSql) => Promise<void>,
): Promise<void> {
  try {
    await connection.begin(async (transaction) => {
      await transaction.unsafe(text)
      await record(transaction)
    })
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error
    // Without the cause: it carries the whole file, and all that matters is in the message.
    throw new ExpectedError(describeSqlError(label, text, error))
  }
}

function describeSqlError(label: string, text: string, error: postgres.PostgresError): string {
  const position = Number(error.position)
  const line = position > 0 ? text.slice(0, position).split('\n').length : undefined
  return [
    `${label}${line === undefined ? '' : `:${line}`}: ${error.message} (SQLSTATE ${error.code})`,
    error.detail,
    error.hint && `Hint: ${error.hint}`,
    error.where,
  ]
    .filter(Boolean)
    .join('\n')
}
