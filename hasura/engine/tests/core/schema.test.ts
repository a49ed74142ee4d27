import {
  isEnumType,
  isInputObjectType,
  isObjectType,
  printType,
  type GraphQLArgument,
  type GraphQLNamedType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFixture, type Fixture } from './fixture.ts'
import { library, librarySql, libraryTables } from './library.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture({
    ...library,
    sql: `${librarySql}
      create table mood (value text primary key, comment text);
      insert into mood values ('glad', 'smiles'), ('sad', null);
      create schema other;
      create table other.thing (
        id bigint generated always as identity primary key, mood text not null references mood,
        size real, double_size real generated always as (size * 2) stored,
        at timestamptz not null default now(), "group" text);
      comment on table other.thing is 'A thing';
      comment on column other.thing.size is 'How large';`,
    tables: [
      ...libraryTables,
      { table: 'mood', is_enum: true },
      {
        table: { schema: 'other', name: 'thing' },
        configuration: {
          column_config: { group: { custom_name: 'groupName', comment: 'Where it belongs' } },
          custom_root_fields: { select: 'things', select_by_pk: { name: 'thing', comment: 'One' } },
        },
      },
    ],
    rest: { ...library.rest, graphql_schema_introspection: { disabled_for_roles: ['closed'] } },
  })
})
afterAll(() => fixture.drop())

const type = (name: string, role = 'admin'): GraphQLNamedType | undefined =>
  fixture.engine.roleSchema(role).schema.getType(name)

/** The members of a type with their types: `id: Int!`, `author(limit: Int): [book!]!`. */
function members(name: string, role?: string): string[] {
  const found = type(name, role)
  if (isEnumType(found)) return found.getValues().map((value) => value.name)
  if (!isObjectType(found) && !isInputObjectType(found)) return []
  return Object.values(found.getFields()).map((field) => {
    const args =
      'args' in field
        ? field.args.map((one: GraphQLArgument) => `${one.name}: ${String(one.type)}`)
        : []
    return `${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}: ${String(field.type)}`
  })
}

const SELECT =
  'distinct_on: [other_thing_select_column!], limit: Int, offset: Int, order_by: [other_thing_order_by!], where: other_thing_bool_exp'

const types: [string, string[]][] = [
  [
    'other_thing',
    [
      'at: timestamptz!',
      'double_size: Float',
      'groupName: String',
      'id: bigint!',
      'mood: mood_enum!',
      'size: Float',
    ],
  ],
  ['mood_enum', ['glad', 'sad']],
  [
    'mood_enum_comparison_exp',
    [
      '_eq: mood_enum',
      '_in: [mood_enum!]',
      '_is_null: Boolean',
      '_neq: mood_enum',
      '_nin: [mood_enum!]',
    ],
  ],
  [
    'other_thing_insert_input',
    ['at: timestamptz', 'groupName: String', 'mood: mood_enum', 'size: Float'],
  ],
  [
    'other_thing_set_input',
    ['at: timestamptz', 'groupName: String', 'mood: mood_enum', 'size: Float'],
  ],
  ['other_thing_inc_input', ['size: Float']],
  ['other_thing_aggregate', ['aggregate: other_thing_aggregate_fields', 'nodes: [other_thing!]!']],
  [
    'other_thing_max_fields',
    ['at: timestamptz', 'double_size: Float', 'groupName: String', 'id: bigint', 'size: Float'],
  ],
  ['other_thing_sum_fields', ['double_size: Float', 'id: bigint', 'size: Float']],
  ['other_thing_avg_fields', ['double_size: Float', 'id: Float', 'size: Float']],
  ['other_thing_pk_columns_input', ['id: bigint!']],
  [
    'other_thing_updates',
    ['_inc: other_thing_inc_input', '_set: other_thing_set_input', 'where: other_thing_bool_exp!'],
  ],
  [
    'other_thing_on_conflict',
    [
      'constraint: other_thing_constraint!',
      'update_columns: [other_thing_update_column!]!',
      'where: other_thing_bool_exp',
    ],
  ],
  ['other_thing_constraint', ['thing_pkey']],
  ['other_thing_update_column', ['at', 'groupName', 'mood', 'size']],
  ['other_thing_mutation_response', ['affected_rows: Int!', 'returning: [other_thing!]!']],
  [
    'other_thing_stream_cursor_input',
    ['initial_value: other_thing_stream_cursor_value_input!', 'ordering: cursor_ordering'],
  ],
  ['book_arr_rel_insert_input', ['data: [book_insert_input!]!', 'on_conflict: book_on_conflict']],
  [
    'profile_obj_rel_insert_input',
    ['data: profile_insert_input!', 'on_conflict: profile_on_conflict'],
  ],
  [
    'book_aggregate_bool_exp',
    [
      'bool_and: book_aggregate_bool_exp_bool_and',
      'bool_or: book_aggregate_bool_exp_bool_or',
      'count: book_aggregate_bool_exp_count',
    ],
  ],
  [
    'book_aggregate_bool_exp_count',
    [
      'arguments: [book_select_column!]',
      'distinct: Boolean',
      'filter: book_bool_exp',
      'predicate: Int_comparison_exp!',
    ],
  ],
  ['book_select_column_book_aggregate_bool_exp_bool_and_arguments_columns', ['published']],
  ['search_books_args', ['most: Int', 'part: String']],
  ['greeting_author_args', ['word: String']],
  ['jsonb_cast_exp', ['String: String_comparison_exp']],
  ['author_delete_at_path_input', ['details: [String!]']],
  ['author_delete_elem_input', ['details: Int']],
  [
    'String_array_comparison_exp',
    [
      '_contained_in: [String!]',
      '_contains: [String!]',
      '_eq: [String!]',
      '_gt: [String!]',
      '_gte: [String!]',
      '_in: [[String!]!]',
      '_is_null: Boolean',
      '_lt: [String!]',
      '_lte: [String!]',
      '_neq: [String!]',
      '_nin: [[String!]!]',
    ],
  ],
  [
    'order_by',
    ['asc', 'asc_nulls_first', 'asc_nulls_last', 'desc', 'desc_nulls_first', 'desc_nulls_last'],
  ],
]

