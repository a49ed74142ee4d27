import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Sql } from 'postgres'
import { CronService } from '../../src/cron/service.ts'
import { connect } from '../../src/execute/database.ts'
import type { CronTriggerMetadata } from '../../src/metadata/actions.ts'
import { startWebhook, type WebhookAnswer, type WebhookDouble } from './webhook-double.ts'

const logger = pino({ level: 'silent' })
const everySecond = '* * * * * *'

describe('cron triggers', () => {
  let database: TestDatabase
  let pool: Sql
  let webhook: WebhookDouble
  let answer: WebhookAnswer = {}
  const services: CronService[] = []

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false })
    pool = connect(database.url, { max: 4 }) as unknown as Sql
    webhook = await startWebhook(() => answer)
  })
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()))
    webhook.calls.length = 0
    answer = {}
  })
  afterAll(async () => {
    await pool.end({ timeout: 1 })
    await webhook.stop()
    await database.drop()
  })

  function start(trigger: Partial<CronTriggerMetadata> & { name: string }) {
    const environment = { BASE: webhook.url, CRON_SECRET: 'from-environment' }
    const service = new CronService(pool, environment, logger)
    services.push(service)
    service.apply([{ webhook: '{{BASE}}/cron', schedule: everySecond, ...trigger }])
    return service
  }
  type Payload = { id: string; name: string; scheduled_time: string }
  const payloads = () => webhook.calls.map(({ body }) => body as Payload)

  it('posts the payload of Hasura, with headers from the environment', async () => {
    start({
      name: 'tidy',
      payload: { job: 'tidy' },
      comment: 'keeps order',
      headers: [{ name: 'x-cron-secret', value_from_env: 'CRON_SECRET' }],
    })
    await vi.waitFor(() => expect(webhook.calls.length).toBeGreaterThan(0), 5000)
    const [first] = webhook.calls
    expect(first?.headers['x-cron-secret']).toBe('from-environment')
    expect(first?.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      name: 'tidy',
      scheduled_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      payload: { job: 'tidy' },
      comment: 'keeps order',
    })
  })

  it('two engines fire once for one scheduled time', async () => {
    start({ name: 'shared' })
    start({ name: 'shared' })
    await vi.waitFor(() => expect(webhook.calls.length).toBeGreaterThan(2), 8000)
    const times = payloads().map(({ scheduled_time: time }) => time)
    expect(new Set(times).size).toBe(times.length)
  })

  it('tries again as retry_conf says, with the same id, then gives up', async () => {
    answer = { status: 500 }
    start({
      name: 'failing',
      retry_conf: { num_retries: 2, retry_interval_seconds: 0, timeout_seconds: 2 },
    })
    const triesOfFirst = () => {
      const [first] = payloads()
      return payloads().filter(({ id }) => id === first?.id).length
    }
    await vi.waitFor(() => expect(triesOfFirst()).toBe(3), 10_000)
    const id = payloads()[0]?.id ?? ''
    const sql = database.sql()
    await vi.waitFor(async () => {
      const [row] = await sql`select status, tries from hdb_engine.cron_events where id = ${id}`
      expect(row).toMatchObject({ status: 'error', tries: 3 })
    }, 5000)
  })
})
