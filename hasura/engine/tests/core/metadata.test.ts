import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { introspect } from '../../src/catalog/introspect.ts'
import { buildEngine, defaultEngineSettings } from '../../src/engine.ts'
import type { Json } from '../../src/metadata/common.ts'
import { loadMetadataDirectory } from '../../src/metadata/load-directory.ts'
import { exportMetadata, parseMetadata } from '../../src/metadata/parse.ts'
import { document, startFixture, type Fixture } from './fixture.ts'
import { library, libraryTables } from './library.ts'

describe('a metadata directory', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'metadata-'))
    await write({
      'version.yaml': 'version: 3',
      'databases/databases.yaml': `
- name: default
  kind: postgres
  configuration: {connection_info: {database_url: {from_env: PG_DATABASE_URL}}}
  tables: "!include default/tables/tables.yaml"
  functions: !include default/functions.yaml`,
      'databases/default/tables/tables.yaml': '- "!include public_author.yaml"',
      'databases/default/tables/public_author.yaml': 'table: {schema: public, name: author}',
      'databases/default/functions.yaml': '[]',
      'actions.graphql': `
"Adds two numbers"
type Mutation { "how" add(a: Int!, b: [Int!]): Sum }
type Sum { total: Int! }
input Pair { one: Int }
enum Kind { big }
scalar Money`,
      'actions.yaml': `
actions:
- name: add
  definition: {kind: synchronous, handler: "{{BASE}}/add"}
  permissions: [{role: user}]
custom_types: {enums: [], input_objects: [], objects: [{name: Sum}], scalars: []}`,
      'network.yaml': '{}',
      'remote_schemas.yaml': '[]',
    })
  })
  afterEach(() => rm(directory, { recursive: true }))

  const write = async (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true })
      await writeFile(join(directory, name), text)
    }
  }

  it('is the document that replace_metadata takes', async () => {
    const metadata = await loadMetadataDirectory(directory)
    expect(exportMetadata(metadata)).toMatchObject({
      version: 3,
      sources: [{ name: 'default', tables: [{ table: { schema: 'public', name: 'author' } }] }],
      actions: [
        {
          name: 'add',
          comment: 'how',
          definition: {
            type: 'mutation',
            handler: '{{BASE}}/add',
            output_type: 'Sum',
            arguments: [
              { name: 'a', type: 'Int!' },
              { name: 'b', type: '[Int!]' },
            ],
          },
        },
      ],
      custom_types: {
        objects: [{ name: 'Sum', fields: [{ name: 'total', type: 'Int!' }] }],
        input_objects: [{ name: 'Pair' }],
        enums: [{ name: 'Kind', values: [{ value: 'big' }] }],
        scalars: [{ name: 'Money' }],
      },
    })
    expect(parseMetadata(exportMetadata(metadata))).toEqual(metadata)
  })

  const wrong: [string, string, string, string][] = [
    [
      'an unknown key',
      'databases/default/tables/public_author.yaml',
      'table: author\nis_enumm: true',
      'public_author.yaml: unknown key "is_enumm"',
    ],
    ['what is not served', 'remote_schemas.yaml', '[{name: other}]', 'remote_schemas.yaml'],
    [
      'a wrong value',
      'databases/default/tables/public_author.yaml',
      'table: author\nis_enum: "no"',
      'public_author.yaml',
    ],
    [
      'a missing file',
      'databases/default/tables/tables.yaml',
      '- "!include gone.yaml"',
      'gone.yaml is missing',
    ],
    [
      'a file that includes itself',
      'databases/default/tables/tables.yaml',
      '"!include tables.yaml"',
      'includes itself',
    ],
    [
      'a file outside',
      'databases/default/tables/tables.yaml',
      '- "!include ../../../../secret.yaml"',
      'outside the metadata directory',
    ],
    ['broken YAML', 'network.yaml', 'a: [', 'network.yaml'],
  ]
  it.each(wrong)('names the file of %s', async (_name, file, text, message) => {
    await write({ [file]: text })
    await expect(loadMetadataDirectory(directory)).rejects.toThrow(message)
  })
})

