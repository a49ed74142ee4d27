import { randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import type postgres from 'postgres'
import type { ChildProcess } from 'node:child_process'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startOpenAiDouble, type OpenAiDouble } from '../doubles/openai/server.ts'
import { CRON_SECRET } from './support/api.ts'
import { balanceOf, brokenInvariants } from './support/organizations.ts'
import { letAnHourPass, startApiProcess } from './support/process.ts'
import { allEvents, eventsOf, openStream, ownerOn } from './support/streams.ts'

let database: TestDatabase
let sql: postgres.Sql
let double: OpenAiDouble
const children: ChildProcess[] = []

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true })
  sql = database.sql()
  double = await startOpenAiDouble()
})
afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
})
afterAll(async () => {
  await double.close()
  await database.drop()
})

test('kill -9 in mid-stream: the hold ends by expiry, nothing is lost, the key says what became of it', async () => {
  const first = await startApiProcess(database, double, children)
  const owner = await ownerOn({ url: first.url, sql }, 'team')
  const input = { testimonial: 'it saves me hours', idempotency_key: randomUUID() }
  double.failWith({ kind: 'stall', at_chunk: 2, times: 1 })
  const events = eventsOf(await openStream(first, 'polish_testimonial', input, owner.token))
  await events.next()
  expect((await events.next()).value).toMatchObject({ event: 'delta' })
  expect(await balanceOf(sql, owner.organizationId)).toMatchObject({ reserved: 0.5 })

  first.child.kill('SIGKILL')
  await expect(events.next()).rejects.toThrow()
  expect(await balanceOf(sql, owner.organizationId)).toMatchObject({ reserved: 0.5 })

  await letAnHourPass(database, sql)
  const second = await startApiProcess(database, double, children)
  const expiry = await fetch(`${second.url}/cron/expire_reservations`, {
    method: 'POST',
    headers: { 'x-cron-secret': CRON_SECRET },
    body: JSON.stringify({ name: 'expire_reservations', scheduled_time: '2026-11-22T10:05:00Z' }),
  })
  expect(await expiry.json()).toMatchObject({ processed: 1 })
  expect(await balanceOf(sql, owner.organizationId)).toEqual({
    posted: 2000,
    reserved: 0,
    available: 2000,
  })
  const answer = await allEvents(await openStream(second, 'polish_testimonial', input, owner.token))
  expect(answer.at(-1)).toMatchObject({
    event: 'error',
    data: { extensions: { code: 'provider_failed', charged_credits: 0, rule: 'interrupted' } },
  })
  expect(double.requests).toHaveLength(1)
  expect(await brokenInvariants(sql)).toEqual([])
})
