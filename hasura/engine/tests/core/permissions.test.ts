import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../../src/metadata/common.ts'
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
const bo = as('reader', { 'user-id': '2' })
const titles = (...list: string[]) => ({ book: list.map((title) => ({ title })) })
const BOOKS_BY_TITLE = '{ book(order_by: {title: asc}) { title } }'
const BOOKS = '{ book(order_by: {id: asc}) { title } }'

const allowed: [string, Caller, string, Json][] = [
  ['rows of one’s own', ada, '{ author { name } }', { author: [{ name: 'Ada' }] }],
  ['other rows of one’s own', bo, '{ author { name } }', { author: [{ name: 'Bo' }] }],
  ['published books and one’s own', ada, BOOKS, titles('Notes', 'Drafts', 'Essays', 'Anonymous')],
  ['published books, not others’ drafts', bo, BOOKS, titles('Notes', 'Essays', 'Anonymous')],
  [
    'the filter of the other end of a relationship',
    bo,
    '{ book(order_by: {id: asc}) { title author { name } } }',
    {
      book: [
        { title: 'Notes', author: null },
        { title: 'Essays', author: { name: 'Bo' } },
        { title: 'Anonymous', author: null },
      ],
    },
  ],
  [
    'the filter of the other end inside where',
    bo,
    '{ book(where: {author: {name: {_eq: "Ada"}}}) { title } }',
    { book: [] },
  ],
  ['a filter through a relationship', as('tagged', { tag: 'math' }), BOOKS, titles('Notes')],
  ['a filter through a relationship, otherwise', as('tagged', { tag: 'none' }), BOOKS, titles()],
  [
    'a list in a session variable',
    as('listed', { 'book-ids': '{1,3}' }),
    '{ book { title } }',
    titles('Notes', 'Essays'),
  ],
  [
    '_exists of another table',
    as('trusting', { name: 'Ada' }),
    '{ book { title } }',
    titles('Notes', 'Drafts', 'Essays', 'Anonymous'),
  ],
  [
    '_exists of rows that $ ties to the row',
    as('related'),
    BOOKS_BY_TITLE,
    titles('Drafts', 'Notes'),
  ],
  ['no rows by a comparison with a column of the row ($)', as('cheap'), BOOKS_BY_TITLE, titles()],
  ['_exists of what is not there', as('trusting', { name: 'Eve' }), '{ book { title } }', titles()],
  [
    'the limit, which aggregates do not feel',
    ada,
    '{ author(limit: 10) { name } author_aggregate { aggregate { count } nodes { name } } }',
    {
      author: [{ name: 'Ada' }],
      author_aggregate: { aggregate: { count: 1 }, nodes: [{ name: 'Ada' }] },
    },
  ],
  [
    'root fields that are named',
    as('closed'),
    '{ author_by_pk(id: 2) { name } }',
    { author_by_pk: { name: 'Bo' } },
  ],
  [
    'rows of any parent of an inherited role, columns where a parent sees the row',
    as('known_or_young'),
    '{ author(order_by: {id: asc}) { id name born } }',
    {
      author: [
        { id: 1, name: 'Ada', born: null },
        { id: 3, name: 'Cy', born: '1950-01-01' },
      ],
    },
  ],
  [
    'no more by conditions and orderings than by columns',
    as('known_or_young'),
    '{ a: author(where: {born: {_lt: "1900-01-01"}}) { id } b: author(order_by: {born: asc_nulls_first}) { id } }',
    { a: [], b: [{ id: 1 }, { id: 3 }] },
  ],
  [
    'to ignore conflicts without an update permission',
    { role: 'backend', variables: { 'x-hasura-use-backend-only-permissions': 't' } },
    'mutation { insert_author(objects: {name: "Ada"}, on_conflict: {constraint: author_name_key, update_columns: []}) { affected_rows } }',
    { insert_author: { affected_rows: 0 } },
  ],
  [
    'a role that nobody knows',
    as('stranger'),
    '{ __typename no_queries_available }',
    { __typename: 'query_root', no_queries_available: '' },
  ],
]

