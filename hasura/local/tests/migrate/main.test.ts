import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase } from '../../src/testing/index.ts'
import type { TestDatabase } from '../../src/testing/index.ts'

const MAIN = fileURLToPath(new URL('../../src/migrate/main.ts', import.meta.url))

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true })
})

afterAll(() => database.drop())

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

  test('status lists the migrations of the product as applied', async () => {
    const { code, output } = await migrate(['status', '--database-url', database.url])
    expect({ code, output }).toMatchObject({ code: 0 })
    expect(output).toMatch(/^applied {3}\d{4}-.*_identity$/m)
    expect(output).not.toMatch(/^(pending|edited|missing)/m)
  })

  test('up takes its settings from the environment, and a role can sign in afterwards', async () => {
    const password = 'p\u00e4ss$word'
    const { code, output } = await migrate([], {
      DATABASE_URL: database.url,
      API_DATABASE_PASSWORD: password,
    })
    expect({ code, output }).toMatchObject({ code: 0 })
    const [row] = await database.sql()`
      select rolcanlogin as can_login, rolpassword like 'SCRAM-SHA-256$%' as is_hashed
      from pg_authid where rolname = 'purser_api'`
    expect(row).toEqual({ can_login: true, is_hashed: true })
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