describe('a metadata document', () => {
  it('is refused with the path of what is wrong (parse-failed)', () => {
    const table = {
      table: 'author',
      select_permissions: [{ role: 'a', permission: { filter: 1 } }],
    }
    expect(() => parseMetadata(document({ tables: [table] }))).toThrow(
      expect.objectContaining({
        code: 'parse-failed',
        path: '$.args.sources[0].tables[0].select_permissions[0].permission.filter',
      }),
    )
  })
})

describe('inconsistent objects', () => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await startFixture(library)
    await fixture.sql(`
      create function loud() returns text language sql volatile as $$ select 'x' $$;
      create function twice(a int) returns setof book language sql stable as $$ select * from book $$;
      create function twice(a text) returns setof book language sql stable as $$ select * from book $$`)
  })
  afterAll(() => fixture.drop())

  const reasons: [string, Json, string][] = [
    ['a table that is not there', { table: 'gone' }, 'no such table/view exists in source: "gone"'],
    [
      'a relationship without a key',
      {
        table: 'profile',
        object_relationships: [{ name: 'x', using: { foreign_key_constraint_on: 'motto' } }],
      },
      'no foreign constraint exists on the given column(s): "motto"',
    ],
    [
      'a permission on a column that is not there',
      {
        table: 'profile',
        select_permissions: [{ role: 'a', permission: { columns: ['gone'], filter: {} } }],
      },
      'in permission for role "a": column "gone" does not exist',
    ],
    [
      'a permission of the role admin',
      { table: 'profile', select_permissions: [{ role: 'admin', permission: { filter: {} } }] },
      'in table "profile": in permission for role "admin": cannot define permission for admin role',
    ],
    [
      'a filter with an unknown operator',
      {
        table: 'profile',
        delete_permissions: [{ role: 'a', permission: { filter: { motto: { _is: 1 } } } }],
      },
      'unexpected operator "_is"',
    ],
    [
      'a computed field of another table',
      { table: 'profile', computed_fields: [{ name: 'x', definition: { function: 'initials' } }] },
      'is not of the table row type',
    ],
    ['an enum table without a key', { table: 'titles', is_enum: true }, 'must have a primary key'],
  ]
  it.each(reasons)('%s', async (_name, table, reason) => {
    const tables = [
      ...libraryTables.filter(
        (one) => (one as { table: string }).table !== (table as { table: string }).table,
      ),
      table,
    ]
    const metadata = parseMetadata(document({ tables }))
    const engine = buildEngine({
      metadata,
      catalog: await introspect(fixture.database, metadata),
      settings: defaultEngineSettings,
    })
    expect(engine.inconsistentObjects.map((object) => object.reason).join()).toContain(reason)
    expect(engine.roleSchema('admin').schema.getQueryType()?.getFields().author).toBeDefined()
  })

  const functions: [string, Json, string][] = [
    [
      'a stable function as a mutation',
      { function: 'search_books', configuration: { exposed_as: 'mutation' } },
      'is not marked VOLATILE',
    ],
    [
      'a session argument that is not JSON',
      { function: 'search_books', configuration: { session_argument: 'part' } },
      'is not of type json',
    ],
    ['a function that is not there', { function: 'gone' }, 'no such function exists'],
  ]
  it.each(functions)('%s', (_name, definition, reason) => {
    const metadata = parseMetadata(document({ tables: libraryTables, functions: [definition] }))
    const engine = buildEngine({
      metadata,
      catalog: fixture.engine.catalog,
      settings: defaultEngineSettings,
    })
    expect(engine.inconsistentObjects[0]).toMatchObject({ type: 'function' })
    expect(engine.inconsistentObjects[0]?.reason).toContain(reason)
  })
})
