import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bind } from '../../src/execute/bind.ts'
import { compileLiveQuery } from '../../src/execute/live-query.ts'
import { prepare } from '../../src/execute/prepare.ts'
import type { Json, JsonObject } from '../../src/metadata/common.ts'
import { sessionOf, startFixture, type Caller, type Fixture } from './fixture.ts'
import { library } from './library.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture(library)
})
afterAll(() => fixture.drop())

interface Subscriber {
  readonly caller: Caller
  readonly variables: JsonObject
  readonly runtime?: Record<string, string | null>
}

const compiled = (query: string, { caller, variables }: Subscriber) => {
  const prepared = prepare(fixture.engine, sessionOf(caller), { query, variables })
  const live = compileLiveQuery(fixture.engine, prepared)
  if (!live) throw new Error('not a live query')
  return live
}

/** Runs one statement for all subscribers; the answers in their order. */
async function runCohort(query: string, subscribers: Subscriber[]): Promise<[Json, Json][]> {
  const [first] = subscribers
  if (!first) return []
  const { statement } = compiled(query, first)
  const values = subscribers.map((subscriber) => {
    const { caller, variables, runtime = {} } = subscriber
    expect(compiled(query, subscriber).statement.text).toBe(statement.text)
    return bind(statement.parameters, { session: sessionOf(caller), variables, runtime })
  })
  const array = (items: string[]) => `{${items.map((item) => JSON.stringify(item)).join(',')}}`
  const rows = await fixture.database.unsafe<
    { result_id: string; result: string; cursor?: string }[]
  >(statement.text, [
    array(subscribers.map((_, index) => String(index))),
    array(values.map((value) => JSON.stringify(value))),
  ])
  return [...rows]
    .sort((one, other) => Number(one.result_id) - Number(other.result_id))
    .map(({ result, cursor }) => [
      JSON.parse(result) as Json,
      cursor === undefined || cursor === null ? null : (JSON.parse(cursor) as Json),
    ])
}

const reader = (id: string): Caller => ({ role: 'reader', variables: { 'x-hasura-user-id': id } })

describe('a live query', () => {
  it('answers subscribers with other sessions and variables by one statement', async () => {
    const query =
      'subscription ($n: Int!) { book(where: {id: {_lte: $n}}, order_by: {id: asc}) { title } }'
    const answers = await runCohort(query, [
      { caller: reader('1'), variables: { n: 2 } },
      { caller: reader('2'), variables: { n: 2 } },
      { caller: reader('2'), variables: { n: 3 } },
    ])
    const books = (...titles: string[]) => [{ book: titles.map((title) => ({ title })) }, null]
    expect(answers).toEqual([books('Notes', 'Drafts'), books('Notes'), books('Notes', 'Essays')])
  })

  it('knows the tables that it reads, permissions included', () => {
    const live = compiled('subscription { book { title } }', { caller: reader('1'), variables: {} })
    expect(live.tables.map(({ name }) => name.name).sort()).toEqual(['author', 'book'])
    expect(live.isComplete).toBe(true)
    const calls = compiled('subscription { author { initials } }', {
      caller: reader('1'),
      variables: {},
    })
    expect(calls.isComplete).toBe(false)
  })
})

describe('a stream', () => {
  it('answers a batch beyond the cursor, and where the next one begins', async () => {
    const query =
      'subscription { book_stream(batch_size: 2, cursor: {initial_value: {id: 1}}) { title } }'
    const admin: Caller = { role: 'admin' }
    const live = compiled(query, { caller: admin, variables: {} })
    expect(live.kind).toBe('stream')
    const [initial] = live.cursor
    expect(initial?.initial.source).toEqual({ from: 'literal', text: '1' })
    const answers = await runCohort(query, [
      { caller: admin, variables: {}, runtime: { cursor0: '1' } },
      { caller: admin, variables: {}, runtime: { cursor0: '3' } },
      { caller: admin, variables: {}, runtime: { cursor0: '9' } },
    ])
    expect(answers).toEqual([
      [{ book_stream: [{ title: 'Drafts' }, { title: 'Essays' }] }, ['3']],
      [{ book_stream: [{ title: 'Anonymous' }] }, ['4']],
      [{ book_stream: [] }, null],
    ])
  })

  it.each([
    ['{initial_value: {}}', 'one streaming column field is expected'],
    ['[]', 'one streaming column field is expected'],
    [
      '[{initial_value: {id: 1}}, {initial_value: {title: "a"}}]',
      'multiple column cursors are not supported yet',
    ],
  ])('of the cursor %s is refused (validation-failed)', (cursor, message) => {
    const query = `subscription { book_stream(batch_size: 2, cursor: ${cursor}) { title } }`
    expect(() => compiled(query, { caller: { role: 'admin' }, variables: {} })).toThrow(
      expect.objectContaining({ code: 'validation-failed', message }),
    )
  })
})
