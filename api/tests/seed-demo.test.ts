import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testEnvironment } from './support/api.ts'

const run = promisify(execFile)
const SEED = fileURLToPath(new URL('../src/seed-demo.ts', import.meta.url))

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true })
})

afterAll(() => database.drop())

async function seed(password: string): Promise<Record<string, string>[]> {
  const environment = { ...testEnvironment(database), PURSER_DEMO_PASSWORD: password }
  const { stdout } = await run(process.execPath, ['--import', 'tsx', SEED], {
    env: { PATH: process.env['PATH'], ...environment },
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, string>[]
}

test('makes the demo people with their plans and roles, and the second run changes nothing', async () => {
  const first = await seed('a first password')
  expect(first.map(({ email, plan, role }) => [email, plan, role])).toEqual([
    ['owner@team.purser.test', 'team', 'owner'],
    ['admin@team.purser.test', 'team', 'admin'],
    ['member@team.purser.test', 'team', 'member'],
    ['owner@pro.purser.test', 'pro', 'owner'],
    ['owner@free.purser.test', 'free', 'owner'],
    ['admin@platform.purser.test', 'free', 'platform_admin'],
  ])
  const second = await seed('another password')
  const withoutPassword = (users: Record<string, string>[]) =>
    users.map(({ password: _password, ...user }) => user)
  expect(withoutPassword(second)).toEqual(withoutPassword(first))

  const [counts] = await database.sql()`
    select
      (select count(*)::int from auth.users) as users,
      (select count(*)::int from auth.members) as members,
      (select count(*)::int from auth.organizations) as organizations,
      (select sum(monthly_credits)::int from public.organization_credit_balances) as credits`
  expect(counts).toEqual({ users: 6, members: 6, organizations: 4, credits: 2520 })
})
