import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createTestDatabase,
  startCluster,
  startTestCluster,
  TEST_PASSWORD,
  type TestDatabase,
} from '@purser/local/testing'
import type postgres from 'postgres'
import { afterEach, expect, test } from 'vitest'
import { startOpenAiDouble } from '../doubles/openai/server.ts'
import { openConnections } from '../src/db/connections.ts'
import { createLedger, type Ledger } from '../src/db/ledger.ts'
import { createMetrics } from '../src/observability.ts'
import { ACTION_SECRET } from './support/api.ts'
import { runOperations, type Desk } from './support/load.ts'
import { balanceOf, brokenInvariants, createOrganization } from './support/organizations.ts'
import { startApiProcess } from './support/process.ts'

/**
 * kill -9 in the middle of load, of the api and of PostgreSQL. Callers repeat what got no answer,
 * with the same key, until it has one. Then: every piece of work was charged exactly once, every
 * hold has ended, and the service goes on.
 */
const OPERATIONS = 300
const CALLERS = 24
const SETTLED = OPERATIONS * 0.9
const HELD_CREDITS = 1.5
const CHARGED_CREDITS = 1.25
const GRANTED_CREDITS = 2000
/** Time enough for every repeat, and short enough to wait for. */
const HOLD_MINUTES = 20

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** What must be true at the end, whatever was killed. */
async function expectNothingLostOrDoubled(sql: postgres.Sql, organizationId: string) {
  const [ledger] = await sql<{ charges: number; operations: number }[]>`
    select count(*)::int as charges, count(distinct reservation_id)::int as operations
    from public.credit_transactions
    where organization_id = ${organizationId} and type = 'ai_consumption'`
  expect(ledger).toEqual({ charges: SETTLED, operations: SETTLED })
  expect(await balanceOf(sql, organizationId)).toMatchObject({
    posted: GRANTED_CREDITS - SETTLED * CHARGED_CREDITS,
    reserved: (OPERATIONS - SETTLED) * HELD_CREDITS,
  })
  expect(await brokenInvariants(sql)).toEqual([])

  // Those who died left their holds: their time comes, here by moving it.
  await sql`
    update private.credit_holds set expires_at = created_at
    where organization_id = ${organizationId}
      and id in (select open.id from private.open_holds as open)`
  await sql`
    update public.organization_credit_balances set next_hold_expires_at = '-infinity'
    where organization_id = ${organizationId}`
  await sql`select private.expire_reservations(100)`
  expect(await balanceOf(sql, organizationId)).toMatchObject({ reserved: 0 })
  expect(await brokenInvariants(sql)).toEqual([])
}

function deskOf(ledger: Ledger, organizationId: string): Desk {
  return {
    async reserve(key) {
      const row = await ledger.reserve({
        organizationId,
        userId: null,
        capability: 'question_generation',
        qualityLevel: 'fast',
        amountCredits: String(HELD_CREDITS),
        idempotencyKey: key,
        expiresInSeconds: HOLD_MINUTES * 60,
        context: null,
      })
      if (!row.reservation_id) throw new Error(row.outcome)
      return row.reservation_id
    },
    async settle(reservationId) {
      const row = await ledger.settle({
        organizationId,
        reservationId,
        amountCredits: String(CHARGED_CREDITS),
        usage: null,
        output: null,
      })
      if (row.outcome !== 'settled' && row.outcome !== 'replayed') throw new Error(row.outcome)
    },
  }
}

/** The same over HTTP, wherever the api is at the moment. */
function httpDesk(url: () => string, organizationId: string): Desk {
  async function call(name: string, input: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${url()}/actions/${name}`, {
      method: 'POST',
      headers: { 'x-action-secret': ACTION_SECRET },
      body: JSON.stringify({
        action: { name },
        input: { input },
        session_variables: { 'x-hasura-role': 'service', 'x-hasura-org-id': organizationId },
      }),
    })
    const answer = (await response.json()) as Record<string, unknown>
    if (!response.ok) throw new Error(JSON.stringify(answer))
    return answer
  }
  return {
    async reserve(key) {
      const held = await call('reserve_credits', {
        capability: 'question_generation',
        quality_level: 'fast',
        amount_credits: HELD_CREDITS,
        idempotency_key: key,
        expires_in_seconds: HOLD_MINUTES * 60,
      })
      return String(held['reservation_id'])
    },
    async settle(reservationId) {
      await call('settle_credits', {
        reservation_id: reservationId,
        amount_credits: CHARGED_CREDITS,
      })
    },
  }
}

test('kill -9 of the api under load: nothing lost, nothing doubled, the next process goes on', async () => {
  const database = await createTestDatabase({ migrated: true })
  closers.push(() => database.drop())
  const double = await startOpenAiDouble()
  closers.push(() => double.close())
  const children: ChildProcess[] = []
  closers.push(() => children.forEach((child) => child.kill('SIGKILL')))
  const sql = database.sql()
  const { id } = await createOrganization(sql)

  let running = await startApiProcess(database, double, children)
  let killed: Promise<void> | undefined
  async function killAndStartAgain(): Promise<void> {
    const ended = once(running.child, 'exit')
    running.child.kill('SIGKILL')
    await ended
    running = await startApiProcess(database, double, children)
  }

  const load = { operations: OPERATIONS, callers: CALLERS }
  const { repeated } = await runOperations(
    httpDesk(() => running.url, id),
    load,
    (done) => {
      if (done >= OPERATIONS / 3) killed ??= killAndStartAgain()
    },
  )
  await killed
  expect(repeated).toBeGreaterThan(0)
  await expectNothingLostOrDoubled(sql, id)
}, 120_000)

test('kill -9 of PostgreSQL under load: what was answered is there, the api finds it again', async () => {
  const cluster = await startTestCluster({ durable: true })
  closers.push(() => cluster.stop())
  const database: TestDatabase = await createTestDatabase({
    migrated: true,
    clusterUrl: cluster.url(),
  })
  const setup = database.sql()
  const { id } = await createOrganization(setup)
  await setup.end()

  const connections = openConnections(database.apiUrl)
  closers.push(() => connections.end(1))
  let killed: Promise<void> | undefined
  async function killAndStartAgain(): Promise<void> {
    const pidFile = readFileSync(join(cluster.dataDirectory, 'postmaster.pid'), 'utf8')
    process.kill(Number.parseInt(pidFile, 10), 'SIGKILL')
    await cluster.exited
    const restarted = await startCluster({
      dataDirectory: cluster.dataDirectory,
      logFile: join(cluster.dataDirectory, '..', 'postgres-after.log'),
      password: TEST_PASSWORD,
      port: cluster.port,
      durable: true,
    })
    // Before the folder goes, which is removed by the first cluster's stop().
    closers.push(() => restarted.stop())
  }

  const ledger = createLedger(connections, createMetrics())
  const load = { operations: OPERATIONS, callers: CALLERS }
  const { repeated } = await runOperations(deskOf(ledger, id), load, (done) => {
    if (done >= OPERATIONS / 3) killed ??= killAndStartAgain()
  })
  await killed
  expect(repeated).toBeGreaterThan(0)
  const sql = database.sql({ max: 2 })
  closers.push(() => sql.end({ timeout: 1 }))
  await expectNothingLostOrDoubled(sql, id)
}, 120_000)
