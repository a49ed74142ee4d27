import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildEngine, defaultEngineSettings, type Engine } from '../../src/engine.ts'
import type { Json, JsonObject } from '../../src/metadata/common.ts'
import { parseMetadata } from '../../src/metadata/parse.ts'
import { document, startFixture, type Fixture } from './fixture.ts'

const named = (table: string, configuration: JsonObject): Json => ({ table, configuration })
const action = (name: string, type: string, more: JsonObject = {}): Json => ({
  name,
  definition: { handler: 'http://localhost', output_type: 'Answer', type, ...more },
})
const answer = { objects: [{ name: 'Answer', fields: [{ name: 'ok', type: 'Boolean!' }] }] }

describe('names', () => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await startFixture({
      sql: `create table cat (id int primary key, name text, "no-name" text, owner_id int references cat);
        create table dog (id int primary key);
        create table "no-table" (id int primary key);
        create function find_cats(part text) returns setof cat language sql stable as $$ select * from cat $$`,
      tables: ['cat', 'dog', 'no-table'].map((table) => ({ table })),
      functions: [{ function: 'find_cats' }],
    })
  })
  afterAll(() => fixture.drop())

  const build = (tables: Json[], rest: JsonObject = {}, functions: Json[] = []): Engine =>
    buildEngine({
      metadata: parseMetadata(document({ tables, functions, rest })),
      catalog: fixture.engine.catalog,
      settings: defaultEngineSettings,
    })
  const actions = (...list: Json[]) => ({ actions: list, custom_types: answer })

  const conflicts: [string, Json[], JsonObject, Json[], string][] = [
    [
      'a root field of two tables',
      ['cat', named('dog', { custom_root_fields: { select_by_pk: 'cat' } })],
      {},
      [],
      "for 'query_root' for field 'cat' defined in [table cat in source default, table dog in source default]",
    ],
    [
      'two root fields of a table',
      [named('cat', { custom_root_fields: { select: 'cats', select_aggregate: 'cats' } })],
      {},
      [],
      "for 'query_root' for field 'cats' defined in [table cat in source default]",
    ],
    [
      'a root field of a table and a function',
      [{ table: 'cat' }],
      {},
      [{ function: 'find_cats', configuration: { custom_name: 'cat_by_pk' } }],
      "for field 'cat_by_pk' defined in [table cat in source default, function find_cats in source default]",
    ],
    [
      'a mutation of a table and an action',
      [{ table: 'cat' }],
      actions(action('insert_cat', 'mutation')),
      [],
      "for 'mutation_root' for field 'insert_cat' defined in [table cat in source default, action insert_cat]",
    ],
    [
      'a type of two tables',
      [
        { table: 'dog' },
        named('cat', {
          custom_name: 'dog',
          custom_root_fields: {
            select: 'cats',
            select_by_pk: 'a_cat',
            select_aggregate: 'cats_aggregate',
            select_stream: 'cats_stream',
            insert: 'add_cats',
            insert_one: 'add_cat',
            update: 'change_cats',
            update_by_pk: 'change_cat',
            update_many: 'change_many_cats',
            delete: 'remove_cats',
            delete_by_pk: 'remove_cat',
          },
        }),
      ],
      {},
      [],
      "conflicting definitions for GraphQL type 'dog'",
    ],
    [
      'a custom type and one of a table',
      [{ table: 'cat' }],
      {
        custom_types: {
          objects: [{ name: 'cat_aggregate', fields: [{ name: 'ok', type: 'Int' }] }],
        },
      },
      [],
      "conflicting definitions for GraphQL type 'cat_aggregate'",
    ],
  ]
  it.each(conflicts)('%s are refused (unexpected)', (_name, tables, rest, functions, message) => {
    const all = tables.map((table) => (typeof table === 'string' ? { table } : table))
    expect(() => build(all, rest, functions)).toThrow(
      expect.objectContaining({ code: 'unexpected', message: expect.stringContaining(message) }),
    )
  })

  it('of a query and a mutation may be the same', () => {
    const engine = build([{ table: 'cat' }], actions(action('cat', 'mutation')))
    expect(engine.inconsistentObjects).toEqual([])
  })

  it.each<[string, Json[], string]>([
    ['tables', [{ table: 'cat' }, { table: { schema: 'public', name: 'cat' } }], 'tables: cat'],
    [
      'permissions of a role',
      [
        {
          table: 'cat',
          select_permissions: ['a', 'a'].map((role) => ({ role, permission: { filter: {} } })),
        },
      ],
      'select permissions: a',
    ],
  ])('two declarations of the same: %s (parse-failed)', (_name, tables, message) => {
    expect(() => build(tables)).toThrow(
      expect.objectContaining({
        code: 'parse-failed',
        message: expect.stringContaining(
          `multiple declarations exist for the following ${message}`,
        ),
      }),
    )
  })

  const reasons = (engine: Engine) => engine.inconsistentObjects.map(({ reason }) => reason).join()

  it('of relationships may not be given twice', () => {
    const using = { foreign_key_constraint_on: 'owner_id' }
    const back = { foreign_key_constraint_on: { table: 'cat', column: 'owner_id' } }
    const engine = build([
      {
        table: 'cat',
        object_relationships: [{ name: 'kin', using }],
        array_relationships: [{ name: 'kin', using: back }],
      },
    ])
    expect(engine.inconsistentObjects.map(({ type }) => type)).toEqual([
      'object_relation',
      'array_relation',
    ])
    expect(reasons(engine)).toContain('conflicting definitions for field "kin"')
  })

  it('of columns may not be given twice', () => {
    const engine = build([named('cat', { column_config: { name: { custom_name: 'id' } } })])
    expect(reasons(engine)).toContain('have the same name "id" in the GraphQL schema')
  })

  it('that GraphQL does not have: a table is inconsistent, a column left out until it is renamed', () => {
    expect(reasons(fixture.engine)).toBe(
      'Inconsistent object: cannot include "no-table" in the GraphQL schema because it is not a valid GraphQL identifier',
    )
    const columns = (engine: Engine) => {
      const type = engine.roleSchema('admin').schema.getType('cat')
      return Object.keys(type && 'getFields' in type ? type.getFields() : {})
    }
    expect(columns(fixture.engine)).toEqual(['id', 'name', 'owner_id'])
    const renamed = { column_config: { 'no-name': { custom_name: 'fine' } } }
    const engine = build([named('cat', renamed), named('no-table', { custom_name: 'fine_table' })])
    expect(columns(engine)).toContain('fine')
    expect(engine.inconsistentObjects).toEqual([])
  })
})
