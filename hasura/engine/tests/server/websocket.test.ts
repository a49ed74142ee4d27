import { createSecretKey } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { asAdmin, asRole, startTestEngine, type TestEngine } from './running-engine.ts'
import { TestSocket } from './websocket-client.ts'

const key = 'a-key-of-at-least-thirty-two-characters'
const table = (name: string) => ({ schema: 'public', name })

describe('graphql-transport-ws', () => {
  let engine: TestEngine
  const sockets: TestSocket[] = []
  beforeAll(async () => {
    engine = await startTestEngine({
      sql: `create table messages (id bigint generated always as identity primary key, room text, body text);
        create table other (id int primary key)`,
      metadata: {
        tables: [
          {
            table: table('messages'),
            select_permissions: [
              { role: 'guest', permission: { columns: '*', filter: { room: 'X-Hasura-Room' } } },
            ],
          },
          { table: table('other') },
        ],
      },
      environment: {
        HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type: 'HS256', key }),
        HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '60000',
        HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '60000',
        HASURA_GRAPHQL_WEBSOCKET_CONNECTION_INIT_TIMEOUT: '1',
        ENGINE_MAX_OPERATIONS_PER_WEBSOCKET: '5',
        ENGINE_MAX_WEBSOCKET_CONNECTIONS: '40',
      },
    })
  })
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close()
    await engine.database.sql()`truncate messages restart identity`
  })
  afterAll(() => engine.stop())

  const connect = async (headers: Record<string, string> = asAdmin) => {
    const socket = await TestSocket.connect(engine.url, headers)
    sockets.push(socket)
    return socket
  }
  const raw = async (protocol?: string) => {
    const socket = new TestSocket(engine.url, protocol)
    sockets.push(socket)
    await socket.opened()
    return socket
  }
  const token = (seconds: number) =>
    new SignJWT({
      'https://hasura.io/jwt/claims': {
        'x-hasura-allowed-roles': ['guest'],
        'x-hasura-default-role': 'guest',
        'x-hasura-room': 'lobby',
      },
    })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
      .sign(createSecretKey(Buffer.from(key)))
  const write = (room: string, body: string) =>
    engine.database.sql()`insert into messages (room, body) values (${room}, ${body})`

  it('answers queries and mutations with next and complete', async () => {
    const socket = await connect()
    socket.subscribe(
      'm',
      'mutation { insert_messages_one(object: {room: "a", body: "hi"}) { body } }',
    )
    expect(await socket.received('m', 2)).toMatchObject([
      { type: 'next', payload: { data: { insert_messages_one: { body: 'hi' } } } },
      { type: 'complete' },
    ])
    socket.subscribe('m', '{ messages { id } }')
    const messages = await socket.received('m', 4)
    expect(messages.at(2)).toMatchObject({ payload: { data: { messages: [{ id: 1 }] } } })
  })

  it('tells errors as error with a list, and the operation is over', async () => {
    const socket = await connect()
    socket.subscribe('e', '{ absent }')
    expect(await socket.received('e', 1)).toMatchObject([
      { type: 'error', payload: [{ extensions: { code: 'validation-failed' } }] },
    ])
    socket.subscribe('s', 'subscription { messages { id } other { id } }')
    expect(await socket.received('s', 1)).toMatchObject([
      { type: 'error', payload: [{ extensions: { code: 'validation-failed' } }] },
    ])
  })

  it('a live query follows the writes of its rows, until it is completed', async () => {
    const socket = await connect(asRole('guest', { 'x-hasura-room': 'lobby' }))
    socket.subscribe('l', 'subscription { messages(order_by: {id: asc}) { body } }')
    expect(await socket.received('l', 1)).toMatchObject([{ payload: { data: { messages: [] } } }])
    // Until the trigger is there the poll would tell; this test has set it to a minute.
    await new Promise((resolve) => setTimeout(resolve, 300))
    await write('lobby', 'one')
    expect((await socket.received('l', 2, 1500)).at(1)).toMatchObject({
      payload: { data: { messages: [{ body: 'one' }] } },
    })
    await write('elsewhere', 'unseen')
    socket.send({ id: 'l', type: 'complete' })
    await write('lobby', 'two')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(socket.of('l')).toHaveLength(2)
  })

  it('a stream sends each row once, in batches, from its cursor on', async () => {
    for (const body of ['1', '2', '3']) await write('lobby', body)
    const socket = await connect(asRole('guest', { 'x-hasura-room': 'lobby' }))
    socket.subscribe(
      's',
      'subscription { messages_stream(batch_size: 2, cursor: [{initial_value: {id: 1}, ordering: ASC}]) { body } }',
    )
    await socket.received('s', 1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await write('elsewhere', 'unseen')
    for (const body of ['4', '5', '6']) await write('lobby', body)
    const bodies = () =>
      socket
        .of('s')
        .flatMap(({ payload }) =>
          payload.data.messages_stream.map((row: { body: string }) => row.body),
        )
    await socket.until(() => bodies().length === 5)
    expect(bodies()).toEqual(['2', '3', '4', '5', '6'])
  })

  it('a client that reads too slowly gets the newest state, not all there were', async () => {
    const socket = await connect()
    socket.subscribe('l', 'subscription { messages(order_by: {id: desc}, limit: 1) { id body } }')
    await socket.received('l', 1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    socket.socket.pause()
    const writes = 60
    for (let write = 1; write <= writes; write += 1) {
      await engine.database.sql()`
        insert into messages (room, body) values ('r', repeat('x', 500000))`
      await new Promise((resolve) => setTimeout(resolve, 15))
    }
    socket.socket.resume()
    const newest = () => socket.of('l').at(-1)?.payload.data.messages[0]?.id as number
    await socket.until(() => newest() === writes, 10_000)
    expect(socket.of('l').length).toBeLessThan(writes)
    expect(socket.closed).toBeUndefined()
  })

  it('closes 4403 for bad credentials, 4401 before init, 4408 without init', async () => {
    const bad = await raw()
    bad.send({
      type: 'connection_init',
      payload: { headers: { 'x-hasura-admin-secret': 'wrong' } },
    })
    expect(await bad.closedWith()).toBe(4403)
    const early = await raw()
    early.subscribe('1', '{ messages { id } }')
    expect(await early.closedWith()).toBe(4401)
    const silent = await raw()
    expect(await silent.closedWith()).toBe(4408)
  })

  it('closes 1012 when the metadata changes: subscriptions were planned with the old', async () => {
    const socket = await connect()
    socket.subscribe('1', 'subscription { messages { id } }')
    await socket.received('1', 1)
    const exported = await engine.post('/v1/metadata', { type: 'export_metadata', args: {} })
    await engine.post('/v1/metadata', { type: 'reload_metadata', args: {} })
    expect(socket.closed).toBeUndefined()
    await engine.post('/v1/metadata', { type: 'replace_metadata', args: exported.json })
    expect(await socket.closedWith()).toBe(1012)
  })

  it('closes 4400 when the token ends, as Hasura does', async () => {
    const socket = await connect({ authorization: `Bearer ${await token(2)}` })
    socket.subscribe('1', 'subscription { messages { id } }')
    await socket.received('1', 1)
    expect(await socket.closedWith()).toBe(4400)
  })

  it.each([
    ['no JSON', 4400],
    ['{"type":"complete"}', 4400],
    ['{"type":"start","id":"1"}', 4400],
    ['{"type":"connection_init"}', 4429],
    ['[]', 4400],
  ])('closes on a message that is none: %s', async (text, code) => {
    const socket = await connect()
    socket.send(text)
    expect(await socket.closedWith()).toBe(code)
  })

  it('closes 4409 on an id that is in use, and limits the operations of one socket', async () => {
    const socket = await connect()
    for (let index = 0; index < 6; index += 1)
      socket.subscribe(`${index}`, 'subscription { messages { id } }')
    expect(await socket.received('5', 1)).toMatchObject([
      { type: 'error', payload: [{ extensions: { code: 'bad-request' } }] },
    ])
    socket.subscribe('1', 'subscription { messages { id } }')
    expect(await socket.closedWith()).toBe(4409)
  })

  it('refuses another protocol, another path and one connection too many', async () => {
    const apollo = new TestSocket(engine.url, 'graphql-ws')
    sockets.push(apollo)
    expect([4406, 1006]).toContain(await apollo.closedWith())
    const all = await Promise.allSettled(Array.from({ length: 45 }, () => raw()))
    expect(all.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0)
  })

  it('the engine lives on after sockets that vanish in mid-query', async () => {
    for (let round = 0; round < 20; round += 1) {
      const socket = await connect()
      socket.subscribe('1', '{ messages { id } }')
      socket.subscribe('2', 'subscription { messages { id } }')
      socket.close()
    }
    expect(await engine.graphql('{ messages { id } }')).toEqual({ data: { messages: [] } })
  })
})
