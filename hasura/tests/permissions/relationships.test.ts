import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeOf, startAccessEngine } from '../support/access-engine.ts'
import type { AccessEngine, Session } from '../support/access-engine.ts'
import { openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { prepareTwoOrganizations } from '../support/two-organizations.ts'
import type { PreparedOrganization } from '../support/two-organizations.ts'
import { ROLES, TABLES, words } from './access.ts'
import type { Role, TableAccess } from './access.ts'
import { expectedKeys, keyOf } from './visible.ts'

const REFUSED = 'validation-failed'
const entries = Object.entries(TABLES)
const tableOf = (field: string) => entries.find(([, access]) => access.field === field)

interface Relationship {
  from: TableAccess
  name: string
  isList: boolean
  to: [string, TableAccess]
}

let desk: Desk
let engine: AccessEngine
let own: PreparedOrganization
let foreign: PreparedOrganization
let relationships: Relationship[]

beforeAll(async () => {
  desk = await openDesk()
  ;({ own, foreign } = await prepareTwoOrganizations(desk))
  engine = await startAccessEngine(desk)
  relationships = await readRelationships()
})
afterAll(async () => {
  await engine.stop()
  await desk.close()
})

const as = (role: Role): Session =>
  role === 'anonymous' ? { role } : { role, organization: own.id, user: own.member }

interface TypeReference {
  kind: string
  name: string | null
  ofType: TypeReference | null
}

/** All that there are, as the admin's schema tells them: the roles may see fewer. */
async function readRelationships(): Promise<Relationship[]> {
  const found: Relationship[] = []
  for (const [, from] of entries) {
    const answer = await engine.asAdmin(`{ __type(name: "${from.field}") { fields { name
      type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } }`)
    const type = answer.data!['__type'] as { fields: { name: string; type: TypeReference }[] }
    for (const { name, type: reference } of type.fields) {
      const kinds: string[] = []
      let inner: TypeReference | null = reference
      for (; inner?.ofType; inner = inner.ofType) kinds.push(inner.kind)
      const to = inner?.kind === 'OBJECT' && inner.name !== null && tableOf(inner.name)
      if (to) found.push({ from, name, isList: kinds.includes('LIST'), to })
    }
  }
  return found
}

const visibleFrom = (role: Role) => relationships.filter(({ from }) => from.rows[role])

type Row = Record<string, unknown>

test('there are relationships to follow, in both directions', () => {
  expect(relationships.length).toBeGreaterThan(40)
  expect(relationships.some(({ isList }) => isList)).toBe(true)
  expect(relationships.some(({ isList }) => !isList)).toBe(true)
})

describe('by way of another table', () => {
  test.each(ROLES)('%s reads the same rows as directly, and no others', async (role) => {
    for (const { from, name, to } of visibleFrom(role)) {
      const [table, access] = to
      const way = `${from.field}.${name}`
      const query = `{ ${from.field} { related: ${name} { ${access.key} } } }`
      const answer = await engine.graphql(as(role), query)
      if (!access.rows[role]) {
        expect(codeOf(answer), way).toBe(REFUSED)
        continue
      }
      expect(answer.errors, way).toBeUndefined()
      const caller = { id: own.id, user: own.member }
      const visible = new Set(await expectedKeys(desk, [table, access], access.rows[role], caller))
      const related = (answer.data![from.field] as Row[]).flatMap((row) => row['related'] ?? [])
      for (const row of related as Row[]) expect(visible, way).toContain(keyOf(access, row))
    }
  })

  test.each(ROLES)('%s counts what can be read there', async (role) => {
    for (const { from, name, isList, to } of visibleFrom(role)) {
      if (!isList || !to[1].rows[role]) continue
      const answer = await engine.graphql(
        as(role),
        `{ ${from.field} { rows: ${name} { __typename } all: ${name}_aggregate { aggregate { count } } } }`,
      )
      if (answer.errors) {
        expect(codeOf(answer), name).toBe(REFUSED)
        continue
      }
      type Counted = { rows: Row[]; all: { aggregate: { count: number } } }
      for (const row of answer.data![from.field] as Counted[]) {
        expect(row.all.aggregate.count, `${from.field}.${name}`).toBe(row.rows.length)
      }
    }
  })

  test.each(ROLES)('%s cannot ask whether a foreign row exists', async (role) => {
    for (const { from, name, to } of visibleFrom(role)) {
      const [, access] = to
      const rows = access.rows[role]
      if (rows === 'all' || rows === 'offered') continue
      if (!words(access.columns).includes('organization_id')) continue
      const query = `query ($id: uuid!) {
        ${from.field}(where: {${name}: {organization_id: {_eq: $id}}}) { __typename } }`
      const answer = await engine.graphql(as(role), query, { id: foreign.id })
      const way = `${from.field}.${name}`
      if (rows) expect(answer, way).toEqual({ data: { [from.field]: [] } })
      else expect(codeOf(answer), way).toBe(REFUSED)
    }
  })

  test.each(ROLES)('%s cannot sort by what cannot be read', async (role) => {
    for (const { from, name, isList, to } of visibleFrom(role)) {
      if (to[1].rows[role]) continue
      const order = isList ? `{${name}_aggregate: {count: asc}}` : `{${name}: {}}`
      const answer = await engine.graphql(
        as(role),
        `{ ${from.field}(order_by: ${order}) { __typename } }`,
      )
      expect(codeOf(answer), `${from.field}.${name}`).toBe(REFUSED)
    }
  })
})

describe('balance_at', () => {
  const query = `query ($id: uuid!) {
    balance_at(args: {organization_id: $id, at: "2100-01-01"}) { organization_id } }`

  test.each(ROLES)('%s asks about organizations whose balance may be seen', async (role) => {
    const rows = TABLES['public.organization_credit_balances']!.rows[role]
    const [mine, theirs] = [
      await engine.graphql(as(role), query, { id: own.id }),
      await engine.graphql(as(role), query, { id: foreign.id }),
    ]
    if (!rows) {
      expect(codeOf(mine)).toBe(REFUSED)
      return
    }
    const found = (id: string) => ({ data: { balance_at: [{ organization_id: id }] } })
    expect(mine).toEqual(found(own.id))
    expect(theirs).toEqual(rows === 'all' ? found(foreign.id) : { data: { balance_at: [] } })
  })
})
