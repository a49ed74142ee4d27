import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HASURA_PROJECT_DIRECTORY } from '../../local/src/migrate/project.ts'
import { codeOf, startAccessEngine } from '../support/access-engine.ts'
import type { AccessEngine, Answer, Session } from '../support/access-engine.ts'
import { openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { prepareTwoOrganizations } from '../support/two-organizations.ts'
import type { PreparedOrganization } from '../support/two-organizations.ts'
import { knownColumns, ROLES, TABLES, visibleColumns, visibleComputed, words } from './access.ts'
import type { Role, TableAccess } from './access.ts'
import { contentsOf, countOf, expectedKeys, keyOf } from './visible.ts'

const REFUSED = 'validation-failed'
const entries = Object.entries(TABLES)
const cases = ROLES.flatMap((role) =>
  entries.map(([table, access]) => ({ role, table, access, rows: access.rows[role] ?? 'no' })),
)
const seen = cases.filter(({ rows }) => rows !== 'no')
const ofOrganizations = seen.filter(({ rows }) => ['own', 'asked', 'mine'].includes(rows))
const ownersOf = ({ rows, isShape }: TableAccess) => Object.values(rows).includes('own') && !isShape

let desk: Desk
let engine: AccessEngine
let own: PreparedOrganization
let foreign: PreparedOrganization

beforeAll(async () => {
  desk = await openDesk()
  ;({ own, foreign } = await prepareTwoOrganizations(desk))
  engine = await startAccessEngine(desk)
})
afterAll(async () => {
  await engine.stop()
  await desk.close()
})

/** The caller is a person who is a member of both organizations and works for the first now. */
const as = (role: Role): Session =>
  role === 'anonymous' ? { role } : { role, organization: own.id, user: own.member }

const expected = (role: Role, table: string, access: TableAccess) =>
  expectedKeys(desk, [table, access], access.rows[role], { id: own.id, user: own.member })

function keysIn(answer: Answer, access: TableAccess, field = access.field): string[] {
  expect(answer.errors).toBeUndefined()
  const rows = answer.data![field] as Record<string, unknown>[]
  return rows.map((row) => keyOf(access, row)).toSorted()
}

describe('the table of expected access', () => {
  test('names every tracked table', () => {
    const folder = join(HASURA_PROJECT_DIRECTORY, 'metadata/databases/default/tables')
    const tracked = readdirSync(folder).filter((file) => file !== 'tables.yaml')
    const files = entries.map(([table]) => `${table.replace('.', '_')}.yaml`)
    expect(files.toSorted()).toEqual(tracked.toSorted())
  })

  test.each(entries)('names every column of %s', async (table, access) => {
    const rows = await desk.admin<{ name: string }[]>`
      select attname as name from pg_attribute
      where attrelid = ${table}::regclass and attnum > 0 and not attisdropped`
    expect(knownColumns(access).toSorted()).toEqual(rows.map(({ name }) => name).toSorted())
  })

  test.each(entries.filter(([, access]) => ownersOf(access)))(
    'both organizations have rows in %s',
    async (table, access) => {
      expect(await countOf(desk, [table, access], own)).toBeGreaterThan(0)
      expect(await countOf(desk, [table, access], foreign)).toBeGreaterThan(0)
    },
  )
})

describe('rows', () => {
  test.each(cases)('$role sees $rows rows of $table', async ({ role, table, access }) => {
    const columns = visibleColumns(access, role)
    const selection = [...columns, ...visibleComputed(access, role)].join(' ') || access.key
    const answer = await engine.graphql(as(role), `{ ${access.field} { ${selection} } }`)
    if (!access.rows[role]) return expect(codeOf(answer)).toBe(REFUSED)
    expect(keysIn(answer, access)).toEqual(await expected(role, table, access))
  })

  test.each(seen)('$role counts $rows rows of $table, if any', async ({ role, table, access }) => {
    const aggregate = `${access.field}_aggregate`
    const answer = await engine.graphql(as(role), `{ ${aggregate} { aggregate { count } } }`)
    if (answer.errors) {
      expect(codeOf(answer)).toBe(REFUSED)
      return
    }
    const count = (await expected(role, table, access)).length
    expect(answer.data).toEqual({ [aggregate]: { aggregate: { count } } })
  })

  test.each(ofOrganizations)(
    '$role sees none of $table without an organization',
    async ({ role, access }) => {
      const selection = words(access.key)[0]!
      const query = `{ ${access.field} { ${selection} } }`
      const answer = await engine.graphql({ role, user: own.member }, query)
      expect(answer.data).toBeUndefined()
      expect(codeOf(answer)).toBe('not-found')
    },
  )

  test.each(ofOrganizations.filter(({ access }) => !access.isShape))(
    '$role finds no foreign row of $table by its key',
    async ({ role, table, access }) => {
      const row = await foreignRow(table, access)
      const shown = words(access.key)[0]!
      const where = words(access.key).map((column) => `{${column}: {_eq: "${row[column]}"}}`)
      const found = await engine.graphql(
        as(role),
        `{ ${access.field}(where: {_and: [${where.join(', ')}]}) { ${shown} } }`,
      )
      expect(found).toEqual({ data: { [access.field]: [] } })

      const primaryKey = await primaryKeyOf(table)
      if (primaryKey.length === 0) return
      const args = primaryKey.map((column) => `${column}: "${row[column]}"`)
      const byKey = await engine.graphql(
        as(role),
        `{ row: ${access.field}_by_pk(${args.join(', ')}) { ${shown} } }`,
      )
      expect(byKey).toEqual({ data: { row: null } })
    },
  )
})

/** A row of the other organization that is not also one of the caller's. */
async function foreignRow(table: string, access: TableAccess): Promise<Record<string, string>> {
  const mine = access.ofOrganization ?? 'organization_id = $1'
  const [row] = await desk.admin.unsafe<{ found: Record<string, string> }[]>(
    `select to_jsonb(found) as found from ${table} as found
     where ${mine} and not coalesce(${mine.replace('$1', '$2')}, false) limit 1`,
    [foreign.id, own.id],
  )
  return row!.found
}

/** Empty for a view. */
async function primaryKeyOf(table: string): Promise<string[]> {
  const rows = await desk.admin<{ name: string }[]>`
    select attname as name from pg_index
    join pg_attribute on attrelid = indrelid and attnum = any (indkey)
    where indrelid = ${table}::regclass and indisprimary`
  return rows.map(({ name }) => name)
}

describe('columns', () => {
  const refused = seen.flatMap(({ role, table, access }) =>
    [...knownColumns(access), ...Object.values(access.onlyComputed ?? {}).flatMap(words)]
      .filter(
        (name) =>
          !visibleColumns(access, role).includes(name) &&
          !visibleComputed(access, role).includes(name),
      )
      .map((column) => ({ role, table, access, column })),
  )

  test.each(refused)('$role cannot name $column of $table', async ({ role, access, column }) => {
    const { field, key } = access
    const shown = words(key)[0]!
    const ways = [
      `{ ${field} { ${column} } }`,
      `{ ${field}(where: {${column}: {_is_null: true}}) { ${shown} } }`,
      `{ ${field}(order_by: {${column}: asc}) { ${shown} } }`,
      `{ ${field}(distinct_on: ${column}) { ${shown} } }`,
      `{ ${field}_aggregate { nodes { ${column} } } }`,
      `{ ${field}_aggregate { aggregate { max { ${column} } } } }`,
    ]
    for (const way of ways) {
      expect(codeOf(await engine.graphql(as(role), way)), way).toBe(REFUSED)
    }
  })
})

describe('live', () => {
  const LIVE = [
    'organization_credit_balances',
    'credit_transactions',
    'credit_reservations',
    'open_reservations',
    'usage_sessions',
  ]

  test.each(cases.filter(({ access }) => LIVE.includes(access.field)))(
    '$role is told $rows rows of $table',
    async ({ role, table, access }) => {
      const query = `subscription { ${access.field} { ${access.key} } }`
      const answer = await engine.first(as(role), query)
      if (!access.rows[role]) return expect(codeOf(answer)).toBe(REFUSED)
      expect(keysIn(answer, access)).toEqual(await expected(role, table, access))
    },
  )

  test.each(ROLES)('%s is streamed the ledger as far as it may be seen', async (role) => {
    const table = 'public.credit_transactions'
    const access = TABLES[table]!
    const answer = await engine.first(
      as(role),
      `subscription {
        credit_transactions_stream(batch_size: 1000, cursor: {initial_value: {sequence: 0}}) {
          sequence
        }
      }`,
    )
    if (!access.rows[role]) return expect(codeOf(answer)).toBe(REFUSED)
    const keys = keysIn(answer, access, 'credit_transactions_stream')
    expect(keys).toEqual(await expected(role, table, access))
  })
})

describe('writes', () => {
  const SETTINGS = ['organization_quality_defaults', 'session_settings', 'member_caps']
  const MAY_SET: Role[] = ['owner', 'org_admin']

  test.each(ROLES)('%s writes settings at most, and a refusal leaves no trace', async (role) => {
    const before = await contentsOf(desk, Object.keys(TABLES))
    for (const { field, key } of Object.values(TABLES)) {
      if (SETTINGS.includes(field) && MAY_SET.includes(role)) continue
      const column = words(key)[0]!
      const writes = [
        `insert_${field}(objects: []) { affected_rows }`,
        `insert_${field}_one(object: {}) { ${column} }`,
        `update_${field}(where: {}, _set: {}) { affected_rows }`,
        `update_${field}_many(updates: []) { affected_rows }`,
        `delete_${field}(where: {}) { affected_rows }`,
      ]
      for (const write of writes) {
        const answer = await engine.graphql(as(role), `mutation { ${write} }`)
        expect(codeOf(answer), write).toBe(REFUSED)
      }
    }
    expect(await contentsOf(desk, Object.keys(TABLES))).toEqual(before)
  })
})
