import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readMigrations } from '../../src/migrate/files.ts'
import {
  migrateDown,
  migrateUp,
  migrationStatus,
  withMigrationLock,
} from '../../src/migrate/migrator.ts'
import { prepareDatabase } from '../../src/migrate/prepare-database.ts'
import type { RolePasswords } from '../../src/migrate/role-passwords.ts'
import { createTestDatabase } from '../../src/testing/index.ts'
import type { TestDatabase } from '../../src/testing/index.ts'

const CREATE_FRUITS = 'create table fruits (name text primary key);'
const CREATE_TREES = 'create table trees (name text references fruits);'

let project: string
let database: TestDatabase
let sql: postgres.Sql
let lines: string[]

beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), 'purser-project-'))
  database = await createTestDatabase({ migrated: false })
  sql = database.sql({ max: 1 })
  lines = []
  write('migrations/default/1_fruits/up.sql', CREATE_FRUITS)
  write('migrations/default/1_fruits/down.sql', 'drop table fruits;')
})

afterEach(async () => {
  await database.drop()
  rmSync(project, { recursive: true, force: true })
})

function write(path: string, text: string): void {
  const file = join(project, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function writeTrees(text = CREATE_TREES): void {
  write('migrations/default/20_trees/up.sql', text)
  write('migrations/default/20_trees/down.sql', 'drop table trees;')
}

function prepare(options: { reset?: boolean; passwords?: RolePasswords } = {}): Promise<void> {
  return prepareDatabase({
    databaseUrl: database.url,
    projectDirectory: project,
    passwords: options.passwords ?? {},
    reset: options.reset ?? false,
    report: (line) => lines.push(line),
  })
}

function down(count: number): Promise<number> {
  return withMigrationLock(database.url, (connection) =>
    migrateDown(connection, readMigrations(project), count, (line) => lines.push(line)),
  )
}

async function tables(): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' order by 1`
  return rows.map((row) => row.name)
}

async function states(): Promise<string[]> {
  const rows = await withMigrationLock(database.url, (connection) =>
    migrationStatus(connection, readMigrations(project)),
  )
  return rows.map((row) => `${row.version} ${row.state}`)
}

describe('up', () => {
  test('applies pending migrations in the order of their numbers, once', async () => {
    writeTrees()
    await prepare()
    expect(await tables()).toEqual(['fruits', 'trees'])
    expect(lines).toEqual(['applied 1_fruits', 'applied 20_trees'])
    lines = []
    await prepare()
    expect(lines).toEqual([])
  })

  test('leaves nothing of a migration that fails, and names file, line and SQLSTATE', async () => {
    writeTrees('create table bushes ();\nselect nonsense;')
    await expect(prepare()).rejects.toThrow(/20_trees\/up\.sql:2: .*nonsense.*SQLSTATE 42703/)
    expect(await tables()).toEqual(['fruits'])
    expect(await states()).toEqual(['1 applied', '20 pending'])
  })

  test('two at once apply each migration once', async () => {
    writeTrees()
    await Promise.all([prepare(), prepare(), prepare()])
    expect(lines.toSorted()).toEqual(['applied 1_fruits', 'applied 20_trees'])
  })

  test('refuses a migration that was edited after it was applied, and says what to do', async () => {
    await prepare()
    write('migrations/default/1_fruits/up.sql', `${CREATE_FRUITS} -- edited`)
    await expect(prepare()).rejects.toThrow(/1_fruits[^]*npm start -- --reset/)
    expect(await states()).toEqual(['1 edited'])
  })

  test('does not take other line ends for an edit', async () => {
    write('migrations/default/1_fruits/up.sql', 'create table fruits (\n name text primary key);')
    await prepare()
    write('migrations/default/1_fruits/up.sql', 'create table fruits (\r\n name text primary key);')
    expect(await states()).toEqual(['1 applied'])
  })

  test('refuses a database whose migration is no longer there', async () => {
    writeTrees()
    await prepare()
    rmSync(join(project, 'migrations/default/20_trees'), { recursive: true })
    await expect(prepare()).rejects.toThrow('edited or removed')
    expect(await states()).toEqual(['1 applied', '20 missing'])
  })

  test('refuses two migrations of one version', async () => {
    write('migrations/default/01_again/up.sql', 'select 1')
    await expect(prepare()).rejects.toThrow(/version 0?1 is there twice/)
  })
})

describe('reset', () => {
  test('drops every row and schema, then applies the edited files', async () => {
    await prepare()
    await sql`create schema leftover`
    await sql`insert into fruits values ('apple')`
    write('migrations/default/1_fruits/up.sql', `${CREATE_FRUITS} -- edited`)
    await prepare({ reset: true })
    expect(await sql`select * from fruits`).toEqual([])
    expect(await sql`select 1 from pg_namespace where nspname = 'leftover'`).toEqual([])
    expect(await states()).toEqual(['1 applied'])
  })
})

describe('down', () => {
  test('undoes the latest first, and up applies it again', async () => {
    writeTrees()
    await prepare()
    expect(await down(1)).toBe(1)
    expect(await tables()).toEqual(['fruits'])
    expect(await down(5)).toBe(1)
    expect(await tables()).toEqual([])
    await prepare()
    expect(await tables()).toEqual(['fruits', 'trees'])
  })

  test('refuses where there is no down.sql', async () => {
    rmSync(join(project, 'migrations/default/1_fruits/down.sql'))
    await prepare()
    await expect(down(1)).rejects.toThrow('there is no down.sql')
  })
})

describe('seeds and roles', () => {
  test('seeds run at every start, in the order of their names', async () => {
    write('seeds/default/2_b.sql', `insert into fruits values ('b') on conflict do nothing`)
    write('seeds/default/1_a.sql', `insert into fruits values ('a') on conflict do nothing`)
    await prepare()
    await prepare()
    expect(lines.slice(1)).toEqual([
      'seeded 1_a.sql',
      'seeded 2_b.sql',
      'seeded 1_a.sql',
      'seeded 2_b.sql',
    ])
    expect(await sql`select name from fruits`).toHaveLength(2)
  })

  test('a password of a role that no migration made yet is left for later', async () => {
    await withMigrationLock(database.url, (connection) =>
      migrateUp(connection, [], () => undefined),
    )
    await prepare({ passwords: {} })
    expect(await states()).toEqual(['1 applied'])
  })
})