describe('a role gets', () => {
  it.each(allowed)('%s', async (_name, caller, query, expected) => {
    expect(await fixture.run(query, {}, caller)).toEqual(expected)
  })
})

const validation = 'validation-failed'
const refused: [string, Caller, string, string, string][] = [
  ['a column', ada, '{ author { fame } }', validation, "field 'fame' not found in type: 'author'"],
  [
    'a computed field',
    ada,
    '{ author { greeting } }',
    validation,
    "field 'greeting' not found in type: 'author'",
  ],
  [
    'a condition on a column',
    ada,
    '{ author(where: {fame: {_eq: 1}}) { id } }',
    validation,
    "field 'fame' not found in type: 'author_bool_exp'",
  ],
  [
    'an order by a column',
    ada,
    '{ author(order_by: {fame: asc}) { id } }',
    validation,
    "field 'fame' not found in type: 'author_order_by'",
  ],
  [
    'a table',
    ada,
    '{ profile { motto } }',
    validation,
    "field 'profile' not found in type: 'query_root'",
  ],
  [
    'aggregates',
    ada,
    '{ book_aggregate { aggregate { count } } }',
    validation,
    "field 'book_aggregate' not found in type: 'query_root'",
  ],
  [
    'a root field',
    as('closed'),
    '{ author { name } }',
    validation,
    "field 'author' not found in type: 'query_root'",
  ],
  [
    'a root field of subscriptions',
    as('closed'),
    'subscription { author { name } }',
    validation,
    "field 'author' not found in type: 'subscription_root'",
  ],
  [
    'mutations',
    as('tagged'),
    'mutation { delete_book(where: {}) { affected_rows } }',
    validation,
    'no mutations exist',
  ],
  [
    'a mutation',
    ada,
    'mutation { delete_book(where: {}) { affected_rows } }',
    validation,
    "field 'delete_book' not found in type: 'mutation_root'",
  ],
  [
    'a column of an insert',
    ada,
    'mutation { insert_author_one(object: {name: "x", fame: 2}) { id } }',
    validation,
    "field 'fame' not found in type: 'author_insert_input'",
  ],
  [
    'a column that a preset sets',
    ada,
    'mutation { update_author(where: {}, _set: {email: "x"}) { affected_rows } }',
    validation,
    "field 'email' not found in type: 'author_set_input'",
  ],
  [
    'a missing session variable',
    as('reader'),
    '{ author { id } }',
    'not-found',
    'missing session variable: "x-hasura-user-id"',
  ],
  [
    'an insert that fails the check',
    ada,
    'mutation { insert_author_one(object: {name: "nobody"}) { id } }',
    'permission-error',
    'check constraint of an insert/update permission has failed',
  ],
  [
    'an update that fails the check',
    as('reader', { 'user-id': '1', email: 'x' }),
    'mutation { update_author(where: {}, _set: {name: "nobody"}) { affected_rows } }',
    'permission-error',
    'check constraint of an insert/update permission has failed',
  ],
  [
    'a function without a permission',
    as('closed'),
    'mutation { publish(args: {book_id: 2}) { id } }',
    validation,
    'no mutations exist',
  ],
  [
    'a column of neither parent',
    as('known_or_young'),
    '{ author { details } }',
    validation,
    "field 'details' not found in type: 'author'",
  ],
  [
    'backend_only without the header',
    as('backend'),
    'mutation { insert_author(objects: []) { affected_rows } }',
    validation,
    'no mutations exist',
  ],
]

describe('a role is refused', () => {
  it.each(refused)('%s', async (_name, caller, query, code, message) => {
    expect(await fixture.fail(query, {}, caller)).toMatchObject({ code, message })
  })
})
