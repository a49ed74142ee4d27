import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { REPOSITORY_DIRECTORY, typescriptProgram } from '../../src/processes/node-program.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'purser-command-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Result {
  code: number
  output: string
}

function run(
  program: 'stack' | 'check',
  commandLine: string[],
  environment: Record<string, string> = {},
): Promise<Result> {
  const file = join(REPOSITORY_DIRECTORY, `hasura/local/src/${program}/main.ts`)
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      typescriptProgram(file, ...commandLine),
      { env: { PATH: process.env['PATH'], PURSER_DATA_DIR: folder, ...environment } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? 1, output: stdout + stderr }),
    )
  })
}

describe('npm start', () => {
  test('--help names every variable that it reads', async () => {
    const { code, output } = await run('stack', ['--help'])
    expect(code).toBe(0)
    for (const name of [
      'PURSER_WEB_PORT',
      'PURSER_DATA_DIR',
      'OPENAI_API_KEY',
      'STRIPE_SECRET_KEY',
      '--reset',
    ]) {
      expect(output).toContain(name)
    }
    expect(existsSync(join(folder, 'stack.pid'))).toBe(false)
  })

  test('--catalogue with a name that is none answers those that there are', async () => {
    const { code, output } = await run('stack', ['--catalogue', 'shop'])
    expect({ code, output: output.trim() }).toEqual({
      code: 1,
      output: 'there is no catalogue "shop": choose one of letters, platform, testimonials, voice',
    })
  })

  test('--reset asks, and without a terminal wants --yes', async () => {
    const { code, output } = await run('stack', ['--reset'])
    expect({ code, output: output.trim() }).toEqual({
      code: 1,
      output: '--reset deletes all rows: add --yes',
    })
  })

  test('a port set by hand that is taken is a sentence, and leaves nothing behind', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await vi.waitFor(() => expect(server.listening).toBe(true))
    const { port } = server.address() as AddressInfo
    const { code, output } = await run('stack', [], { PURSER_HASURA_PORT: `${port}` })
    expect(code).toBe(1)
    expect(output).toContain(`PURSER_HASURA_PORT=${port}: the port is taken`)
    expect(output).not.toContain('    at ')
    expect(readdirSync(folder).toSorted()).toEqual(['logs', 'secrets.json'])
    server.close()
  })

  test('an unknown option is named', async () => {
    const { code, output } = await run('stack', ['--fast'])
    expect(code).toBe(1)
    expect(output).toContain("Unknown option '--fast'")
    expect(output).toContain('See --help.')
  })
})

describe('npm test', () => {
  test('--list has a stage for each part', async () => {
    const { code, output } = await run('check', ['--list'])
    expect(code).toBe(0)
    const stages = output.split('\n').map((line) => line.trim().split(/\s+/)[0])
    const parts = ['format', 'types', 'lint', 'sql', 'engine', 'api', 'web', 'e2e']
    expect(stages).toEqual(expect.arrayContaining(parts))
  })

  test('an unknown stage is named', async () => {
    const { code, output } = await run('check', ['--only', 'nothing'])
    expect({ code, output: output.trim() }).toEqual({
      code: 1,
      output: 'there is no stage "nothing"; see --list',
    })
  })
})
