import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asAdmin, asRole, startTestEngine, type TestEngine } from './running-engine.ts'

const notes = {
  table: { schema: 'public', name: 'notes' },
  select_permissions: [
    {
      role: 'reader',
      permission: { columns: ['id', 'body'], filter: { owner: 'X-Hasura-User-Id' } },
    },
  ],
  insert_permissions: [
    {
      role: 'reader',
      permission: { columns: ['id', 'body'], check: {}, set: { owner: 'X-Hasura-User-Id' } },
    },
  ],
}

describe('HTTP', () => {
  let engine: TestEngine
  beforeAll(async () => {
    engine = await startTestEngine({
      sql: `create table notes (id int primary key, owner text, body text, big bigint);
        insert into notes values (1, 'a', 'one', 9007199254740993), (2, 'b', 'two', 1)`,
      metadata: { tables: [notes] },
    })
  })
  afterAll(() => engine.stop())

  it('is healthy and says its version', async () => {
    const health = await fetch(`${engine.url}/healthz`)
    expect([health.status, await health.text()]).toEqual([200, 'OK'])
    const version = await fetch(`${engine.url}/v1/version`)
    expect(await version.json()).toMatchObject({
      version: expect.stringMatching(/^v2\./) as string,
    })
  })

  it('answers a query with the database’s own text: no digit is lost', async () => {
    const { text } = await engine.post('/v1/graphql', {
      query: '{ notes(order_by: {id: asc}) { id big } }',
    })
    expect(text.replaceAll(/\s/g, '')).toBe(
      '{"data":{"notes":[{"id":1,"big":9007199254740993},{"id":2,"big":1}]}}',
    )
  })

  it('takes a batch, in order, an error beside data', async () => {
    const { json } = await engine.post('/v1/graphql', [
      { query: '{ notes_by_pk(id: 1) { body } }' },
      { query: '{ absent }' },
      { query: 'query ($id: Int!) { notes_by_pk(id: $id) { body } }', variables: { id: 2 } },
    ])
    expect(json).toMatchObject([
      { data: { notes_by_pk: { body: 'one' } } },
      { errors: [{ extensions: { code: 'validation-failed' } }] },
      { data: { notes_by_pk: { body: 'two' } } },
    ])
  })

  it('a role sees its rows only, and may be any role with the admin secret', async () => {
    const mine = asRole('reader', { 'x-hasura-user-id': 'b' })
    expect(await engine.graphql('{ notes { id body } }', {}, mine)).toEqual({
      data: { notes: [{ id: 2, body: 'two' }] },
    })
    expect(await engine.graphql('{ notes { owner } }', {}, mine)).toMatchObject({
      errors: [{ extensions: { code: 'validation-failed' } }],
    })
  })

  it('runs a query, a mutation and an introspection together with fragments and aliases', async () => {
    const insert = `mutation { first: insert_notes_one(object: {id: 10, body: "ten"}) { ...f }
      again: insert_notes_one(object: {id: 11, body: "eleven"}) { id } } fragment f on notes { body }`
    const mine = asRole('reader', { 'x-hasura-user-id': 'c' })
    expect(await engine.graphql(insert, {}, mine)).toEqual({
      data: { first: { body: 'ten' }, again: { id: 11 } },
    })
    const both =
      '{ __typename notes(where: {id: {_eq: 10}}) { id } __type(name: "notes") { name } }'
    expect(await engine.graphql(both, {}, mine)).toEqual({
      data: { __typename: 'query_root', notes: [{ id: 10 }], __type: { name: 'notes' } },
    })
    const failing = `mutation { insert_notes_one(object: {id: 12, body: "kept?"}) { id }
      again: insert_notes_one(object: {id: 1, body: "taken"}) { id } }`
    expect(await engine.graphql(failing, {}, mine)).toMatchObject({
      errors: [{ extensions: { code: 'constraint-violation' } }],
    })
    expect(await engine.graphql('{ notes_by_pk(id: 12) { id } }')).toEqual({
      data: { notes_by_pk: null },
    })
  })

  it('denies without or with a wrong secret: 200 for GraphQL, 401 for metadata', async () => {
    const wrong = { 'x-hasura-admin-secret': 'wrong' }
    for (const headers of [{}, wrong] as Record<string, string>[]) {
      const graphql = await engine.post('/v1/graphql', { query: '{ notes { id } }' }, headers)
      expect(graphql.status).toBe(200)
      expect(graphql.json.errors[0].extensions).toEqual({ path: '$', code: 'access-denied' })
      const metadata = await engine.post(
        '/v1/metadata',
        { type: 'export_metadata', args: {} },
        headers,
      )
      expect([metadata.status, metadata.json.code]).toEqual([401, 'access-denied'])
    }
    const asReader = await engine.post(
      '/v2/query',
      { type: 'run_sql', args: { sql: 'select 1' } },
      asRole('reader'),
    )
    expect([asReader.status, asReader.json.code]).toEqual([400, 'access-denied'])
  })

  it('run_sql runs several statements, answers text, and the schema is read anew', async () => {
    const { json } = await engine.post('/v2/query', {
      type: 'run_sql',
      args: {
        sql: "create table extra (id int primary key); select 1 as one, null as none, now()::date = 'today' as day",
      },
    })
    expect(json).toEqual({
      result_type: 'TuplesOk',
      result: [
        ['one', 'none', 'day'],
        ['1', 'NULL', 't'],
      ],
    })
    const { tables } = { tables: [notes, { table: { schema: 'public', name: 'extra' } }] }
    expect((await engine.putMetadata({ tables })).json).toEqual({ message: 'success' })
    await engine.post('/v2/query', {
      type: 'run_sql',
      args: { sql: 'alter table extra add column more text' },
    })
    expect(await engine.graphql('{ extra { id more } }')).toEqual({ data: { extra: [] } })
    const failed = await engine.post('/v2/query', {
      type: 'run_sql',
      args: { sql: 'create table rolled_back (); select 1/0' },
    })
    expect(failed).toMatchObject({
      status: 400,
      json: { code: 'postgres-error', internal: { error: { status_code: '22012' } } },
    })
    expect(
      (await engine.database.sql()`select to_regclass('rolled_back') as name`)[0]?.['name'],
    ).toBeNull()
  })

  it('exports, refuses inconsistent metadata with its reasons, and other commands clearly', async () => {
    const exported = await engine.post('/v1/metadata', { type: 'export_metadata', args: {} })
    expect(exported.json).toMatchObject({ version: 3, sources: [{ name: 'default' }] })
    const refused = await engine.putMetadata({
      tables: [{ table: { schema: 'public', name: 'absent' } }],
    })
    expect(refused).toMatchObject({
      status: 400,
      json: { code: 'unexpected', internal: [{ type: 'table' }] },
    })
    expect((await engine.graphql('{ notes { id } }')).data.notes.length).toBeGreaterThan(1)
    const unknown = await engine.putMetadata({ tables: [{ ...notes, event_trigger: [] }] })
    expect(unknown).toMatchObject({ status: 400, json: { code: 'parse-failed' } })
    const other = await engine.post('/v1/metadata', { type: 'pg_track_table', args: {} })
    expect(other).toMatchObject({ status: 400, json: { code: 'not-supported' } })
    const state = await engine.post('/v1/metadata', { type: 'get_inconsistent_metadata', args: {} })
    expect(state.json).toEqual({ is_consistent: true, inconsistent_objects: [] })
  })

  it('answers a browser’s preflight, and unknown paths with 404', async () => {
    const preflight = await fetch(`${engine.url}/v1/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.test', 'access-control-request-headers': 'authorization' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.test')
    expect((await engine.post('/v1/unknown', {})).json).toMatchObject({ code: 'not-found' })
    expect((await engine.post('/v1beta1/relay', {})).json).toMatchObject({ code: 'not-supported' })
    expect((await fetch(`${engine.url}/`)).status).toBe(404)
  })
})

describe('development mode', () => {
  it('serves GraphiQL without a script from elsewhere', async () => {
    const engine = await startTestEngine({ environment: { HASURA_GRAPHQL_DEV_MODE: 'true' } })
    try {
      const page = await (await fetch(`${engine.url}/`)).text()
      expect(page).toContain('/v1/graphql')
      expect(page).not.toMatch(/(src|href)="https?:\/\//)
      const empty = await engine.post('/v1/graphql', { query: '{ __typename }' }, asAdmin)
      expect(empty.json).toEqual({ data: { __typename: 'query_root' } })
    } finally {
      await engine.stop()
    }
  })
})
