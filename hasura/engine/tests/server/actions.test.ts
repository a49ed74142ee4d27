import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { asRole, startTestEngine, type TestEngine } from './running-engine.ts'
import {
  startWebhook,
  type ReceivedCall,
  type WebhookAnswer,
  type WebhookDouble,
} from './webhook-double.ts'
import { TestSocket } from './websocket-client.ts'

const table = (name: string) => ({ schema: 'public', name })
const definition = (more: object) => ({
  handler: '{{ACTION_BASE_URL}}/action',
  kind: 'synchronous',
  output_type: 'Person!',
  arguments: [{ name: 'name', type: 'String!' }],
  ...more,
})
const metadata = {
  tables: [
    {
      table: table('people'),
      select_permissions: [
        {
          role: 'user',
          permission: { columns: ['id', 'name'], filter: { owner: 'X-Hasura-User-Id' } },
        },
      ],
    },
    {
      table: table('notes'),
      select_permissions: [{ role: 'user', permission: { columns: '*', filter: {} } }],
    },
  ],
  custom_types: {
    enums: [{ name: 'Mood', values: [{ value: 'GOOD' }, { value: 'BAD' }] }],
    input_objects: [
      {
        name: 'PersonInput',
        fields: [
          { name: 'name', type: 'String!' },
          { name: 'tags', type: '[String!]' },
          { name: 'big', type: 'bigint' },
        ],
      },
    ],
    objects: [
      {
        name: 'Person',
        fields: [
          { name: 'id', type: 'Int!' },
          { name: 'mood', type: 'Mood' },
          { name: 'extra', type: 'jsonb' },
        ],
        relationships: [
          {
            name: 'row',
            type: 'object',
            remote_table: table('people'),
            field_mapping: { id: 'id' },
          },
          {
            name: 'notes',
            type: 'array',
            remote_table: table('notes'),
            field_mapping: { id: 'person_id' },
          },
        ],
      },
    ],
  },
  actions: [
    {
      name: 'find_person',
      definition: { ...definition({ type: 'query' }), kind: null },
      permissions: [{ role: 'user' }],
    },
    { name: 'add_person', definition: definition({}), permissions: [{ role: 'user' }] },
    {
      name: 'add_people',
      definition: definition({
        output_type: '[Person!]!',
        arguments: [{ name: 'people', type: '[PersonInput!]!' }],
      }),
    },
    { name: 'count_people', definition: definition({ output_type: 'Int!', arguments: [] }) },
    {
      name: 'ask_nobody',
      definition: definition({
        handler: 'http://127.0.0.1:1/',
        output_type: 'Int!',
        arguments: [],
      }),
    },
    {
      name: 'import_person',
      definition: definition({ kind: 'asynchronous' }),
      permissions: [{ role: 'user' }],
    },
  ],
}

