import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { asAdmin, asRole, startTestEngine, type TestEngine } from './running-engine.ts'

const hostileName = `na"me'; drop table notes; --`

describe('hostile input', () => {
  let engine: TestEngine
  beforeAll(async () => {
    engine = await startTestEngine({
      sql: `create table notes (id int primary key, owner text, body text, data jsonb);
        insert into notes values (1, 'a', 'one', '{}');
        create table "odd "" table" (id int primary key, "col'umn"" \\" text);
        insert into "odd "" table" values (1, 'odd')`,
      metadata: {
        tables: [
          {
            table: { schema: 'public', name: 'notes' },
            select_permissions: [
              { role: 'user', permission: { columns: '*', filter: { owner: 'X-Hasura-User-Id' } } },
            ],
          },
          {
            table: { schema: 'public', name: 'odd " table' },
            configuration: {
              custom_name: 'odd',
              custom_column_names: { 'col\'umn" \\': 'value' },
              column_config: { 'col\'umn" \\': { custom_name: 'value' } },
            },
          },
        ],
      },
      environment: { ENGINE_MAX_BODY_BYTES: '2000000', ENGINE_MAX_DEPTH: '50' },
    })
  })
  // Whatever was sent: the engine is there, and so is the table.
  afterEach(async () => {
    expect(await engine.graphql('{ notes { id } }')).toEqual({ data: { notes: [{ id: 1 }] } })
  })
  afterAll(() => engine.stop())

  const expectRefusal = async (query: unknown, variables?: unknown) => {
    const { status, json } = await engine.post('/v1/graphql', { query, variables })
    expect(status).toBe(200)
    expect(json.data ?? null).toBeNull()
    expect(json.errors[0]).toMatchObject({
      message: expect.any(String) as string,
      extensions: { code: expect.any(String) as string, path: expect.any(String) as string },
    })
    return json.errors[0].extensions.code as string
  }

  it.each([
    ['a deep selection', `{ ${'notes { '.repeat(5000)} id ${'} '.repeat(5000)} }`],
    [
      'a deep condition',
      `{ notes(where: ${'{_and: ['.repeat(3000)} {} ${']}'.repeat(3000)}) { id } }`,
    ],
    ['a deep list', `{ notes(where: {id: {_in: ${'['.repeat(5000)}${']'.repeat(5000)}}}) { id } }`],
    [
      'fragments in a circle',
      '{ ...a } fragment a on query_root { ...b } fragment b on query_root { ...a }',
    ],
    ['a fragment in itself', '{ notes { ...a } } fragment a on notes { ...a }'],
    ['no document', ''],
    ['half a document', '{ notes { id '],
    ['control characters', '{ notes \u0000 { id } }'],
    ['two anonymous operations', '{ notes { id } } { notes { id } }'],
    ['a number for text', 7],
    ['null', null],
  ])('refuses %s', async (_name, query) => {
    await expectRefusal(query)
  })

  it('refuses fragments that multiply', async () => {
    const fragments = Array.from(
      { length: 30 },
      (_, index) =>
        `fragment f${index} on query_root { a${index}: __typename ...f${index + 1} x${index}: __typename ...f${index + 1} }`,
    )
    const query = `{ ...f0 } ${fragments.join(' ')} fragment f30 on query_root { __typename }`
    const started = Date.now()
    await engine.post('/v1/graphql', { query })
    expect(Date.now() - started).toBeLessThan(5000)
  })

  it('refuses a very wide selection, and a very long one', async () => {
    const wide = Array.from({ length: 20_000 }, (_, index) => `a${index}: notes { id }`)
    expect(await expectRefusal(`{ ${wide.join(' ')} }`)).toMatch(/validation-failed|parse-failed/)
    const { status, json } = await engine.post('/v1/graphql', {
      query: `{ ${'x'.repeat(3_000_000)} }`,
    })
    expect([status, json.errors[0].extensions.code]).toEqual([413, 'bad-request'])
  })

  it('takes a huge list of values', async () => {
    const ids = Array.from({ length: 50_000 }, (_, index) => index)
    const query = 'query ($ids: [Int!]) { notes(where: {id: {_in: $ids}}) { id } }'
    expect(await engine.graphql(query, { ids })).toEqual({ data: { notes: [{ id: 1 }] } })
  })

  it.each([
    ['text for a number', { id: 'x' }],
    ['a number beyond the type', { id: 1e300 }],
    ['an object for a number', { id: { a: 1 } }],
    ['a list for a number', { id: [[1]] }],
    ['nothing for a number', {}],
    ['null for a number', { id: null }],
  ])('refuses a variable of the wrong type: %s', async (_name, variables) => {
    await expectRefusal('query ($id: Int!) { notes_by_pk(id: $id) { id } }', variables)
  })

  it.each([
    ['no JSON', '{"query":'],
    ['a text', '"{ notes { id } }"'],
    ['a number', '7'],
    ['null', 'null'],
    ['nothing', ''],
    ['variables that are a list', '{"query":"{ notes { id } }","variables":[1]}'],
    ['a deep body', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('refuses a body that is %s', async (_name, body) => {
    const { status, json } = await engine.post('/v1/graphql', body)
    expect(status).toBe(200)
    const errors = Array.isArray(json) ? json[0].errors : json.errors
    expect(errors[0].extensions.code).toEqual(expect.any(String))
  })

  it('refuses a batch that is too large', async () => {
    const batch = Array.from({ length: 51 }, () => ({ query: '{ notes { id } }' }))
    const { json } = await engine.post('/v1/graphql', batch)
    expect(json.errors[0].extensions.code).toBe('bad-request')
  })

  it('values and names are never SQL', async () => {
    const where = 'query ($body: String) { notes(where: {body: {_eq: $body}}) { id } }'
    expect(await engine.graphql(where, { body: hostileName })).toEqual({ data: { notes: [] } })
    const inline = `{ notes(where: {body: {_like: ${JSON.stringify(hostileName)}}}) { id } }`
    expect(await engine.graphql(inline)).toEqual({ data: { notes: [] } })
    const path = 'query ($path: String) { notes { data(path: $path) } }'
    await engine.graphql(path, { path: `$.a['${hostileName}']` })
    const asUser = asRole('user', { 'x-hasura-user-id': hostileName })
    expect(await engine.graphql('{ notes { id } }', {}, asUser)).toEqual({ data: { notes: [] } })
    const role = await engine.graphql('{ notes { id } }', {}, asRole(`"; drop table notes; --`))
    expect(role.errors[0].extensions.code).toBe('validation-failed')
    expect(
      await engine.graphql(
        '{ odd(where: {value: {_eq: "odd"}}, order_by: {value: asc}) { id value } }',
      ),
    ).toEqual({
      data: { odd: [{ id: 1, value: 'odd' }] },
    })
  })

  it('sockets that close in mid-request or mid-answer harm nobody', async () => {
    const body = JSON.stringify({ query: '{ notes { id body data } }' })
    const head = `POST /v1/graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-hasura-admin-secret: ${asAdmin['x-hasura-admin-secret']}\r\ncontent-length: ${body.length}\r\n\r\n`
    for (const text of [head, head + body.slice(0, 10), head + body, 'GARBAGE\r\n\r\n']) {
      for (let round = 0; round < 10; round += 1) {
        const socket = connect(engine.port, '127.0.0.1')
        socket.on('error', () => undefined)
        await new Promise((resolve) => socket.write(text, resolve))
        socket.destroy()
      }
    }
  })

  it('memory stays bounded under large and broken requests', async () => {
    const before = process.memoryUsage().rss
    const query = `{ ${Array.from({ length: 9000 }, (_, index) => `a${index}: __typename`).join(' ')} }`
    for (let round = 0; round < 40; round += 1) {
      await engine.post('/v1/graphql', { query: `${query}#${round}` })
      await engine.post('/v1/graphql', { query: '['.repeat(100_000) })
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024)
  })
})
