import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/metadata/common.ts'
import { startFixture, type Fixture } from './fixture.ts'
import { library } from './library.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture(library)
})
afterAll(() => fixture.drop())

const names = (...list: string[]) => list.map((name) => ({ name }))

/** What `where` selects of the authors, by name. */
const conditions: [string, string, string[]][] = [
  ['_eq', '{name: {_eq: "Ada"}}', ['Ada']],
  ['_neq', '{name: {_neq: "Ada"}}', ['Bo', 'Cy']],
  ['_in', '{id: {_in: [1, 3]}}', ['Ada', 'Cy']],
  ['a bigint with all its digits', '{fame: {_gte: 40, _lt: 9223372036854775807}}', ['Ada']],
  ['a name for a text', '{name: {_eq: Ada}}', ['Ada']],
  ['an empty _in', '{id: {_in: []}}', []],
  ['an empty _nin', '{id: {_nin: []}}', ['Ada', 'Bo', 'Cy']],
  ['_is_null', '{born: {_is_null: true}}', ['Bo']],
  ['several operators', '{id: {_gt: 1, _lte: 2}}', ['Bo']],
  ['_like', '{name: {_like: "%o"}}', ['Bo']],
  ['_nilike', '{name: {_nilike: "A%"}}', ['Bo', 'Cy']],
  ['_similar', '{name: {_similar: "(A|B)%"}}', ['Ada', 'Bo']],
  ['_iregex', '{name: {_iregex: "^[ac]"}}', ['Ada', 'Cy']],
  ['citext', '{email: {_eq: "ada@EXAMPLE.org"}}', ['Ada']],
  ['jsonb _contains', '{details: {_contains: {city: "Paris"}}}', ['Bo']],
  ['jsonb _has_key', '{details: {_has_key: "tags"}}', ['Ada']],
  ['jsonb _has_keys_any', '{details: {_has_keys_any: ["tags", "city"]}}', ['Ada', 'Bo']],
  ['jsonb _has_keys_all', '{details: {_has_keys_all: ["tags", "city"]}}', ['Ada']],
  ['jsonb _cast', '{details: {_cast: {String: {_like: "%Par%"}}}}', ['Bo']],
  ['an array _contains', '{aliases: {_contains: ["a, b"]}}', ['Ada']],
  ['an array as text', '{aliases: {_eq: "{}"}}', ['Bo', 'Cy']],
  ['ltree _descendant', '{shelf: {_descendant: "a.b"}}', ['Ada', 'Bo']],
  ['ltree _matches_any', '{shelf: {_matches_any: ["*.c"]}}', ['Ada']],
  ['_and, _or, _not', '{_or: [{id: {_eq: 1}}, {_and: [{_not: {id: {_lt: 3}}}]}]}', ['Ada', 'Cy']],
  ['an empty _or', '{_or: []}', []],
  ['an empty object', '{}', ['Ada', 'Bo', 'Cy']],
  ['a relationship', '{books: {tags: {tag: {_eq: "old"}}}}', ['Ada', 'Bo']],
  ['no such relationship', '{_not: {books: {}}}', ['Cy']],
  ['a reverse object relationship', '{profile: {}}', []],
  ['a computed field', '{initials: {_eq: "B"}}', ['Bo']],
  ['a count', '{books_aggregate: {count: {predicate: {_gte: 2}}}}', ['Ada']],
  [
    'a count of what a filter leaves',
    '{books_aggregate: {count: {filter: {published: {_eq: true}}, predicate: {_eq: 1}}}}',
    ['Ada', 'Bo'],
  ],
  [
    'bool_and',
    '{books_aggregate: {bool_and: {arguments: published, predicate: {_eq: true}}}}',
    ['Bo'],
  ],
]

describe('where', () => {
  it.each(conditions)('%s', async (_name, where, expected) => {
    const data = await fixture.run(`{ author(where: ${where}, order_by: {id: asc}) { name } }`)
    expect(data).toEqual({ author: names(...expected) })
  })
})

