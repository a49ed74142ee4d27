import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildEngine, defaultEngineSettings, type Engine } from '../../src/engine.ts'
import type { Json } from '../../src/metadata/common.ts'
import { parseMetadata } from '../../src/metadata/parse.ts'
import { document, startFixture, type Fixture } from './fixture.ts'

const mine = { owner: { _eq: 'X-Hasura-User-Id' } }
const open = { done: { _eq: false } }
const both = [mine, open]

const insert = (role: string, columns: string[]): Json => ({
  role,
  permission: { check: {}, columns },
})
const update = (role: string, filter: Json): Json => ({
  role,
  permission: { columns: ['title'], filter, set: { owner: 'X-Hasura-User-Id', done: false } },
})
const remove = (role: string): Json => ({ role, permission: { filter: mine } })
const select = (role: string, columns: string[], filter: Json): Json => ({
  role,
  permission: { columns, filter },
})

const task: Json = {
  table: 'task',
  select_permissions: [
    select('a', ['id', 'title'], { id: { _eq: 1 } }),
    select('b', ['id', 'done'], { id: { _eq: 2 } }),
    select('c', ['id'], { id: { _eq: 3 } }),
  ],
  insert_permissions: [insert('a', ['title']), insert('b', ['title', 'done'])],
  update_permissions: [update('a', { _and: both }), update('b', { _and: [...both].reverse() })],
  delete_permissions: [remove('a')],
}

const inherited = [
  { role_name: 'ab', role_set: ['a', 'b'] },
  { role_name: 'abc', role_set: ['ab', 'c'] },
]

describe('an inherited role', () => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await startFixture({
      sql: `create table task (id int primary key, title text, owner int, done boolean);
        insert into task values (1, 'one', 1, true), (2, 'two', 1, true), (3, 'three', 1, true)`,
      tables: [task],
      rest: { inherited_roles: inherited },
    })
  })
  afterAll(() => fixture.drop())

  const build = (table: Json, roles: Json = inherited): Engine =>
    buildEngine({
      metadata: parseMetadata(document({ tables: [table], rest: { inherited_roles: roles } })),
      catalog: fixture.engine.catalog,
      settings: defaultEngineSettings,
    })
  const mutations = (engine: Engine, role: string) =>
    Object.keys(engine.roleSchema(role).schema.getMutationType()?.getFields() ?? {})

  it('may not write what its parents disagree on, which is listed', () => {
    expect(fixture.engine.inconsistentObjects).toEqual([
      {
        name: 'ab',
        type: 'inherited role permission inconsistency',
        reason:
          "Could not inherit permission for the role 'ab' for the entity: 'insert permission, table: task, source: 'default''",
        entity: { table: 'task', source: 'default', permission_type: 'insert' },
      },
    ])
    expect(mutations(fixture.engine, 'ab')).not.toContain('insert_task')
  })

  it('has the permission of the parents that state the same, in whatever order', () => {
    expect(mutations(fixture.engine, 'ab')).toEqual([
      'delete_task',
      'delete_task_by_pk',
      'update_task',
      'update_task_by_pk',
      'update_task_many',
    ])
  })

  it('has the permission that is stated for it instead', () => {
    const engine = build({
      ...(task as object),
      insert_permissions: [insert('a', ['title']), insert('b', ['done']), insert('ab', ['owner'])],
    } as Json)
    expect(engine.inconsistentObjects).toEqual([])
    for (const role of ['ab', 'abc']) expect(mutations(engine, role)).toContain('insert_task')
  })

  it('sees a column in the rows in which a parent sees it, through roles between', async () => {
    expect(
      await fixture.run('{ task(order_by: {id: asc}) { id title done } }', {}, { role: 'abc' }),
    ).toEqual({
      task: [
        { id: 1, title: 'one', done: null },
        { id: 2, title: null, done: true },
        { id: 3, title: null, done: null },
      ],
    })
  })

  it('is refused where it inherits from itself (cyclic-dependency)', () => {
    const cycle = [
      { role_name: 'x', role_set: ['y'] },
      { role_name: 'y', role_set: ['x'] },
    ]
    expect(() => build(task, cycle)).toThrow(expect.objectContaining({ code: 'cyclic-dependency' }))
  })
})
