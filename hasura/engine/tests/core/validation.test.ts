import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/metadata/common.ts'
import { startFixture, type Fixture } from './fixture.ts'
import { library } from './library.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture({ ...library, settings: { maxDepth: 20, maxFields: 300 } })
})
afterAll(() => fixture.drop())

type Failure = [name: string, query: string, variables: JsonObject, path: string, message: string]

const failures: Failure[] = [
  [
    'an unknown field',
    '{ author { nome } }',
    {},
    '$.selectionSet.author.selectionSet.nome',
    "field 'nome' not found in type: 'author'",
  ],
  [
    'an unknown root',
    '{ nobody { id } }',
    {},
    '$.selectionSet.nobody',
    "field 'nobody' not found in type: 'query_root'",
  ],
  [
    'an unknown argument',
    '{ author(size: 1) { id } }',
    {},
    '$.selectionSet.author',
    "'author' has no argument named 'size'",
  ],
  [
    'a missing argument',
    '{ author_by_pk { id } }',
    {},
    '$.selectionSet.author_by_pk.args.id',
    "missing required field 'id'",
  ],
  [
    'no selection of an object',
    '{ author }',
    {},
    '$.selectionSet.author.selectionSet',
    "missing selection set for 'author'",
  ],
  [
    'a selection of a column',
    '{ author { id { x } } }',
    {},
    '$.selectionSet.author.selectionSet.id',
    'unexpected subselection set for non-object field',
  ],
  [
    'null in a condition',
    '{ author(where: {id: {_eq: null}}) { id } }',
    {},
    '$.selectionSet.author.args.where.id._eq',
    "unexpected null value for type 'Int'",
  ],
  [
    'a variable that is left out, in a condition',
    'query ($id: Int) { author(where: {id: {_eq: $id}}) { id } }',
    {},
    '$.selectionSet.author.args.where.id._eq',
    "unexpected null value for type 'Int'",
  ],
  [
    'a variable of another type',
    'query ($id: String) { author(where: {id: {_eq: $id}}) { id } }',
    { id: '1' },
    '$.selectionSet.author.args.where.id._eq',
    "variable 'id' is declared as 'String', but used where 'Int' is expected",
  ],
  [
    'a nullable variable where null is not',
    'query ($id: Int) { author_by_pk(id: $id) { id } }',
    { id: 1 },
    '$.selectionSet.author_by_pk.args.id',
    "variable 'id' is declared as 'Int', but used where 'Int!' is expected",
  ],
  [
    'a variable without a value',
    'query ($id: Int!) { author_by_pk(id: $id) { id } }',
    {},
    '$',
    "expecting a value for non-nullable variable: 'id'",
  ],
  [
    'a variable that nobody declared',
    '{ author_by_pk(id: $id) { id } }',
    {},
    '$.selectionSet.author_by_pk.args.id',
    "unbound variable 'id'",
  ],
  [
    'a value that nobody uses',
    '{ author { id } }',
    { id: 1 },
    '$',
    'unexpected variables in variableValues: id',
  ],
  [
    'a negative limit',
    '{ author(limit: -1) { id } }',
    {},
    '$.selectionSet.author.args.limit',
    "expected a non-negative 32-bit integer for type 'Int', but found a number",
  ],
  [
    'a negative limit in a variable',
    'query ($n: Int) { author(limit: $n) { id } }',
    { n: -1 },
    '$.selectionSet.author.args.limit',
    "expected a non-negative 32-bit integer for type 'Int', but found a number",
  ],
  [
    'a limit that is text',
    '{ author(limit: "1") { id } }',
    {},
    '$.selectionSet.author.args.limit',
    "expected a 32-bit integer for type 'Int', but found a string",
  ],
  [
    'an unknown enum value',
    '{ author(order_by: {id: up}) { id } }',
    {},
    '$.selectionSet.author.args.order_by.id',
    "expected one of the values ['asc', 'asc_nulls_first', 'asc_nulls_last', 'desc', 'desc_nulls_first', 'desc_nulls_last'] for type 'order_by', but found 'up'",
  ],
  [
    'an enum value as text',
    '{ author(order_by: {id: "asc"}) { id } }',
    {},
    '$.selectionSet.author.args.order_by.id',
    "expected an enum value for type 'order_by', but found a string",
  ],
  [
    'an unknown member of an input object',
    'query ($w: author_bool_exp) { author(where: $w) { id } }',
    { w: { id: { _is: 1 } } },
    '$.selectionSet.author.args.where.id._is',
    "field '_is' not found in type: 'Int_comparison_exp'",
  ],
  [
    'one key for two fields',
    '{ author { a: id a: name } }',
    {},
    '$.selectionSet.author.selectionSet',
    "selection of both 'id' and 'name' specify the same response name, 'a'",
  ],
  [
    'one key for two arguments',
    '{ author(limit: 1) { id } author(limit: 2) { id } }',
    {},
    '$.selectionSet',
    "inconsistent arguments between multiple selections of field 'author'",
  ],
  [
    'distinct_on that does not lead order_by',
    '{ book(distinct_on: author_id, order_by: {id: asc}) { id } }',
    {},
    '$.selectionSet.book.args',
    '"distinct_on" columns must match initial "order_by" columns',
  ],
  [
    'an unknown fragment',
    '{ author { ...f } }',
    {},
    '$.selectionSet.author.selectionSet',
    "reference to undefined fragment 'f'",
  ],
  [
    'fragments in a circle',
    '{ author { ...f } } fragment f on author { books { ...g } } fragment g on book { author { ...f } }',
    {},
    '$.selectionSet',
    "the fragment definition(s) 'f' and 'g' form a cycle",
  ],
  [
    'an unknown directive',
    '{ author @fast { id } }',
    {},
    '$.selectionSet',
    "directive 'fast' is not defined in the schema",
  ],
  [
    'two operations without a name',
    'query a { author { id } } query b { author { id } }',
    {},
    '$',
    'exactly one operation has to be present in the document when operationName is not specified',
  ],
  ['no GraphQL', '{ author {', {}, '$.query', 'not a valid graphql query'],
  [
    'too deep a selection',
    `{ author${' { books { author'.repeat(15)} { id }${' } }'.repeat(15)} }`,
    {},
    '$',
    'the operation is nested more than 20 levels deep',
  ],
  [
    'too deep an input',
    `{ author(where: ${'{_not: '.repeat(30)}{}${'}'.repeat(30)}) { id } }`,
    {},
    '$',
    'the operation is nested more than 20 levels deep',
  ],
  [
    'too many fields',
    `{ author { ${Array.from({ length: 301 }, (_, n) => `k${n}: id`).join(' ')} } }`,
    {},
    '$.selectionSet.author.selectionSet',
    'the operation has more than 300 fields',
  ],
  [
    'fragments that multiply',
    `{ author { ...f0 } } ${Array.from({ length: 12 }, (_, n) => `fragment f${n} on author { ...f${n + 1} ...f${n + 1} }`).join(' ')} fragment f12 on author { id }`,
    {},
    '$.selectionSet.author.selectionSet',
    'the operation has more than 300 fields',
  ],
]

