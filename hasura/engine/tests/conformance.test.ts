import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createTestDatabase } from '@purser/local/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEngineProcess } from './server/engine-process.ts'

/** Hasura's own test cases, where their harness is present: it is not part of this repository. */
const harness = resolve(
  process.env['PURSER_CONFORMANCE_DIR'] ??
    join(import.meta.dirname, '../../../../shared/hasura-conformance'),
)
const isPresent = existsSync(join(harness, 'fixtures', 'manifest.json'))
const minutes = 60_000
const run = promisify(execFile)

type Case = { id: string; needs?: string[] }
type Totals = { cases: number; passed: number; failed: number; skipped: number }

/** What the harness calls a setting of the server, and the variable that makes it so. */
const settingsOfNeed: Readonly<Record<string, Record<string, string>>> = {
  'infer-function-permissions-off': { HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS: 'false' },
  'unauthorized-role': { HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' },
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

const withHarness = () => {
  let folder: string
  let cases: Case[]

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hasura-conformance-'))
    cpSync(harness, folder, {
      recursive: true,
      filter: (source) => !source.includes('node_modules'),
    })
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder })
    cases = JSON.parse(readFileSync(join(folder, 'fixtures/manifest.json'), 'utf8')).cases
  }, 3 * minutes)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Runs the harness against an engine of its own on a database of its own. */
  async function runHarness(environment: Record<string, string>, more: string[]) {
    const database = await createTestDatabase({ migrated: false })
    const admin = database.sql()
    await admin`alter database ${admin(new URL(database.url).pathname.slice(1))} set timezone to 'UTC'`
    const engine = await startEngineProcess(database.url, {
      HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES: 'true',
      ...environment,
    })
    const report = join(folder, 'results.json')
    const webhookPort = String(await freePort())
    const args = ['run.mjs', '--fixtures', 'fixtures', '--url', engine.url, '--force']
    args.push('--admin-secret', engine.adminSecret, '--webhook-port', webhookPort)
    args.push('--json', report, ...more)
    try {
      const { stdout } = await run('node', args, {
        cwd: folder,
        maxBuffer: 64 * 1024 * 1024,
      }).catch((error: { stdout: string }) => error)
      const { totals } = JSON.parse(readFileSync(report, 'utf8')) as { totals: Totals }
      return { totals, output: stdout }
    } finally {
      await engine.stop()
      await database.drop()
    }
  }

  it(
    'all cases for the default settings pass',
    async () => {
      const { totals, output } = await runHarness({}, [])
      console.log(output.split('\n').slice(-12).join('\n'))
      const ordinary = cases.filter(({ needs }) => needs === undefined || needs.length === 0)
      expect(totals.failed, output).toBe(0)
      expect(totals.passed).toBe(ordinary.length)
      expect(totals.skipped).toBe(cases.length - ordinary.length)
    },
    15 * minutes,
  )

  it(
    'the cases for other settings pass on an engine with those settings',
    async () => {
      for (const { id, needs } of cases.filter((one) => (one.needs?.length ?? 0) > 0)) {
        const environment = Object.assign({}, ...(needs ?? []).map((need) => settingsOfNeed[need]))
        const more = ['--grep', id, '--server-has', (needs ?? []).join(',')]
        const { totals, output } = await runHarness(environment, more)
        expect(totals.failed, output).toBe(0)
        expect(totals.passed).toBeGreaterThan(0)
      }
    },
    5 * minutes,
  )
}

const withoutHarness = () => {
  it('states that PURSER_CONFORMANCE_DIR may name their folder', () => {
    expect(isPresent).toBe(false)
  })
}

if (isPresent) describe(`Hasura's test cases (${harness})`, withHarness)
else describe(`Hasura's test cases are absent (${harness}): nothing was run`, withoutHarness)
