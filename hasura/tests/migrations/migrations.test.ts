import { afterEach, beforeEach, expect, test } from 'vitest'
import { isMigrationCurrent } from '../../local/src/functions/write-migration.ts'
import { readMigrations, readSeeds } from '../../local/src/migrate/files.ts'
import { applySeeds, migrateDown, migrateUp } from '../../local/src/migrate/migrator.ts'
import { HASURA_PROJECT_DIRECTORY } from '../../local/src/migrate/project.ts'
import { createTestDatabase } from '../../local/src/testing/index.ts'
import type { TestDatabase } from '../../local/src/testing/index.ts'
import type { Sql } from '../support/desk.ts'

const MIGRATIONS = readMigrations(HASURA_PROJECT_DIRECTORY)
const SEEDS = readSeeds(HASURA_PROJECT_DIRECTORY)
const quiet = (): void => undefined

let database: TestDatabase
let sql: Sql

beforeEach(async () => {
  database = await createTestDatabase({ migrated: false })
  sql = database.sql({ max: 1 })
})
afterEach(() => database.drop())

/** Everything that the product's schemas hold, as text that two databases can be compared by. */
async function contents(): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    with ours as (
      select oid from pg_namespace where nspname in ('public', 'private', 'auth')
    )
    select 'relation ' || oid::regclass || ' ' || relkind::text || coalesce(relacl::text, '') as line
    from pg_class where relnamespace in (select oid from ours)
    union all
    select 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod)
      || attnotnull::text || coalesce(pg_get_expr(adbin, adrelid), '')
    from pg_attribute
    join pg_class on pg_class.oid = attrelid
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relnamespace in (select oid from ours) and attnum > 0 and not attisdropped
    union all
    select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    from pg_constraint where connamespace in (select oid from ours)
    union all
    select 'function ' || oid::regprocedure || coalesce(proacl::text, '') || md5(prosrc)
    from pg_proc where pronamespace in (select oid from ours)
    union all
    select 'trigger ' || tgrelid::regclass || ' ' || pg_get_triggerdef(oid)
    from pg_trigger where not tgisinternal
    union all
    select 'schema ' || nspname || coalesce(nspacl::text, '') from pg_namespace
    where oid in (select oid from ours)
    order by 1`
  return rows.map((row) => row.line)
}

test('up, down, up: the second time makes the same', async () => {
  await migrateUp(sql, MIGRATIONS, quiet)
  const first = await contents()
  expect(first.length).toBeGreaterThan(300)
  await migrateDown(sql, MIGRATIONS, MIGRATIONS.length, quiet)
  expect((await contents()).filter((line) => !line.startsWith('schema '))).toEqual([])
  await migrateUp(sql, MIGRATIONS, quiet)
  expect(await contents()).toEqual(first)
})

test('each migration can be undone and applied again with data in the database', async () => {
  await migrateUp(sql, MIGRATIONS, quiet)
  await applySeeds(sql, SEEDS, quiet)
  await sql`insert into auth.organizations (name, slug) values ('Acme', 'acme')`
  for (let count = 1; count <= MIGRATIONS.length; count += 1) {
    await migrateDown(sql, MIGRATIONS, count, quiet)
    await migrateUp(sql, MIGRATIONS, quiet)
  }
  await applySeeds(sql, SEEDS, quiet)
  await sql`insert into auth.organizations (name, slug) values ('Acme', 'acme')`
  const [row] = await sql`select monthly_credits from public.organization_credit_balances`
  expect(row).toEqual({ monthly_credits: '10.00' })
})

test('without seeds no account can be opened, and the error says so (LG005)', async () => {
  await migrateUp(sql, MIGRATIONS, quiet)
  await expect(
    sql`insert into auth.organizations (name, slug) values ('Acme', 'acme')`,
  ).rejects.toMatchObject({ code: 'LG005' })
})

test('every migration has both directions', () => {
  expect(MIGRATIONS.filter(({ down }) => down === undefined)).toEqual([])
})

test('the functions of the migration are those of hasura/functions', () => {
  expect(isMigrationCurrent(HASURA_PROJECT_DIRECTORY)).toBe(true)
})
