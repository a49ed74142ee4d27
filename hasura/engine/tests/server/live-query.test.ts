import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import { pino } from 'pino'
import type { Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect } from '../../src/execute/database.ts'
import { LiveQueries } from '../../src/live-query/live-queries.ts'
import type { RunBatch } from '../../src/live-query/poller.ts'
import { batchRunner } from '../../src/live-query/run-batch.ts'
import { TouchNotifier } from '../../src/live-query/touch-notifier.ts'
import type { LivePlan } from '../../src/live-query/types.ts'

const logger = pino({ level: 'silent' })
/** Long enough that only a notification can explain a message within a second. */
const longInterval = 60_000

const reader = `live_reader_${process.pid}`

const statement = `
  select _subs.result_id, (select json_build_object('items', coalesce(json_agg(name order by name), '[]'))
    from items where owner = _subs.result_vars::jsonb->>'owner')::text as result
  from unnest($1::text[], $2::text[]) as _subs (result_id, result_vars)`

describe('live queries', () => {
  let database: TestDatabase
  let sql: Sql
  const stops: (() => unknown)[] = []
  let itemsOid: number

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false })
    sql = database.sql()
    await sql.unsafe(`
      create table items (owner text, name text);
      create view named_items as select name from items;
      create role ${reader} login password 'test';
      grant select on items to ${reader}`)
    const [row] = await sql`select 'items'::regclass::oid::int8 as oid`
    itemsOid = Number(row?.['oid'])
  })
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
    await sql`truncate items`
  })
  afterAll(() => database.drop())

  function start(options: { interval?: number; url?: string } = {}) {
    let runs = 0
    const single = connect(options.url ?? database.url, { max: 1 }) as unknown as Sql
    const pool = connect(database.url, { max: 4 }) as unknown as Sql
    const notifier = new TouchNotifier({ sql: single, data: pool, logger, retryMilliseconds: 200 })
    const runOnDatabase = batchRunner(pool)
    const runBatch: RunBatch = (...batch) => {
      runs += 1
      return runOnDatabase(...batch)
    }
    const liveQueries = new LiveQueries({
      runBatch,
      describeError: (error) => JSON.stringify({ errors: [{ message: (error as Error).message }] }),
      notifier,
      settings: { refetchIntervalMilliseconds: options.interval ?? longInterval, batchSize: 100 },
    })
    stops.push(
      () => pool.end({ timeout: 1 }),
      () => single.end({ timeout: 1 }),
      () => notifier.stop(),
      () => liveQueries.stop(),
    )
    return { liveQueries, notifier, runs: () => runs }
  }

  const planFor = (owner: string, relations = [itemsOid]): LivePlan => ({
    text: statement,
    values: JSON.stringify({ owner }),
    relations,
  })
  function subscriber() {
    const messages: unknown[] = []
    return { messages, next: (text: string) => messages.push(JSON.parse(text)) }
  }
  const items = (...names: string[]) => ({ data: { items: names } })
  const triggers = () =>
    sql`select tgrelid::regclass::text as name from pg_trigger where tgname = 'hdb_engine_touched'`

  it('sends the first result, then each change within moments of the commit', async () => {
    const { liveQueries } = start()
    const one = subscriber()
    liveQueries.subscribe(planFor('a'), one)
    await vi.waitFor(() => expect(one.messages).toEqual([items()]))
    await vi.waitFor(async () => expect(await triggers()).toHaveLength(1))
    await sql`insert into items values ('a', 'x')`
    await vi.waitFor(() => expect(one.messages).toEqual([items(), items('x')]), 1000)
  })

  it('subscribers with equal values are one cohort, and only changed results are sent', async () => {
    const { liveQueries } = start()
    const [one, two, other] = [subscriber(), subscriber(), subscriber()]
    liveQueries.subscribe(planFor('a'), one)
    liveQueries.subscribe(planFor('a'), two)
    liveQueries.subscribe(planFor('b'), other)
    await vi.waitFor(async () => expect(await triggers()).toHaveLength(1))
    await sql`insert into items values ('a', 'x')`
    await vi.waitFor(() => expect(two.messages.at(-1)).toEqual(items('x')), 1000)
    expect(one.messages.at(-1)).toEqual(items('x'))
    expect(other.messages).toEqual([items()])
  })

  it('a thousand subscribers of a hundred values cost one batch a run', async () => {
    const { liveQueries, runs } = start()
    const all = Array.from({ length: 1000 }, (_, index) => {
      const one = subscriber()
      liveQueries.subscribe(planFor(`owner-${index % 100}`), one)
      return one
    })
    await vi.waitFor(() => expect(all.every(({ messages }) => messages.length === 1)).toBe(true))
    expect(runs()).toBeLessThan(5)
  })

  it('a late subscriber gets the present result, the others nothing', async () => {
    const { liveQueries } = start()
    const [early, late] = [subscriber(), subscriber()]
    liveQueries.subscribe(planFor('a'), early)
    await vi.waitFor(() => expect(early.messages).toHaveLength(1))
    liveQueries.subscribe(planFor('a'), late)
    await vi.waitFor(() => expect(late.messages).toEqual([items()]))
    expect(early.messages).toHaveLength(1)
  })

  it('a view is followed to its tables', async () => {
    const { liveQueries } = start()
    const [row] = await sql`select 'named_items'::regclass::oid::int8 as oid`
    const one = subscriber()
    liveQueries.subscribe(planFor('a', [Number(row?.['oid'])]), one)
    await vi.waitFor(async () => expect(await triggers()).toHaveLength(1))
    await sql`insert into items values ('a', 'x')`
    await vi.waitFor(() => expect(one.messages.at(-1)).toEqual(items('x')), 1000)
  })

  it('without the right to make triggers it polls', async () => {
    const url = new URL(database.url)
    url.username = reader
    url.password = 'test'
    const { liveQueries } = start({ interval: 100, url: url.href })
    const one = subscriber()
    liveQueries.subscribe(planFor('a'), one)
    await vi.waitFor(() => expect(one.messages).toHaveLength(1))
    await sql`insert into items values ('a', 'x')`
    await vi.waitFor(() => expect(one.messages.at(-1)).toEqual(items('x')), 2000)
    expect(await triggers()).toHaveLength(0)
  })

  it('a table that is locked gets its trigger later, and is polled until then', async () => {
    const { liveQueries } = start({ interval: 100 })
    const one = subscriber()
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const locked = sql.begin(async (transaction) => {
      await transaction`lock table items in row exclusive mode`
      await held
    })
    liveQueries.subscribe(planFor('a'), one)
    await sql`insert into items values ('a', 'x')`
    await vi.waitFor(() => expect(one.messages.at(-1)).toEqual(items('x')), 2000)
    expect(await triggers()).toHaveLength(0)
    release()
    await locked
    await vi.waitFor(async () => expect(await triggers()).toHaveLength(1), 5000)
  })

  it('one cohort’s error reaches its subscribers alone', async () => {
    const { liveQueries } = start()
    const failing = `select result_id, json_build_object('n', 1 / (result_vars::jsonb->>'d')::int)::text as result
      from unnest($1::text[], $2::text[]) as _subs (result_id, result_vars)`
    const plan = (divisor: number): LivePlan => ({
      text: failing,
      values: JSON.stringify({ d: divisor }),
      relations: [],
    })
    const [good, bad] = [subscriber(), subscriber()]
    liveQueries.subscribe(plan(1), good)
    liveQueries.subscribe(plan(0), bad)
    await vi.waitFor(() => expect(good.messages).toEqual([{ data: { n: 1 } }]))
    await vi.waitFor(() =>
      expect(bad.messages).toEqual([{ errors: [{ message: 'division by zero' }] }]),
    )
  })

  it('takes its triggers away when it stops, but not another engine’s', async () => {
    const first = start()
    const second = start()
    first.liveQueries.subscribe(planFor('a'), subscriber())
    second.liveQueries.subscribe(planFor('a'), subscriber())
    await vi.waitFor(async () => expect(await triggers()).toHaveLength(1))
    const presences = () =>
      sql`select from pg_locks where locktype = 'advisory' and mode = 'ShareLock'
        and database = (select oid from pg_database where datname = current_database())`
    await vi.waitFor(async () => expect(await presences()).toHaveLength(2))
    await first.notifier.stop()
    expect(await triggers()).toHaveLength(1)
    await second.notifier.stop()
    expect(await triggers()).toHaveLength(0)
  })

  it('stops reading when nobody subscribes any more', async () => {
    const { liveQueries, runs } = start({ interval: 20 })
    const unsubscribe = liveQueries.subscribe(planFor('a'), subscriber())
    await vi.waitFor(() => expect(runs()).toBeGreaterThan(1))
    unsubscribe()
    unsubscribe()
    const before = runs()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(runs() - before).toBeLessThanOrEqual(1)
  })
})
