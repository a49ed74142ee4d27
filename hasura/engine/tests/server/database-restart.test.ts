import { startTestCluster } from '@purser/local/testing'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestEngine, type TestEngine } from './running-engine.ts'
import { asAdmin } from './running-engine.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { TestSocket } from './websocket-client.ts'

type Cluster = Awaited<ReturnType<typeof startTestCluster>>

describe('PostgreSQL goes away and comes back', () => {
  let cluster: Cluster
  let proxy: TcpProxy
  let engine: TestEngine
  beforeAll(async () => {
    cluster = await startTestCluster()
    const admin = postgres(cluster.url(), { max: 1, onnotice: () => undefined })
    await admin`create table notes (id int primary key, body text)`
    await admin.unsafe(`create function slow_notes() returns setof notes language sql volatile
      as 'select notes.* from notes, pg_sleep(5)'`)
    await admin.end()
    proxy = await TcpProxy.start(cluster.port)
    const url = new URL(cluster.url())
    url.port = String(proxy.port)
    engine = await startTestEngine({
      databaseUrl: url.href,
      metadata: {
        tables: [{ table: { schema: 'public', name: 'notes' } }],
        functions: [
          {
            function: { schema: 'public', name: 'slow_notes' },
            configuration: { exposed_as: 'mutation' },
          },
        ],
      },
      environment: {
        HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '200',
        HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '200',
      },
    })
  })
  afterAll(async () => {
    await engine.stop()
    await proxy.stop()
    await cluster.stop()
  })

  const insert = (id: number) =>
    engine.graphql(`mutation { insert_notes_one(object: {id: ${id}},
      on_conflict: {constraint: notes_pkey, update_columns: [body]}) { id } }`)
  /** What follows a request depends on how far the database is: asked until it holds. */
  const recovers = () =>
    vi.waitFor(async () => {
      expect(await engine.graphql('{ notes_aggregate { aggregate { count } } }')).toMatchObject({
        data: { notes_aggregate: {} },
      })
    }, 15_000)

  it('queries fail clearly and recover; subscriptions go on by themselves', async () => {
    const socket = await TestSocket.connect(engine.url, asAdmin)
    socket.subscribe('live', 'subscription { notes(order_by: {id: asc}) { id } }')
    socket.subscribe(
      'stream',
      'subscription { notes_stream(batch_size: 10, cursor: {initial_value: {id: 0}}) { id } }',
    )
    await insert(1)
    await socket.received('stream', 1)
    await socket.until(() => socket.of('live').at(-1)?.payload.data.notes.length === 1)

    await proxy.interrupt()
    const failed = await engine.graphql('{ notes { id } }')
    expect(failed.errors[0].extensions).toMatchObject({ path: '$', code: 'postgres-error' })
    expect(failed.data ?? null).toBeNull()
    expect((await fetch(`${engine.url}/healthz`)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 700))
    await proxy.resume()
    await recovers()

    await insert(2)
    await socket.until(() => socket.of('live').at(-1)?.payload.data.notes.length === 2, 10_000)
    await socket.until(() => socket.of('stream').length === 2, 10_000)
    const streamed = socket.of('stream').flatMap(({ payload }) => payload.data.notes_stream)
    expect(streamed).toEqual([{ id: 1 }, { id: 2 }])
    for (const message of socket.messages) expect(message.payload).not.toHaveProperty('errors')
    socket.close()
  })

  it('a crash of the server process is survived as well', async () => {
    const socket = await TestSocket.connect(engine.url, asAdmin)
    socket.subscribe('live', 'subscription { notes(where: {id: {_eq: 3}}) { id } }')
    await socket.received('live', 1)
    const admin = postgres(cluster.url(), { max: 1, onnotice: () => undefined })
    const [row] = await admin`select pg_backend_pid() as pid`
    // One killed backend makes PostgreSQL end all others and start over.
    process.kill(Number(row?.['pid']), 'SIGKILL')
    await admin.end({ timeout: 1 }).catch(() => undefined)
    await recovers()
    // A connection of the pool may still not know that it has been closed.
    await vi.waitFor(async () => {
      expect(await insert(3)).toEqual({ data: { insert_notes_one: { id: 3 } } })
    }, 5000)
    // The cluster of the tests commits asynchronously: older rows may have been lost in the crash.
    await socket.until(() => socket.of('live').at(-1)?.payload?.data?.notes?.length === 1, 10_000)
    socket.close()
  })

  it('transactions that lose their connection end clearly, and spoil none for those after them', async () => {
    for (let round = 0; round < 5; round += 1) {
      const running = Array.from({ length: 30 }, () =>
        engine.graphql('mutation { slow_notes { id } }'),
      )
      await new Promise((resolve) => setTimeout(resolve, 200))
      await proxy.interrupt()
      for (const answer of await Promise.all(running)) {
        expect(answer.errors[0].extensions.code).toBe('postgres-error')
      }
      await proxy.resume()
      await recovers()
      const started = Date.now()
      const after = await Promise.all(
        Array.from({ length: 40 }, () => engine.graphql('{ notes { id } }')),
      )
      for (const answer of after) expect(answer.errors).toBeUndefined()
      expect(Date.now() - started).toBeLessThan(3000)
    }
  })

  it('notifications are heard again after an outage', async () => {
    const url = new URL(cluster.url())
    url.port = String(proxy.port)
    const second = await startTestEngine({
      databaseUrl: url.href,
      metadata: { tables: [{ table: { schema: 'public', name: 'notes' } }] },
      environment: { HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '60000' },
    })
    const socket = await TestSocket.connect(second.url, asAdmin)
    const body = () => socket.of('live').at(-1)?.payload?.data?.notes_by_pk?.body as string
    const write = (text: string) =>
      second.graphql(`mutation { insert_notes_one(object: {id: 50, body: "${text}"},
        on_conflict: {constraint: notes_pkey, update_columns: [body]}) { id } }`)
    socket.subscribe('live', 'subscription { notes_by_pk(id: 50) { body } }')
    await socket.received('live', 1)
    // Until the trigger is there; the next result can only come by notification.
    await vi.waitFor(async () => {
      await write(`before ${Date.now()}`)
      expect(body()).toMatch(/^before/)
    }, 5000)
    await proxy.interrupt()
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await proxy.resume()
    await vi.waitFor(async () => {
      await write(`after ${Date.now()}`)
      expect(body()).toMatch(/^after/)
    }, 10_000)
    await write('at the end')
    await socket.until(() => body() === 'at the end', 3000)
    socket.close()
    await second.stop()
  })
})