describe('actions', () => {
  let engine: TestEngine
  let webhook: WebhookDouble
  let answer: (call: ReceivedCall) => WebhookAnswer
  beforeAll(async () => {
    webhook = await startWebhook((call) => answer(call))
    engine = await startTestEngine({
      sql: `create table people (id int primary key, name text, owner text);
        create table notes (id int primary key, person_id int, body text);
        insert into people values (1, 'Ada', 'a'), (2, 'Bob', 'b');
        insert into notes values (1, 1, 'first'), (2, 1, 'second'), (3, 2, 'third')`,
      metadata,
      environment: {
        ACTION_BASE_URL: webhook.url,
        HASURA_GRAPHQL_ASYNC_ACTIONS_FETCH_INTERVAL: '100',
      },
    })
  })
  afterEach(() => {
    webhook.calls.length = 0
  })
  afterAll(async () => {
    await engine.stop()
    await webhook.stop()
  })
  const user = (id: string) => asRole('user', { 'x-hasura-user-id': id })

  it('completes an answer by rows that the role may see', async () => {
    answer = () => ({ json: { id: 1, mood: 'GOOD' } })
    const query = `mutation { add_person(name: "x") {
      __typename id mood row { __typename name } notes(order_by: {id: desc}) { body } } }`
    expect(await engine.graphql(query, {}, user('a'))).toEqual({
      data: {
        add_person: {
          __typename: 'Person',
          id: 1,
          mood: 'GOOD',
          row: { __typename: 'people', name: 'Ada' },
          notes: [{ body: 'second' }, { body: 'first' }],
        },
      },
    })
    const other = await engine.graphql(
      'mutation { add_person(name: "x") { row { name } } }',
      {},
      user('b'),
    )
    expect(other).toEqual({ data: { add_person: { row: null } } })
    expect(webhook.calls[0]?.body).toMatchObject({
      action: { name: 'add_person' },
      input: { name: 'x' },
      session_variables: { 'x-hasura-role': 'user', 'x-hasura-user-id': 'a' },
      request_query: query,
    })
  })

  it('joins each element of a list, with one statement for all of them', async () => {
    answer = () => ({ json: [{ id: 2 }, { id: 9 }, { id: 1 }] })
    const query = `mutation ($people: [PersonInput!]!) {
      add_people(people: $people) { id row { name } notes_aggregate { aggregate { count } } } }`
    const variables = { people: [{ name: 'x', tags: ['t'] }] }
    expect(await engine.graphql(query, variables)).toEqual({
      data: {
        add_people: [
          { id: 2, row: { name: 'Bob' }, notes_aggregate: { aggregate: { count: 1 } } },
          { id: 9, row: null, notes_aggregate: { aggregate: { count: 0 } } },
          { id: 1, row: { name: 'Ada' }, notes_aggregate: { aggregate: { count: 2 } } },
        ],
      },
    })
    expect(webhook.calls[0]?.body).toMatchObject({ input: variables })
  })

  it('refuses a number that JSON could only send on as null', async () => {
    const query = 'mutation ($people: [PersonInput!]!) { add_people(people: $people) { id } }'
    const body = JSON.stringify({ query, variables: { people: [{ name: 'x', big: '1e999' }] } })
    const { json } = await engine.post('/v1/graphql', body.replace('"1e999"', '1e999'))
    expect(json.errors[0].extensions).toEqual({
      code: 'parse-failed',
      path: '$.selectionSet.add_people.args.people[0].big',
    })
    const literal = await engine.graphql(
      'mutation { add_people(people: [{ name: "x", big: -1e999 }]) { id } }',
    )
    expect(literal.errors[0].extensions.code).toBe('parse-failed')
    expect(webhook.calls).toEqual([])
  })

  it('merges action queries and tables in the order of the selection', async () => {
    answer = () => ({ json: { id: 1 } })
    const { text } = await engine.post('/v1/graphql', {
      query: `{ z: people(order_by: {id: asc}) { id } find_person(name: "x") { id }
        __typename a: people_by_pk(id: 2) { name } }`,
    })
    expect(text.replaceAll(/\s/g, '')).toBe(
      '{"data":{"z":[{"id":1},{"id":2}],"find_person":{"id":1},"__typename":"query_root","a":{"name":"Bob"}}}',
    )
  })

  it('answers scalars, passes cookies, and keeps handlers’ own errors', async () => {
    answer = () => ({ json: 7, headers: { 'set-cookie': 'session=1' } })
    const counted = await engine.post('/v1/graphql', { query: 'mutation { count_people }' })
    expect(counted.json).toEqual({ data: { count_people: 7 } })
    expect(counted.headers.get('set-cookie')).toBe('session=1')
    const extensions = { code: 'insufficient_credits', required_credits: 4 }
    answer = () => ({ status: 402, json: { message: 'no credits', extensions } })
    expect(await engine.graphql('mutation { count_people }')).toEqual({
      errors: [{ message: 'no credits', extensions }],
    })
  })

  it('a handler that is away is not an outage of the database', async () => {
    const { errors } = await engine.graphql('mutation { ask_nobody }')
    expect(errors[0]).toMatchObject({
      message: 'http exception when calling webhook',
      extensions: {
        code: 'unexpected',
        internal: { error: { message: 'ConnectionFailure ECONNREFUSED' } },
      },
    })
  })

  it('tells what went between engine and handler to admins only', async () => {
    answer = () => ({ json: { id: null } })
    const query = 'mutation { add_person(name: "x") { id } }'
    const toAdmin = await engine.graphql(query)
    expect(toAdmin.errors[0].extensions.internal.response.body).toEqual({ id: null })
    const toUser = await engine.graphql(query, {}, user('a'))
    expect(toUser.errors[0].extensions).toEqual({ path: '$', code: 'unexpected' })
  })

  it('a role without permission does not have the action', async () => {
    const refused = await engine.graphql('mutation { count_people }', {}, user('a'))
    expect(refused.errors[0].extensions.code).toBe('validation-failed')
    expect(webhook.calls).toHaveLength(0)
  })

  it('works off an asynchronous action; only its creator sees the result', async () => {
    answer = () => ({ json: { id: 1, mood: 'BAD' } })
    const started = await engine.graphql('mutation { import_person(name: "x") }', {}, user('a'))
    const id: string = started.data.import_person
    const query = `query ($id: uuid!) { import_person(id: $id) {
      id created_at errors output { id mood row { name } } } }`
    const socket = await TestSocket.connect(engine.url, user('a'))
    socket.subscribe('1', query.replace('query', 'subscription'), { id })
    await vi.waitFor(async () => {
      expect(await engine.graphql(query, { id }, user('a'))).toEqual({
        data: {
          import_person: {
            id,
            created_at: expect.stringMatching(/^\d{4}-/) as string,
            errors: null,
            output: { id: 1, mood: 'BAD', row: { name: 'Ada' } },
          },
        },
      })
    }, 5000)
    await socket.until(
      () => socket.of('1').at(-1)?.payload?.data?.import_person?.output?.mood === 'BAD',
    )
    socket.close()
    expect(await engine.graphql(query, { id }, user('b'))).toEqual({
      data: { import_person: null },
    })
    expect(webhook.calls).toHaveLength(1)
  })

  it('keeps the error of an asynchronous action', async () => {
    answer = () => ({ status: 400, json: { message: 'not today', code: 'closed' } })
    const started = await engine.graphql('mutation { import_person(name: "x") }')
    const query = 'query ($id: uuid!) { import_person(id: $id) { errors output { id } } }'
    await vi.waitFor(async () => {
      expect(await engine.graphql(query, { id: started.data.import_person })).toMatchObject({
        data: { import_person: { errors: { error: 'not today', code: 'closed' }, output: null } },
      })
    }, 5000)
  })
})
