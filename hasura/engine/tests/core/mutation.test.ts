import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../../src/metadata/common.ts'
import { startFixture, type Fixture } from './fixture.ts'
import { library } from './library.ts'

let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture(library)
})
afterEach(() => fixture.drop())

/** Mutations in the order of the document, and what they answer. */
const mutations: [string, string, Json][] = [
  [
    'insert: rows with different columns take defaults',
    'mutation { insert_book(objects: [{title: "a"}, {title: "b", published: true, pages: 3}]) { affected_rows returning { title published pages } __typename } }',
    {
      insert_book: {
        affected_rows: 2,
        returning: [
          { title: 'a', published: false, pages: null },
          { title: 'b', published: true, pages: 3 },
        ],
        __typename: 'book_mutation_response',
      },
    },
  ],
  [
    'insert: no rows',
    'mutation { insert_book(objects: []) { affected_rows returning { id } } }',
    { insert_book: { affected_rows: 0, returning: [] } },
  ],
  [
    'insert: rows of relationships, before and after',
    `mutation { insert_book_one(object: {
      title: "Nested", author: {data: {name: "Ed", profile: {data: {motto: "m"}}}},
      tags: {data: [{tag: "x"}, {tag: "y"}]}
    }) { title author { name profile { motto } books_aggregate { aggregate { count } } } tags(order_by: {tag: asc}) { tag } } }`,
    {
      insert_book_one: {
        title: 'Nested',
        author: {
          name: 'Ed',
          profile: { motto: 'm' },
          books_aggregate: { aggregate: { count: 1 } },
        },
        tags: [{ tag: 'x' }, { tag: 'y' }],
      },
    },
  ],
  [
    'insert: affected rows count the rows of relationships',
    'mutation { insert_author(objects: [{name: "Ed", books: {data: [{title: "1", tags: {data: {tag: "t"}}}, {title: "2"}]}}]) { affected_rows } }',
    { insert_author: { affected_rows: 4 } },
  ],
  [
    'on conflict: update',
    'mutation { insert_author(objects: {name: "Ada", fame: 5}, on_conflict: {constraint: author_name_key, update_columns: [fame]}) { affected_rows returning { id fame books { title } } } }',
    {
      insert_author: {
        affected_rows: 1,
        returning: [{ id: 1, fame: 5, books: [{ title: 'Notes' }, { title: 'Drafts' }] }],
      },
    },
  ],
  [
    'on conflict: a condition that does not hold',
    'mutation { insert_author(objects: {name: "Ada", fame: 5}, on_conflict: {constraint: author_name_key, update_columns: [fame], where: {id: {_gt: 1}}}) { affected_rows } }',
    { insert_author: { affected_rows: 0 } },
  ],
  [
    'on conflict: nothing',
    'mutation { insert_author_one(object: {name: "Ada"}, on_conflict: {constraint: author_name_key}) { id } }',
    { insert_author_one: null },
  ],
  [
    'update: all operators',
    `mutation { a: update_author(where: {id: {_eq: 1}}, _set: {born: null, aliases: ["x", "y z"]}, _inc: {fame: 2}, _append: {details: {n: 1}}) { returning { born aliases fame details } }
      b: update_author(where: {id: {_eq: 1}}, _delete_key: {details: "city"}) { returning { details } }
      c: update_author(where: {id: {_eq: 1}}, _delete_at_path: {details: ["tags", "0"]}) { returning { details } }
      d: update_author(where: {id: {_eq: 1}}, _set: {details: [1, 2]}) { affected_rows }
      e: update_author(where: {id: {_eq: 1}}, _delete_elem: {details: 0}) { affected_rows }
      f: update_author_by_pk(pk_columns: {id: 1}, _prepend: {details: [0]}) { details } }`,
    {
      a: {
        returning: [
          {
            born: null,
            aliases: ['x', 'y z'],
            fame: 42,
            details: { n: 1, city: 'London', tags: ['math', { 'a b': 1 }] },
          },
        ],
      },
      b: { returning: [{ details: { n: 1, tags: ['math', { 'a b': 1 }] } }] },
      c: { returning: [{ details: { n: 1, tags: [{ 'a b': 1 }] } }] },
      d: { affected_rows: 1 },
      e: { affected_rows: 1 },
      f: { details: [0, 2] },
    },
  ],
  [
    'update: many, in order',
    'mutation { update_book_many(updates: [{where: {id: {_eq: 1}}, _set: {title: "N"}}, {where: {title: {_eq: "N"}}, _inc: {pages: 1}}]) { affected_rows returning { title pages } } }',
    {
      update_book_many: [
        { affected_rows: 1, returning: [{ title: 'N', pages: 100 }] },
        { affected_rows: 1, returning: [{ title: 'N', pages: 101 }] },
      ],
    },
  ],
  [
    'update by primary key: an empty _set gives an object without members',
    'mutation { update_book_by_pk(pk_columns: {id: 1}, _set: {}) { id } }',
    { update_book_by_pk: {} },
  ],
  [
    'update: an empty _set',
    'mutation { update_book(where: {}, _set: {}) { affected_rows returning { id } } }',
    { update_book: { affected_rows: 0, returning: [] } },
  ],
  [
    'update: relationships show the row after it',
    'mutation { update_book_by_pk(pk_columns: {id: 1}, _set: {author_id: 2}) { author { name books_aggregate { aggregate { count } } } } }',
    { update_book_by_pk: { author: { name: 'Bo', books_aggregate: { aggregate: { count: 2 } } } } },
  ],
  [
    'delete: with what is left of relationships, and by key',
    'mutation { delete_book(where: {id: {_eq: 1}}) { affected_rows returning { title tags { tag } author { name } } } delete_book_by_pk(id: 99) { id } delete_book_tag_by_pk(book_id: 3, tag: "old") { tag } }',
    {
      delete_book: {
        affected_rows: 1,
        returning: [{ title: 'Notes', tags: [], author: { name: 'Ada' } }],
      },
      delete_book_by_pk: null,
      delete_book_tag_by_pk: { tag: 'old' },
    },
  ],
  [
    'a view that can be written',
    'mutation { update_titles(where: {id: {_eq: 1}}, _set: {title: "V"}) { affected_rows returning { title } } }',
    { update_titles: { affected_rows: 1, returning: [{ title: 'V' }] } },
  ],
]

