import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/postgres/cluster.ts'
import { startTestCluster } from '../../src/testing/index.ts'

const MAIN = fileURLToPath(new URL('../../src/migrate/main.ts', import.meta.url))

// A cluster of its own: the command changes the passwords of roles, which all databases share.
let cluster: Cluster

beforeAll(async () => {
  cluster = await startTestCluster()
})

afterAll(() => cluster.stop())

interface Result {
  code: number
  output: string
}

function migrate(commandLine: string[], environment: Record<string, string> = {}): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', MAIN, ...commandLine],
      { env: { PATH: process.env['PATH'], ...environment } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? 1, output: stdout + stderr }),
    )
  })
}

describe('the command', () => {
  test('--help explains every command and ends well', async () => {
    const { code, output } = await migrate(['--help'])
    expect(code).toBe(0)
    for (const word of ['up', 'down [n]', 'status', 'seed', 'reset', 'DATABASE_URL']) {
      expect(output).toContain(word)
    }
  })

  test('up applies the migrations of the product and lets its roles sign in', async () => {
    const password = 'p\u00e4ss$word'
    const { code, output } = await migrate([], {
      DATABASE_URL: cluster.url(),
      API_DATABASE_PASSWORD: password,
    })
    expect({ code, output }).toMatchObject({ code: 0 })
    const url = new URL(cluster.url())
    url.username = 'purser_api'
    url.password = encodeURIComponent(password)
    const client = postgres(url.href, { max: 1 })
    expect(await client`select current_user as name`).toEqual([{ name: 'purser_api' }])
    await client.end()
  })

  test("makes Hasura's own database and schema, which then belong to its role", async () => {
    const environment = { DATABASE_URL: cluster.url(), HASURA_METADATA_DATABASE: 'hasura_metadata' }
    await migrate([], environment)
    const { code, output } = await migrate([], environment)
    expect({ code, output }).toMatchObject({ code: 0 })
    const client = postgres(cluster.url(), { max: 1 })
    const [row] = await client`
      select
        (select datdba::regrole::text from pg_database where datname = 'hasura_metadata') as database,
        (select nspowner::regrole::text from pg_namespace where nspname = 'hdb_catalog') as schema`
    expect(row).toEqual({ database: 'purser_hasura', schema: 'purser_hasura' })
    await client.end()
  })

  test('status lists them as applied', async () => {
    const { code, output } = await migrate(['status', '--database-url', cluster.url()])
    expect({ code, output }).toMatchObject({ code: 0 })
    expect(output).toMatch(/^applied {3}\d{4}-.*_identity$/m)
    expect(output).not.toMatch(/^(pending|edited|missing)/m)
  })

  test('seeds again without a change of the rows', async () => {
    const client = postgres(cluster.url(), { max: 1 })
    const before = await client`select * from public.plans order by id`
    const { code, output } = await migrate(['seed', '--database-url', cluster.url()])
    expect({ code, output }).toMatchObject({ code: 0 })
    expect(await client`select * from public.plans order by id`).toEqual(before)
    await client.end()
  })

  test.each([
    ['an unknown command', ['sideways'], 'there is no command "sideways"'],
    ['an unknown option', ['--force'], "Unknown option '--force'"],
    ['a reset without --yes', ['reset', '--database-url', 'postgres://x'], 'add --yes'],
    ['a count of nothing', ['down', '0', '--database-url', 'postgres://x'], 'a number from 1'],
    ['no database', ['up'], 'set DATABASE_URL'],
  ])('refuses %s', async (_name, commandLine, message) => {
    const { code, output } = await migrate(commandLine)
    expect(code).toBe(1)
    expect(output).toContain(message)
    expect(output).not.toContain('    at ')
  })
})
