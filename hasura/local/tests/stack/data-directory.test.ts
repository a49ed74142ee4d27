import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockDataDirectory } from '../../src/stack/lock.ts'
import { urlsOf } from '../../src/stack/parts.ts'
import { loadSecrets } from '../../src/stack/secrets.ts'
import { removeStackFile, writeStackFile } from '../../src/stack/stack-file.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'purser-data-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8)

describe('secrets', () => {
  test('are made once and kept for their owner only', () => {
    const first = loadSecrets(folder, {})
    expect(loadSecrets(folder, {})).toEqual(first)
    expect(modeOf(join(folder, 'secrets.json'))).toBe('600')
    expect(new Set(Object.values(first)).size).toBe(8)
    for (const secret of Object.values(first)) expect(secret.length).toBeGreaterThan(40)
  })

  test('the environment wins, and what it says is not kept', () => {
    const environment = { ACTION_SECRET: 'from the environment' }
    expect(loadSecrets(folder, environment).ACTION_SECRET).toBe('from the environment')
    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).not.toContain('environment')
  })

  test('a file of an older version gets what it lacks and keeps the rest', () => {
    writeFileSync(join(folder, 'secrets.json'), '{"ACTION_SECRET":"kept"}')
    const secrets = loadSecrets(folder, {})
    expect(secrets.ACTION_SECRET).toBe('kept')
    expect(loadSecrets(folder, {})).toEqual(secrets)
  })

  test('a damaged file is named', () => {
    writeFileSync(join(folder, 'secrets.json'), '{')
    expect(() => loadSecrets(folder, {})).toThrow(/secrets\.json cannot be used/)
  })
})

describe('the lock', () => {
  test('lets one stack at a time in', async () => {
    // Only a program of this name counts as a stack.
    const program = join(folder, 'stack/main.ts')
    mkdirSync(join(folder, 'stack'))
    writeFileSync(program, 'setInterval(() => undefined, 1000)')
    const other = spawn(process.execPath, [program])
    await once(other, 'spawn')
    writeFileSync(join(folder, 'stack.pid'), `${other.pid}`)
    expect(() => lockDataDirectory(folder)).toThrow(
      `A stack is already running with ${folder} (process ${other.pid})`,
    )
    other.kill('SIGKILL')
    await once(other, 'exit')
    lockDataDirectory(folder).release()
    expect(existsSync(join(folder, 'stack.pid'))).toBe(false)
  })

  test.each([
    ['a process that ended', '4194304'],
    ['another program with its number', `${process.pid}`],
    ['nothing readable', 'x'],
  ])('of %s is taken over', (_name, content) => {
    writeFileSync(join(folder, 'stack.pid'), content)
    const lock = lockDataDirectory(folder)
    expect(readFileSync(join(folder, 'stack.pid'), 'utf8').trim()).toBe(`${process.pid}`)
    lock.release()
  })
})

describe('stack.json', () => {
  const urls = urlsOf({ web: 1, api: 2, hasura: 3, postgres: 4, model: 5, stripe: 6 }, {})
  const user = {
    email: 'a@example.test',
    password: 'p',
    organization_id: 'id',
    plan: 'team',
    role: 'owner',
  }

  test('has the shape that outside programs rely on, for its owner only', () => {
    const file = join(folder, 'stack.json')
    // An older file must not lend its mode.
    writeFileSync(file, '{}', { mode: 0o644 })
    writeStackFile({
      dataDirectory: folder,
      urls,
      databaseUrl: 'postgres://x',
      adminSecret: 's',
      users: [user],
      processIds: { stack: 7 },
    })
    expect(modeOf(file)).toBe('600')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      graphql_url: 'http://127.0.0.1:3/v1/graphql',
      graphql_ws_url: 'ws://127.0.0.1:3/v1/graphql',
      api_url: 'http://127.0.0.1:2',
      web_url: 'http://127.0.0.1:1',
      database_url: 'postgres://x',
      admin_secret: 's',
      users: [user],
      model_url: 'http://127.0.0.1:5',
      stripe_url: 'http://127.0.0.1:6',
      process_ids: { stack: 7 },
    })
    removeStackFile(folder)
    expect(existsSync(file)).toBe(false)
  })
})
