import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asAdmin, asRole, startTestEngine, type TestEngine } from './running-engine.ts'

const query = (name: string, text: string) => ({ name, query: text })
const endpoint = (name: string, url: string, methods: string[], queryName = name) => ({
  name,
  url,
  methods,
  definition: { query: { collection_name: 'allowed', query_name: queryName } },
})
const metadata = {
  tables: [
    {
      table: { schema: 'public', name: 'notes' },
      select_permissions: [{ role: 'reader', permission: { columns: '*', filter: {} } }],
    },
  ],
  query_collections: [
    {
      name: 'allowed',
      definition: {
        queries: [
          query(
            'note',
            'query note($id: Int!, $more: Boolean = false) { notes_by_pk(id: $id) { body id @include(if: $more) } }',
          ),
          query(
            'add',
            'mutation add($id: Int!, $body: String) { insert_notes_one(object: {id: $id, body: $body}) { id body } }',
          ),
          query('list', 'query list($ids: [Int!]) { notes(where: {id: {_in: $ids}}) { id } }'),
        ],
      },
    },
  ],
  allowlist: [{ collection: 'allowed' }],
  rest_endpoints: [
    endpoint('note', 'notes/:id', ['GET']),
    endpoint('add', 'notes', ['POST', 'PUT']),
    endpoint('list', 'list', ['GET', 'POST']),
    endpoint('either', ':what/special', ['GET'], 'note'),
    endpoint('or', 'notes/:id', ['DELETE'], 'note'),
    endpoint('clash', 'clash/:id', ['GET'], 'note'),
    endpoint('clash2', ':id/clash', ['GET'], 'note'),
  ],
}

describe('REST endpoints', () => {
  let engine: TestEngine
  beforeAll(async () => {
    engine = await startTestEngine({
      sql: `create table notes (id int primary key, body text); insert into notes values (1, 'one')`,
      metadata,
    })
  })
  afterAll(() => engine.stop())

  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = asAdmin,
  ) => {
    const response = await fetch(`${engine.url}/api/rest/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return [response.status, await response.json()]
  }

  it('answers the data of the stored query, variables from path, query and body', async () => {
    expect(await call('GET', 'notes/1')).toEqual([200, { notes_by_pk: { body: 'one' } }])
    expect(await call('GET', 'notes/1?more=true')).toEqual([
      200,
      { notes_by_pk: { body: 'one', id: 1 } },
    ])
    expect(await call('GET', 'notes/1?more', undefined, asRole('reader'))).toMatchObject([
      200,
      { notes_by_pk: { id: 1 } },
    ])
    expect(await call('POST', 'notes', { id: 2, body: 'two' })).toEqual([
      200,
      { insert_notes_one: { id: 2, body: 'two' } },
    ])
    expect(await call('PUT', 'notes?id=3')).toEqual([
      200,
      { insert_notes_one: { id: 3, body: null } },
    ])
    expect(await call('POST', 'list', { ids: [1] })).toEqual([200, { notes: [{ id: 1 }] }])
  })

  it('refuses with the status and code of Hasura', async () => {
    expect(await call('GET', 'absent')).toMatchObject([
      404,
      { code: 'not-found', error: 'Endpoint not found' },
    ])
    expect(await call('PATCH', 'notes')).toMatchObject([
      405,
      { code: 'method-not-allowed', error: 'Allowed methods: POST, PUT' },
    ])
    expect(await call('GET', 'notes/1?unknown=1')).toMatchObject([
      400,
      { code: 'bad-request', error: 'Unexpected variable unknown' },
    ])
    expect(await call('GET', 'list?ids=1')).toMatchObject([400, { code: 'bad-request' }])
    expect(await call('GET', 'clash/clash')).toMatchObject([
      500,
      { error: 'Multiple endpoints match request' },
    ])
    expect(await call('GET', 'notes/x')).toMatchObject([400, {}])
    expect(await call('GET', 'notes/%E0%A4%A')).toMatchObject([400, { code: 'bad-request' }])
    expect(await call('GET', 'notes/1', undefined, {})).toMatchObject([
      401,
      { code: 'access-denied' },
    ])
  })
})

describe('allow list', () => {
  it('lets roles send the listed queries only, whatever their layout; admins all', async () => {
    const engine = await startTestEngine({
      sql: 'create table notes (id int primary key, body text)',
      metadata,
      environment: { HASURA_GRAPHQL_ENABLE_ALLOWLIST: 'true' },
    })
    try {
      const reader = asRole('reader')
      const listed = `query list($ids: [Int!])
        { notes(where: {id: {_in: $ids}}) { __typename, id } }`
      expect(await engine.graphql(listed, { ids: [] }, reader)).toEqual({ data: { notes: [] } })
      const refused = await engine.graphql('{ notes { id body } }', {}, reader)
      expect(refused.errors[0]).toMatchObject({
        message: 'query is not allowed',
        extensions: { code: 'validation-failed' },
      })
      expect(await engine.graphql('{ notes { id body } }')).toEqual({ data: { notes: [] } })
    } finally {
      await engine.stop()
    }
  })
})
