import { afterEach, expect, test } from 'vitest'
import { createTestDatabase } from '../../src/testing/index.ts'
import type { TestDatabase } from '../../src/testing/index.ts'

const databases: TestDatabase[] = []

afterEach(() => Promise.all(databases.splice(0).map((database) => database.drop())))

async function create(migrated: boolean): Promise<TestDatabase> {
  const database = await createTestDatabase({ migrated })
  databases.push(database)
  return database
}

test('databases asked for at once are migrated, and apart from each other', async () => {
  const [first, second] = await Promise.all([create(true), create(true), create(true)])
  await first.sql()`insert into auth.users (name, email, email_verified)
    values ('Ada', 'ada@example.test', true)`
  expect(await first.sql()`select name from auth.users`).toEqual([{ name: 'Ada' }])
  expect(await second.sql()`select name from auth.users`).toEqual([])
})

test('each role signs in as itself', async () => {
  const database = await create(true)
  const [api] = await database.sql({ as: 'api' })`select current_user as name`
  const [hasura] = await database.sql({ as: 'hasura' })`select current_user as name`
  expect([api, hasura]).toEqual([{ name: 'purser_api' }, { name: 'purser_hasura' }])
})

test('an unmigrated database is empty', async () => {
  const database = await create(false)
  expect(await database.sql()`select from pg_namespace where nspname = 'auth'`).toHaveLength(0)
})

test('a dropped database is gone, also while somebody is connected', async () => {
  const database = await createTestDatabase({ migrated: false })
  const other = await create(false)
  await database.sql()`select 1`
  await database.drop()
  const name = new URL(database.url).pathname.slice(1)
  expect(await other.sql()`select from pg_database where datname = ${name}`).toHaveLength(0)
})