describe('types', () => {
  it.each(types)('%s', (name, expected) => {
    expect(members(name)).toEqual(expected)
  })

  it('describe themselves by comments of the database or of the metadata', () => {
    expect(type('other_thing')?.description).toBe('A thing')
    expect(printType(type('other_thing') as GraphQLNamedType)).toContain('"""How large"""')
    expect(printType(type('other_thing') as GraphQLNamedType)).toContain('"""Where it belongs"""')
    expect(type('author')?.description).toBe('columns and relationships of "author"')
  })
})

describe('root fields', () => {
  it('have custom names, and arguments as Hasura orders them', () => {
    expect(members('query_root').filter((field) => field.includes('thing'))).toEqual([
      `other_thing_aggregate(${SELECT}): other_thing_aggregate!`,
      'thing(id: bigint!): other_thing',
      `things(${SELECT}): [other_thing!]!`,
    ])
    expect(members('mutation_root').filter((field) => field.includes('thing'))).toEqual([
      'delete_other_thing(where: other_thing_bool_exp!): other_thing_mutation_response',
      'delete_other_thing_by_pk(id: bigint!): other_thing',
      'insert_other_thing(objects: [other_thing_insert_input!]!, on_conflict: other_thing_on_conflict): other_thing_mutation_response',
      'insert_other_thing_one(object: other_thing_insert_input!, on_conflict: other_thing_on_conflict): other_thing',
      'update_other_thing(_inc: other_thing_inc_input, _set: other_thing_set_input, where: other_thing_bool_exp!): other_thing_mutation_response',
      'update_other_thing_by_pk(_inc: other_thing_inc_input, _set: other_thing_set_input, pk_columns: other_thing_pk_columns_input!): other_thing',
      'update_other_thing_many(updates: [other_thing_updates!]!): [other_thing_mutation_response]',
    ])
    expect(members('subscription_root')).toContain(
      'other_thing_stream(batch_size: Int!, cursor: [other_thing_stream_cursor_input]!, where: other_thing_bool_exp): [other_thing!]!',
    )
  })

  it('follow the permissions of a role', () => {
    const roots = (root: string) => members(root, 'closed').map((field) => field.split('(')[0])
    expect(roots('query_root')).toEqual(['author_by_pk', 'whoami', 'whoami_aggregate'])
    expect(roots('subscription_root')).toEqual(['whoami', 'whoami_aggregate'])
    expect(members('author', 'reader')).toContain('initials: String')
    expect(members('author', 'reader').some((field) => field.startsWith('fame'))).toBe(false)
    expect(members('author_set_input', 'reader')).toEqual(['details: jsonb', 'name: String'])
    expect(members('mutation_root', 'backend')).toEqual([])
    const backend = fixture.engine.roleSchema('backend', true).schema.getMutationType()
    expect(Object.keys(backend?.getFields() ?? {})).toEqual(['insert_author'])
  })

  it('make masked columns of inherited roles nullable', () => {
    expect(members('author', 'known_or_young')).toEqual(['born: date', 'id: Int!', 'name: String'])
  })
})

describe('introspection', () => {
  it('answers for a role, through aliases and fragments', async () => {
    const data = await fixture.run(
      '{ a: __type(name: "mood_enum") { ...t } __schema { queryType { name } } } fragment t on __Type { kind enumValues { name description } }',
      {},
      { role: 'admin' },
    )
    expect(data).toEqual({
      a: {
        kind: 'ENUM',
        enumValues: [
          { name: 'glad', description: 'smiles' },
          { name: 'sad', description: null },
        ],
      },
      __schema: { queryType: { name: 'query_root' } },
    })
  })

  it('can be closed for a role', async () => {
    const error = await fixture.fail('{ __schema { queryType { name } } }', {}, { role: 'closed' })
    expect(error.message).toBe("field '__schema' not found in type: 'query_root'")
  })
})
