import { getMigrations } from 'better-auth/db/migration'
import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authOptions } from '../../src/auth/auth.ts'
import { connect, type Database } from '../../src/db/client.ts'
import { createLogger } from '../../src/observability.ts'

let database: TestDatabase
let sql: Database

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true })
  sql = connect(database.apiUrl)
})

afterAll(async () => {
  await sql.end()
  await database.drop()
})

test('the identity migration has every table, column and index that better-auth wants', async () => {
  const options = authOptions({
    sql,
    config: {
      publicUrl: 'http://127.0.0.1:3000',
      webUrl: undefined,
      authSecret: 'a-secret-of-at-least-thirty-two-characters',
    },
    log: createLogger('silent'),
  })
  const migrations = await getMigrations(options)
  expect(migrations.toBeCreated).toEqual([])
  expect(migrations.toBeAdded).toEqual([])
  expect((await migrations.compileMigrations()).replace(/[;\s]/g, '')).toBe('')
})