/** Selections and what they answer. */
const selections: [string, string, Json][] = [
  [
    'order_by a column of an object relationship, nulls first',
    '{ book(order_by: [{author: {name: desc_nulls_first}}, {id: asc}]) { title } }',
    { book: ['Anonymous', 'Essays', 'Notes', 'Drafts'].map((title) => ({ title })) },
  ],
  [
    'order_by aggregates of an array relationship',
    '{ author(order_by: [{books_aggregate: {count: desc}}, {id: asc}]) { name } }',
    { author: names('Ada', 'Bo', 'Cy') },
  ],
  [
    'order_by a computed field',
    '{ author(order_by: {initials: desc}, limit: 1) { name } }',
    { author: names('Cy') },
  ],
  [
    'distinct_on, limit and offset',
    '{ book(distinct_on: author_id, order_by: [{author_id: asc}, {id: desc}], limit: 2, offset: "1") { title } }',
    { book: [{ title: 'Essays' }, { title: 'Anonymous' }] },
  ],
  [
    'aliases, __typename and the order of keys',
    '{ a: author_by_pk(id: 1) { n: name __typename id } __typename }',
    { a: { n: 'Ada', __typename: 'author', id: 1 }, __typename: 'query_root' },
  ],
  ['a row that is not there', '{ author_by_pk(id: 99) { id } }', { author_by_pk: null }],
  [
    'a path into jsonb',
    '{ author_by_pk(id: 1) { city: details(path: "$.city") deep: details(path: "tags[1][\\"a b\\"]") no: details(path: "x") } }',
    { author_by_pk: { city: 'London', deep: 1, no: null } },
  ],
  [
    'nested rows with arguments, an empty list, a missing object',
    '{ author(order_by: {id: asc}) { books(where: {published: {_eq: true}}) { title tags(order_by: {tag: asc}) { tag } } profile { motto } } }',
    {
      author: [
        { books: [{ title: 'Notes', tags: [{ tag: 'math' }, { tag: 'old' }] }], profile: null },
        { books: [{ title: 'Essays', tags: [{ tag: 'old' }] }], profile: null },
        { books: [], profile: null },
      ],
    },
  ],
  [
    'aggregates beside nodes',
    '{ book_aggregate(where: {author_id: {_is_null: false}}, order_by: {id: asc}) { aggregate { count n: count(columns: [author_id], distinct: true) sum { pages price } max { title } avg { pages } } nodes { title author { name } } } }',
    {
      book_aggregate: {
        aggregate: {
          count: 3,
          n: 2,
          sum: { pages: 150, price: 20.75 },
          max: { title: 'Notes' },
          avg: { pages: 75 },
        },
        nodes: [
          { title: 'Notes', author: { name: 'Ada' } },
          { title: 'Drafts', author: { name: 'Ada' } },
          { title: 'Essays', author: { name: 'Bo' } },
        ],
      },
    },
  ],
  [
    'aggregates of a relationship',
    '{ author(order_by: {id: asc}) { books_aggregate { aggregate { count min { price } } nodes { author { greeting } } } } }',
    {
      author: [
        {
          books_aggregate: {
            aggregate: { count: 2, min: { price: 3.25 } },
            nodes: [{ author: { greeting: 'Hello Ada' } }, { author: { greeting: 'Hello Ada' } }],
          },
        },
        {
          books_aggregate: {
            aggregate: { count: 1, min: { price: 7 } },
            nodes: [{ author: { greeting: 'Hello Bo' } }],
          },
        },
        { books_aggregate: { aggregate: { count: 0, min: { price: null } }, nodes: [] } },
      ],
    },
  ],
  [
    'computed fields: scalar with and without arguments, rows with a session argument',
    '{ author_by_pk(id: 1) { initials greeting a: greeting(args: {word: "Hi"}) books_with(args: {part: "o"}, limit: 1) { title } } }',
    {
      author_by_pk: {
        initials: 'A',
        greeting: 'Hello Ada',
        a: 'Hi Ada',
        books_with: [{ title: 'Notes' }],
      },
    },
  ],
  [
    'aggregates of computed fields, and an order by aggregates of a computed table',
    '{ author_aggregate { aggregate { max { initials g: greeting(args: {word: "Hi"}) } } } author(order_by: {all_books_aggregate: {count: desc}}, limit: 1) { name } }',
    {
      author_aggregate: { aggregate: { max: { initials: 'C', g: 'Hi Cy' } } },
      author: [{ name: 'Ada' }],
    },
  ],
  [
    'a function, with a default argument and without',
    '{ a: search_books(args: {part: "s"}) { title } b: search_books(args: {part: "s", most: 1}) { title } search_books_aggregate(args: {part: "s"}) { aggregate { count } } }',
    {
      a: ['Notes', 'Drafts', 'Essays', 'Anonymous'].map((title) => ({ title })),
      b: [{ title: 'Notes' }],
      search_books_aggregate: { aggregate: { count: 4 } },
    },
  ],
  [
    'fragments, @include and @skip',
    '{ author_by_pk(id: 1) { ...f ... on author @include(if: true) { id } email @skip(if: true) } } fragment f on author { name ... { id } }',
    { author_by_pk: { name: 'Ada', id: 1 } },
  ],
  [
    'a key longer than a name of PostgreSQL',
    `{ author(limit: 1, order_by: {id: asc}) { ${'k'.repeat(70)}: name books_aggregate { ${'a'.repeat(70)}: aggregate { count } } } }`,
    {
      author: [
        {
          ['k'.repeat(70)]: 'Ada',
          books_aggregate: { ['a'.repeat(70)]: { count: 2 } },
        },
      ],
    },
  ],
]

describe('select', () => {
  it.each(selections)('%s', async (_name, query, expected) => {
    const data = await fixture.run(query)
    expect(data).toEqual(expected)
    expect(JSON.stringify(data)).toBe(JSON.stringify(expected))
  })

  it('takes more fields than a function of PostgreSQL takes arguments', async () => {
    const keys = Array.from({ length: 150 }, (_, index) => `k${index}`)
    const selection = keys.map((key) => `${key}: name`).join(' ')
    const counts = keys.map((key) => `${key}: count`).join(' ')
    const data = (await fixture.run(
      `{ author_by_pk(id: 1) { ${selection} } author_aggregate { aggregate { ${counts} } } }`,
    )) as { author_by_pk: JsonObject; author_aggregate: { aggregate: JsonObject } }
    expect(Object.keys(data.author_by_pk)).toEqual(keys)
    expect(Object.keys(data.author_aggregate.aggregate)).toEqual(keys)
    expect(data.author_aggregate.aggregate.k149).toBe(3)
  })

  it('passes the session to functions', async () => {
    const data = await fixture.run(
      '{ whoami { name } }',
      {},
      { variables: { 'x-hasura-user-id': '2' } },
    )
    expect(data).toEqual({ whoami: { name: 'Bo' } })
  })
})
