import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFixture, type Caller, type Fixture } from './fixture.ts'
import { library } from './library.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture(library)
})
afterAll(() => fixture.drop())

const as = (role: string, variables: Record<string, string> = {}): Caller => ({
  role,
  variables: Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [`x-hasura-${name}`, value]),
  ),
})
const ada = as('reader', { 'user-id': '1' })

describe('what a refused mutation has written', () => {
  it('is undone', async () => {
    await fixture.fail('mutation { insert_author_one(object: {name: "nobody"}) { id } }', {}, ada)
    expect(await fixture.run('{ author(where: {name: {_eq: "nobody"}}) { id } }')).toEqual({
      author: [],
    })
  })
})

describe('backend_only', () => {
  const INSERT = 'mutation { insert_author(objects: []) { affected_rows } }'
  const header = (value: string) => as('backend', { 'use-backend-only-permissions': value })

  it('is open to the admin secret with the header', async () => {
    expect(await fixture.run(INSERT, {}, header('true'))).toEqual({
      insert_author: { affected_rows: 0 },
    })
  })
  it('wants a boolean (bad-request)', async () => {
    expect(await fixture.fail(INSERT, {}, header('maybe'))).toMatchObject({ code: 'bad-request' })
  })
})

describe('writes by a role', () => {
  it('set presets, keep to their rows, and call functions that are permitted', async () => {
    const caller = as('reader', { 'user-id': '1', email: 'new@example.org' })
    const data = await fixture.run(
      `mutation {
        insert_author_one(object: {name: "Di", details: {a: 1}}) { name }
        update_author(where: {}, _append: {details: {x: 1}}) { affected_rows returning { id details } }
        publish(args: {book_id: 2}) { title published }
      }`,
      {},
      caller,
    )
    expect(data).toEqual({
      insert_author_one: { name: 'Di' },
      update_author: {
        affected_rows: 1,
        returning: [{ id: 1, details: { city: 'London', tags: ['math', { 'a b': 1 }], x: 1 } }],
      },
      publish: [{ title: 'Drafts', published: true }],
    })
    expect(
      await fixture.run(
        '{ author(where: {name: {_in: ["Ada", "Di"]}}, order_by: {id: asc}) { email fame } }',
      ),
    ).toEqual({
      author: [
        { email: 'new@example.org', fame: 40 },
        { email: null, fame: 1 },
      ],
    })
  })

  it('delete their own rows only', async () => {
    const data = await fixture.run(
      'mutation { delete_author(where: {name: {_like: "%"}}) { affected_rows } }',
      {},
      as('reader', { 'user-id': '3' }),
    )
    expect(data).toEqual({ delete_author: { affected_rows: 1 } })
    expect(await fixture.run('{ author_aggregate { aggregate { count } } }')).toEqual({
      author_aggregate: { aggregate: { count: 3 } },
    })
  })
})
