import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientOf, control, itemOf, startTestStripe, subscribe } from './support.ts'

const program = join(import.meta.dirname, '../../../doubles/stripe/main.ts')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'purser-stripe-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const nodeArguments = (...programArguments: string[]) => [
  '--import',
  'tsx',
  program,
  ...programArguments,
]

function run(programArguments: string[], environment: Record<string, string> = {}) {
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      nodeArguments(...programArguments),
      {
        cwd: join(import.meta.dirname, '../../..'),
        env: { PATH: process.env['PATH'], ...environment },
      },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, output: stdout + stderr }),
    )
  })
}

describe('the program', () => {
  test('says what it can', async () => {
    const { code, output } = await run(['--help'])
    expect(code).toBe(0)
    for (const option of ['--port', '--webhook-url', '--state']) expect(output).toContain(option)
  })

  test.each([
    [['--port', 'x'], '--port x is not a port'],
    [['--webhook-url', 'https://example.test'], 'only http://127.0.0.1'],
    [['--nonsense'], "Unknown option '--nonsense'"],
  ])('refuses %j with a sentence', async (programArguments, message) => {
    const { code, output } = await run(programArguments)
    expect(code).toBe(1)
    expect(output).toContain(message)
    expect(output).not.toContain('    at ')
  })

  test('does not start beside a live key', async () => {
    const { code, output } = await run([], { STRIPE_SECRET_KEY: 'sk_live_x' })
    expect({ code, output }).toMatchObject({ code: 1 })
    expect(output).toContain('not a test key')
  })

  test('a state file that cannot be read is named', async () => {
    const file = join(folder, 'state.json')
    writeFileSync(file, '{')
    const { code, output } = await run(['--state', file])
    expect(code).toBe(1)
    expect(output).toContain(`The state file ${file} cannot be used`)
  })

  test('tells its address, and keeps its state over a restart', async () => {
    const file = join(folder, 'state.json')
    const start = async () => {
      const child = spawn(process.execPath, nodeArguments('--state', file), {
        cwd: join(import.meta.dirname, '../../..'),
      })
      const [line] = (await once(child.stdout, 'data')) as [Buffer]
      const { stripe_url: url } = JSON.parse(line.toString()) as { stripe_url: string }
      const stop = async () => {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      return { url, stop }
    }
    const first = await start()
    expect(await (await fetch(`${first.url}/healthz`)).text()).toBe('OK')
    const created = await clientOf(first.url).customers.create(
      { name: 'A' },
      { idempotencyKey: 'k' },
    )
    await first.stop()
    const second = await start()
    const stripe = clientOf(second.url)
    expect(await stripe.customers.retrieve(created.id)).toMatchObject({ name: 'A' })
    expect((await stripe.customers.create({ name: 'A' }, { idempotencyKey: 'k' })).id).toBe(
      created.id,
    )
    await second.stop()
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1 })
  })
})

test('what a subscription needs to go on is in the state', async () => {
  const file = join(folder, 'state.json')
  const first = await startTestStripe({ stateFile: file })
  const order = await subscribe(first.stripe, 1_800_000_000)
  await control(first.double.url, 'settings', { draft_seconds: 60 })
  await first.close()
  const second = await startTestStripe({ stateFile: file })
  const end = itemOf(order.subscription).current_period_end
  await second.stripe.testHelpers.testClocks.advance(order.clock.id, { frozen_time: end + 61 })
  const invoices = await second.stripe.invoices.list()
  expect(invoices.data.map(({ status }) => status)).toEqual(['paid', 'paid'])
  await second.close()
})
