import { once } from 'node:events'
import type { ChildProcess } from 'node:child_process'
import fc from 'fast-check'
import type Stripe from 'stripe'
import { createTestDatabase } from '@purser/local/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startOpenAiDouble } from '../../doubles/openai/server.ts'
import { shuffled } from '../../doubles/stripe/webhooks/shuffle.ts'
import {
  AHEAD_SECONDS,
  deliver,
  deliverAll,
  live,
  moveClock,
  openPages,
  outcomeOf,
  startFromSnapshot,
  stripeEnvironment,
  type OpenedPages,
} from '../support/billing-life.ts'
import { brokenInvariants } from '../support/organizations.ts'
import { startApiProcess } from '../support/process.ts'
import { runJob } from '../support/purchases.ts'

/** PURSER_FUZZ_RUNS asks for more; a busy machine ends with fewer. */
const RUNS = Number(process.env['PURSER_FUZZ_RUNS'] ?? 6)
const TIME_LIMIT_MILLISECONDS = 6_000 * RUNS

let opened: OpenedPages
let events: Stripe.Event[]
/** What the perfect order ends in: every event at its moment, once. */
let perfect: unknown

beforeAll(async () => {
  opened = await openPages()
  const api = await startFromSnapshot(opened)
  opened.stripe.outbox.configure({ mode: 'ordered', url: `${api.url}/webhooks/stripe` })
  await live(opened, api)
  await runJob(api, 'reset_periods')
  await opened.stripe.outbox.idle()
  opened.stripe.outbox.configure({ mode: 'off' })
  events = opened.stripe.events()
  perfect = await outcomeOf(api.sql)
  expect(await brokenInvariants(api.sql)).toEqual([])
  await api.stop()
}, 120_000)
afterAll(() => opened.close())

test('more than 200 events were recorded, and they moved credits', () => {
  expect(events.length).toBeGreaterThan(200)
  const { ledger } = perfect as { ledger: { type: string }[] }
  const types = new Set(ledger.map(({ type }) => type))
  expect([...types]).toEqual(expect.arrayContaining(['topup_purchase', 'admin_adjustment']))
})

/** How the network treats the events. Lost ones never come; the comparison with Stripe finds them. */
const weather = fc.record({
  seed: fc.integer({ min: 1 }),
  lostPercent: fc.integer({ min: 0, max: 60 }),
  twicePercent: fc.integer({ min: 0, max: 60 }),
  senders: fc.integer({ min: 1, max: 8 }),
})

test(
  'any order, duplication, delay and loss of the events ends in the same ledger',
  async () => {
    await fc.assert(
      fc.asyncProperty(weather, async ({ seed, lostPercent, twicePercent, senders }) => {
        const order = shuffled(events, seed)
        const lost = Math.floor((order.length * lostPercent) / 100)
        const twice = Math.floor((order.length * twicePercent) / 100)
        const arriving = order.slice(lost)
        const api = await startFromSnapshot(opened)
        await moveClock(api.sql, AHEAD_SECONDS)
        try {
          await deliverAll(
            api.url,
            shuffled([...arriving, ...arriving.slice(0, twice)], seed + 1),
            senders,
          )
          expect(await brokenInvariants(api.sql)).toEqual([])
          await runJob(api, 'apply_stripe_events')
          await runJob(api, 'reconcile_stripe')
          await runJob(api, 'reset_periods')
          expect(await brokenInvariants(api.sql)).toEqual([])
          expect(await outcomeOf(api.sql)).toEqual(perfect)
          expect(await runJob(api, 'reconcile_stripe')).toMatchObject({ repaired: 0, open: 0 })
        } finally {
          await api.stop()
        }
      }),
      {
        numRuns: RUNS,
        interruptAfterTimeLimit: TIME_LIMIT_MILLISECONDS,
        endOnFailure: true,
      },
    )
  },
  2 * TIME_LIMIT_MILLISECONDS,
)

test('kill -9 of the api in the middle loses and doubles nothing', async () => {
  const database = await createTestDatabase({ migrated: true, copyOf: opened.snapshot })
  const double = await startOpenAiDouble()
  const children: ChildProcess[] = []
  const environment = stripeEnvironment(opened.stripe)
  // Its first line says where it listens.
  const start = () =>
    startApiProcess(database, double, children, { ...environment, LOG_LEVEL: 'info' })
  const sql = database.sql()
  try {
    await moveClock(sql, AHEAD_SECONDS)
    let running = await start()
    let killed: Promise<void> | undefined
    const missed = new Set<Stripe.Event>()
    let answered = 0
    await deliverAll(running.url, shuffled(events, 7), 6, (event, status) => {
      answered += 1
      if (status !== 200) missed.add(event)
      if (answered < events.length / 3) return
      killed ??= (async () => {
        const ended = once(running.child, 'exit')
        running.child.kill('SIGKILL')
        await ended
      })()
    })
    await killed
    expect(missed.size).toBeGreaterThan(0)
    running = await start()
    // The leases of the dead process end.
    await sql`
      update public.stripe_events set lease_expires_at = '-infinity'
      where lease_expires_at is not null`
    for (const event of missed) expect(await deliver(running.url, event)).toBe(200)
    await runJob({ url: running.url }, 'apply_stripe_events')
    await runJob({ url: running.url }, 'reset_periods')
    expect(await brokenInvariants(sql)).toEqual([])
    expect(await outcomeOf(sql)).toEqual(perfect)
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await double.close()
    await database.drop()
  }
}, 90_000)
