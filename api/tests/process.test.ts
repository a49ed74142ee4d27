import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import type postgres from 'postgres'
import { startOpenAiDouble, type OpenAiDouble } from '../doubles/openai/server.ts'
import { asOwner } from './support/actions.ts'
import { ACTION_SECRET, CRON_SECRET } from './support/api.ts'
import { balanceOf, brokenInvariants, createOrganization } from './support/organizations.ts'
import { letAnHourPass, MAIN, startApiProcess } from './support/process.ts'

let database: TestDatabase
let sql: postgres.Sql
let double: OpenAiDouble
const children: ChildProcess[] = []

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true })
  sql = database.sql()
  double = await startOpenAiDouble()
})

beforeEach(() => double.reset())

afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
})

afterAll(async () => {
  await double.close()
  await database.drop()
})

const startProcess = () => startApiProcess(database, double, children)

function postTo(url: string, path: string, body: unknown): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'x-action-secret': ACTION_SECRET, 'x-cron-secret': CRON_SECRET },
    body: JSON.stringify(body),
  })
}

function suggest(url: string, organization: { id: string; ownerId: string }) {
  return postTo(url, '/actions/suggest_questions', {
    action: { name: 'suggest_questions' },
    input: {
      input: {
        product_name: 'Loom',
        product_description: 'Weaving software',
        idempotency_key: randomUUID(),
      },
    },
    session_variables: asOwner(organization),
  })
}

const modelIsAsked = () => vi.waitFor(() => expect(double.requests).toHaveLength(1))

test('SIGTERM lets a running request finish, charges it, and ends with code 0', async () => {
  const organization = await createOrganization(sql)
  const { child, url } = await startProcess()
  double.failWith({ kind: 'stall', times: 1 })
  const running = suggest(url, organization)
  await modelIsAsked()

  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  double.release()
  expect((await running).status).toBe(200)
  expect(await exit).toEqual([0, null])
  expect(await balanceOf(sql, organization.id)).toMatchObject({ reserved: 0, posted: 1999.75 })
})

test('an incomplete environment ends the start and names every variable', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env: { PATH: process.env['PATH'], ACTION_SECRET: 'short' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  children.push(child)
  let message = ''
  child.stderr.on('data', (chunk: Buffer) => (message += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  expect(code).not.toBe(0)
  for (const name of ['API_DATABASE_URL', 'BETTER_AUTH_SECRET', 'ACTION_SECRET', 'CRON_SECRET']) {
    expect(message).toContain(name)
  }
})

test('kill -9 in the middle of a run: the hold ends with the expiry job, nothing is charged', async () => {
  const organization = await createOrganization(sql)
  const { child, url } = await startProcess()
  double.failWith({ kind: 'stall' })
  const running = suggest(url, organization).catch(() => 'gone')
  await modelIsAsked()
  expect(await balanceOf(sql, organization.id)).toMatchObject({ reserved: 0.5 })

  child.kill('SIGKILL')
  expect(await running).toBe('gone')
  expect(await balanceOf(sql, organization.id)).toMatchObject({ reserved: 0.5 })

  await letAnHourPass(database, sql)
  const { url: next } = await startProcess()
  const expiry = await postTo(next, '/cron/expire_reservations', {
    name: 'expire_reservations',
    scheduled_time: '2026-11-22T10:05:00Z',
  })
  expect(await expiry.json()).toMatchObject({ processed: 1 })
  expect(await balanceOf(sql, organization.id)).toEqual({
    posted: 2000,
    reserved: 0,
    available: 2000,
  })
  expect(await brokenInvariants(sql)).toEqual([])
})