describe('mutations', () => {
  it.each(mutations)('%s', async (_name, query, expected) => {
    const data = await fixture.run(query)
    expect(JSON.stringify(data)).toBe(JSON.stringify(expected))
  })

  it('are one transaction', async () => {
    const failed = await fixture.fail(
      'mutation { insert_author(objects: {name: "Ed"}) { affected_rows } insert_author_one(object: {name: "Ada"}) { id } }',
    )
    expect(failed).toEqual({
      code: 'constraint-violation',
      path: '$.selectionSet.insert_author_one.args.object',
      message:
        'Uniqueness violation. duplicate key value violates unique constraint "author_name_key"',
    })
    expect(await fixture.run('{ author(where: {name: {_eq: "Ed"}}) { id } }')).toEqual({
      author: [],
    })
  })

  it('tell triggers who writes', async () => {
    await fixture.sql(`
      create function note() returns trigger language plpgsql as $$ begin
        new.details := current_setting('hasura.user')::jsonb; return new; end $$;
      create trigger note before insert on author for each row execute function note()`)
    const data = await fixture.run(
      'mutation { insert_author_one(object: {name: "Ed"}) { details } }',
    )
    expect(data).toEqual({ insert_author_one: { details: { 'x-hasura-role': 'admin' } } })
  })
})

const failures: [string, string, string, string, string][] = [
  [
    'a foreign key',
    'mutation { delete_author(where: {id: {_eq: 1}}) { affected_rows } }',
    'constraint-violation',
    '$',
    'Foreign key violation. ',
  ],
  [
    'not null',
    'mutation { insert_author(objects: {fame: 1}) { affected_rows } }',
    'constraint-violation',
    '$.selectionSet.insert_author.args.objects',
    'Not-NULL violation. ',
  ],
  [
    'a value that the type refuses',
    'mutation { insert_author(objects: {name: "x", born: "soon"}) { affected_rows } }',
    'data-exception',
    '$.selectionSet.insert_author.args.objects',
    'invalid input syntax for type date: "soon"',
  ],
  [
    'null for a column that is not',
    'mutation { update_author(where: {}, _set: {name: null}) { affected_rows } }',
    'validation-failed',
    '$.selectionSet.update_author.args._set.name',
    "unexpected null value for type 'String'",
  ],
  [
    'no operator',
    'mutation { update_author(where: {}) { affected_rows } }',
    'validation-failed',
    '$.selectionSet.update_author.args',
    'at least any one of _set',
  ],
  [
    'a column of two operators',
    'mutation { update_author(where: {}, _set: {fame: 1}, _inc: {fame: 1}) { affected_rows } }',
    'validation-failed',
    '$.selectionSet.update_author.args',
    "Column found in multiple operators: ['fame'].",
  ],
  [
    'a column that the parent decides',
    'mutation { insert_author(objects: {name: "x", books: {data: {title: "t", author_id: 2}}}) { affected_rows } }',
    'validation-failed',
    '$.selectionSet.insert_author.args.objects.books.data',
    'cannot insert "author_id" columns',
  ],
  [
    'a relationship that the row decides',
    'mutation { insert_book(objects: [{title: "t", author_id: 2, author: {data: {name: "x"}}}]) { affected_rows } }',
    'validation-failed',
    '$.selectionSet.insert_book.args.objects[0].author',
    "cannot insert object relationship 'author'",
  ],
  [
    'children of a row that a conflict left out',
    'mutation { insert_author(objects: [{name: "Ada", books: {data: {title: "t"}}}], on_conflict: {constraint: author_name_key}) { affected_rows } }',
    'not-supported',
    '$.selectionSet.insert_author.args.objects[0]',
    'cannot proceed to insert array relations since insert to table "author" affects zero rows',
  ],
  [
    'a parent that a conflict left out',
    'mutation { insert_book(objects: [{title: "t", author: {data: {name: "Ada"}, on_conflict: {constraint: author_name_key}}}]) { affected_rows } }',
    'not-supported',
    '$.selectionSet.insert_book.args.objects[0].author',
    'cannot proceed to insert object relation "author"',
  ],
]

describe('mutations fail on', () => {
  it.each(failures)('%s', async (_name, query, code, path, message) => {
    const error = await fixture.fail(query)
    expect(error).toMatchObject({ code, path })
    expect(error.message).toContain(message)
  })
})