describe('validation-failed', () => {
  it.each(failures)('%s', async (_name, query, variables, path, message) => {
    expect(await fixture.fail(query, variables)).toEqual({
      code: 'validation-failed',
      path,
      message,
    })
  })
})

const others: [string, string, JsonObject, string, string][] = [
  [
    'an integer out of bounds',
    '{ author(where: {id: {_eq: 9999999999}}) { id } }',
    {},
    'parse-failed',
    '$.selectionSet.author.args.where.id._eq',
  ],
  [
    'a bigint out of bounds',
    '{ author(where: {fame: {_eq: 9223372036854775808}}) { id } }',
    {},
    'parse-failed',
    '$.selectionSet.author.args.where.fame._eq',
  ],
  [
    'a number for text',
    '{ author(where: {name: {_eq: 1}}) { id } }',
    {},
    'parse-failed',
    '$.selectionSet.author.args.where.name._eq',
  ],
  [
    'a bad label path',
    '{ author(where: {shelf: {_eq: "a..b"}}) { id } }',
    {},
    'parse-failed',
    '$.selectionSet.author.args.where.shelf._eq',
  ],
  [
    'text that is no integer',
    '{ author(where: {id: {_eq: "x"}}) { id } }',
    {},
    'data-exception',
    '$',
  ],
  [
    'a pattern that ends in its escape',
    '{ author(where: {name: {_nlike: "Ad\\\\"}}) { id } }',
    {},
    'bad-request',
    '$',
  ],
  [
    'an argument of a function that is left out',
    '{ search_books(args: {most: 1}) { id } }',
    {},
    'not-supported',
    '$.selectionSet.search_books.args.args',
  ],
  [
    'NUL in text',
    'query ($n: String!) { author(where: {name: {_eq: $n}}) { id } }',
    { n: 'a\0b' },
    'data-exception',
    '$',
  ],
]

describe('other codes', () => {
  it.each(others)('%s', async (_name, query, variables, code, path) => {
    expect(await fixture.fail(query, variables)).toMatchObject({ code, path })
  })
})
