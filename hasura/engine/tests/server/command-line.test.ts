import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startEngineProcess } from './engine-process.ts'
import { writeMetadata } from './metadata-fixture.ts'
import { TestSocket } from './websocket-client.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)
type Exit = { code: number; stdout: string; stderr: string }

describe('command line', () => {
  let database: TestDatabase
  let folder: string
  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false })
    await database.sql()`create table notes (id int primary key)`
    folder = mkdtempSync(join(tmpdir(), 'engine-main-'))
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await database.drop()
  })

  const start = (args: string[], environment: Record<string, string> = {}) =>
    run(process.execPath, ['--import', 'tsx', 'src/main.ts', ...args], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      timeout: 20_000,
    }).then(
      ({ stdout, stderr }): Exit => ({ code: 0, stdout, stderr }),
      (error: Exit) => error,
    )

  it('explains itself', async () => {
    expect(await start(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--database-url') as string,
    })
  })

  it.each([
    [[], {}, /--database-url.*PG_DATABASE_URL/],
    [['--unknown'], {}, /--unknown/],
    [['--database-url', 'postgres://x@127.0.0.1/x', '--port', 'x'], {}, /--port/],
    [
      ['--database-url', 'postgres://x@127.0.0.1/x'],
      { HASURA_GRAPHQL_JWT_SECRET: '{"type":"HS256","key":"k"}' },
      /HASURA_GRAPHQL_JWT_SECRET requires --admin-secret/,
    ],
  ] as [string[], Record<string, string>, RegExp][])(
    'refuses %j %j',
    async (args, environment, message) => {
      const { code, stderr } = await start(args, environment)
      expect(stderr).toMatch(message)
      expect(code).toBe(2)
    },
  )

  it('names the file and key of metadata that it does not know', async () => {
    const metadata = join(folder, 'unknown')
    writeMetadata(metadata, {
      tables: [{ table: { schema: 'public', name: 'notes' }, event_triggers: [{ name: 'x' }] }],
    })
    const { code, stderr } = await start(['--database-url', database.url, '--metadata', metadata])
    expect(stderr).toMatch(/tables\.yaml.*event_triggers/)
    expect(code).toBe(2)
  })

  it('says which objects of the metadata make the same name', async () => {
    const metadata = join(folder, 'conflict')
    const table = { schema: 'public', name: 'notes' }
    const custom_root_fields = { select_by_pk: 'notes' }
    writeMetadata(metadata, { tables: [{ table, configuration: { custom_root_fields } }] })
    const { code, stderr } = await start(['--database-url', database.url, '--metadata', metadata])
    expect(stderr).toMatch(
      /^Encountered conflicting definitions.*'notes' defined in \[table notes /,
    )
    expect(code).toBe(1)
  })

  it('says that a port is in use, and that the database does not answer', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const taken = await start(['--database-url', database.url, '--port', String(port)])
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining(`--port: ${port}`)])
    server.close()
    const absent = await start(['--database-url', 'postgres://x@127.0.0.1:1/x', '--port', '0'])
    expect([absent.code, absent.stderr]).toEqual([1, expect.stringMatching(/database/)])
  })

  it('serves a metadata directory, and ends in order on SIGTERM', async () => {
    const metadata = join(folder, 'good')
    writeMetadata(metadata, { tables: [{ table: { schema: 'public', name: 'notes' } }] })
    const engine = await startEngineProcess(database.url, {}, ['--metadata', metadata])
    const response = await fetch(`${engine.url}/v1/graphql`, {
      method: 'POST',
      headers: { 'x-hasura-admin-secret': engine.adminSecret },
      body: JSON.stringify({ query: '{ notes { id } }' }),
    })
    expect(await response.json()).toEqual({ data: { notes: [] } })
    expect(await engine.stop()).toBe(0)
  })

  it('ends in order with subscribers and a request under way, and leaves no trigger behind', async () => {
    const metadata = join(folder, 'good')
    writeMetadata(metadata, { tables: [{ table: { schema: 'public', name: 'notes' } }] })
    const engine = await startEngineProcess(database.url, {}, ['--metadata', metadata])
    const headers = { 'x-hasura-admin-secret': engine.adminSecret }
    const socket = await TestSocket.connect(engine.url, headers)
    socket.subscribe('1', 'subscription { notes { id } }')
    await socket.received('1', 1)
    const sql = database.sql()
    const triggers = () => sql`select from pg_trigger where tgname = 'hdb_engine_touched'`
    await vi.waitFor(async () => expect(await triggers()).toHaveLength(1), 5000)
    const underWay = fetch(`${engine.url}/v2/query`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ type: 'run_sql', args: { sql: 'select pg_sleep(1)' } }),
    })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await engine.stop()).toBe(0)
    expect((await underWay).status).toBe(200)
    expect(await socket.closedWith()).toBe(1001)
    expect(await triggers()).toHaveLength(0)
  })
})
