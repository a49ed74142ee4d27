import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/metadata/common.ts'
import { startFixture, type Fixture } from './fixture.ts'

// Names and values that would end a string, an identifier or a comment if anything were pasted.

const QUOTES = `'";--/*$1\\ $$ \${x} %s`
const TABLE = `we"ird'tab;le`
const COLUMN = `co"l'umn;--`

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture({
    sql: `
      create table "we""ird'tab;le" (id int primary key, "co""l'umn;--" text, parent int references "we""ird'tab;le"(id));
      create type "en'um""" as enum ('a''b', 'c"d');
      create table typed (id int primary key, value "en'um""");
      create function "fu""n'c"("a""rg'" text) returns setof typed language sql stable
        as $$ select * from typed where value::text = "fu""n'c"."a""rg'" $$;
      insert into "we""ird'tab;le" values (1, 'plain', null), (2, '${QUOTES.replaceAll("'", "''")}', 1);
      insert into typed values (1, 'a''b'), (2, 'c"d');`,
    tables: [
      {
        table: { schema: 'public', name: TABLE },
        configuration: {
          custom_name: 'odd',
          column_config: { [COLUMN]: { custom_name: 'text' } },
        },
        object_relationships: [{ name: 'up', using: { foreign_key_constraint_on: 'parent' } }],
        select_permissions: [
          {
            role: 'user',
            permission: { columns: '*', filter: { [COLUMN]: { _eq: 'X-Hasura-Text' } } },
          },
          { role: 'fixed', permission: { columns: '*', filter: { [COLUMN]: { _eq: QUOTES } } } },
        ],
      },
      { table: 'typed', configuration: { column_config: { value: { custom_name: 'v' } } } },
    ],
    functions: [
      {
        function: { schema: 'public', name: `fu"n'c` },
        configuration: { custom_name: 'func' },
      },
    ],
  })
})
afterAll(() => fixture.drop())

describe('hostile names and values', () => {
  it('are read, by themselves and through relationships', async () => {
    const data = await fixture.run('{ odd(order_by: {text: desc}) { id text up { text } } }')
    expect(data).toEqual({
      odd: expect.arrayContaining([
        { id: 1, text: 'plain', up: null },
        { id: 2, text: QUOTES, up: { text: 'plain' } },
      ]),
    })
  })

  it('are conditions as literals and as variables', async () => {
    const query = `query ($t: String!) { a: odd(where: {text: {_eq: $t}}) { id } b: odd(where: {text: {_in: [$t]}}) { id } c: odd(where: {text: {_eq: ${JSON.stringify(QUOTES)}}}) { id } }`
    const found = [{ id: 2 }]
    expect(await fixture.run(query, { t: QUOTES })).toEqual({ a: found, b: found, c: found })
  })

  it('are session variables and parts of permissions', async () => {
    const caller = { role: 'user', variables: { 'x-hasura-text': QUOTES } }
    expect(await fixture.run('{ odd { id } }', {}, caller)).toEqual({ odd: [{ id: 2 }] })
    expect(await fixture.run('{ odd { id } }', {}, { role: 'fixed' })).toEqual({ odd: [{ id: 2 }] })
    const evil = { role: 'user', variables: { 'x-hasura-text': `' or '1'='1` } }
    expect(await fixture.run('{ odd { id } }', {}, evil)).toEqual({ odd: [] })
  })

  it('are written', async () => {
    const data = await fixture.run(
      'mutation ($t: String!) { insert_odd_one(object: {id: 3, text: $t}) { text } }',
      { t: QUOTES },
    )
    expect(data).toEqual({ insert_odd_one: { text: QUOTES } })
    const changed = await fixture.run(
      `mutation { update_odd(where: {id: {_eq: 3}}, _set: {text: "a'b"}) { returning { text } } delete_odd_by_pk(id: 3) { id } }`,
    )
    expect(changed).toEqual({
      update_odd: { returning: [{ text: "a'b" }] },
      delete_odd_by_pk: { id: 3 },
    })
  })

  it('leave out columns, constraints and functions that GraphQL cannot name', async () => {
    expect(await fixture.run('{ typed(order_by: {id: asc}) { id } }')).toEqual({
      typed: [{ id: 1 }, { id: 2 }],
    })
    expect(await fixture.fail('{ typed { v } }')).toMatchObject({ code: 'validation-failed' })
    expect(fixture.engine.roleSchema('admin').schema.getType('odd_constraint')).toBeUndefined()
    expect(fixture.engine.inconsistentObjects).toEqual([
      expect.objectContaining({ type: 'function', reason: expect.stringContaining(`"a"rg'"`) }),
    ])
  })

  it('are keys of the answer', async () => {
    const key = 'k'.repeat(63)
    expect(await fixture.run(`{ odd(limit: 1, where: {id: {_eq: 1}}) { ${key}: id } }`)).toEqual({
      odd: [{ [key]: 1 }],
    })
  })

  it('end in an error when they are nested too deeply', async () => {
    const query = 'query ($v: jsonb) { odd(where: {text: {_eq: $v}}) { id } }'
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    const chain = Array.from({ length: 9_000 }, (_, n) => `fragment f${n} on odd { ...f${n + 1} }`)
    const requests: [string, JsonObject][] = [
      [query, { v: JSON.parse(deep) as Json }],
      [`{ odd(where: ${'{_not: '.repeat(30_000)}{}${'}'.repeat(30_000)}) { id } }`, {}],
      [`{ odd { ...f0 } } ${chain.join(' ')} fragment f9000 on odd { id }`, {}],
    ]
    for (const [text, variables] of requests)
      expect(await fixture.fail(text, variables)).toMatchObject({ code: 'validation-failed' })
  })
})
